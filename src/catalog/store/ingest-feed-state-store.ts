import type { DatabaseSync } from 'node:sqlite';
import type { FeedKind } from '../feeds/index.ts';

export interface FeedOutcome {
  readonly feed: FeedKind;
  readonly attemptedMs: number;
  readonly succeeded: boolean;
  /** The time the feed says it is of; null keeps what is known. */
  readonly dataMs: number | null;
  /** Entries the feed has now; null keeps what is known. */
  readonly records: number | null;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly error: string | null;
}

/** saveFeedOutcome writes the feed's row; a failed attempt leaves the figures of the last success. */
export const saveFeedOutcome = (db: DatabaseSync, outcome: FeedOutcome): void => {
  const { feed, attemptedMs, succeeded, dataMs, records, inserted, updated, unchanged, skipped, error } = outcome;
  if (!succeeded) {
    db.prepare(`insert into feed_state (feed, attempted_ms, error) values (?, ?, ?)
      on conflict do update set attempted_ms = excluded.attempted_ms, error = excluded.error`).run(
      feed,
      attemptedMs,
      error,
    );
    return;
  }
  db.prepare(`insert into feed_state (feed, attempted_ms, succeeded_ms, data_ms, records, inserted, updated, unchanged, skipped, error)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, null)
    on conflict do update set attempted_ms = excluded.attempted_ms, succeeded_ms = excluded.succeeded_ms,
      data_ms = coalesce(excluded.data_ms, data_ms), records = coalesce(excluded.records, records), inserted = excluded.inserted,
      updated = excluded.updated, unchanged = excluded.unchanged, skipped = excluded.skipped, error = null`).run(
    feed,
    attemptedMs,
    attemptedMs,
    dataMs,
    records,
    inserted,
    updated,
    unchanged,
    skipped,
  );
};

export interface LastSuccess {
  readonly dataMs: number | null;
  readonly records: number;
}

/** findLastSuccess returns what the feed's last success left, or null when it was never loaded; a time after `latestMs` is none. */
export const findLastSuccess = (db: DatabaseSync, feed: FeedKind, latestMs: number): LastSuccess | null => {
  const row = db.prepare('select data_ms, records, succeeded_ms from feed_state where feed = ?').get(feed);
  if (typeof row?.['succeeded_ms'] !== 'number') return null;
  const dataMs = row['data_ms'];
  const records = row['records'];
  return {
    dataMs: typeof dataMs === 'number' && dataMs <= latestMs ? dataMs : null,
    records: typeof records === 'number' ? records : 0,
  };
};

/**
 * measureRecords counts the records of an origin and finds their newest modification up to `latestMs`, as their source
 * dates it: a record without a date of its own has the time of its import, which says nothing of how new the data is.
 */
export const measureRecords = (
  db: DatabaseSync,
  origin: 0 | 1,
  latestMs: number,
): { readonly records: number; readonly newestMs: number | null } => {
  const row = db
    .prepare(`select count(*) as records, max(case when modified_ms <= ? and (published_ms is not null or exists (select 1
      from document where record_id = record.id and source = record.origin and updated_ms is not null))
      then modified_ms end) as newest from record where origin = ?`)
    .get(latestMs, origin);
  const newest = row?.['newest'];
  return { records: Number(row?.['records'] ?? 0), newestMs: typeof newest === 'number' ? newest : null };
};

export const isEmptyCatalogue = (db: DatabaseSync): boolean =>
  db.prepare('select 1 from record limit 1').get() === undefined;
