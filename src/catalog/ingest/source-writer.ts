import type { DatabaseSync } from 'node:sqlite';
import { asAppError, fail } from '../../kernel/index.ts';
import { compressDocument } from '../compression.ts';
import type { FeedBatch, FeedKind, KevEntry } from '../feeds/index.ts';
import { translated } from '../store/ingest-database.ts';
import { beginEpss, type EpssUpdate } from '../store/ingest-epss-store.ts';
import { findLastSuccess, measureRecords, saveFeedOutcome } from '../store/ingest-feed-state-store.ts';
import { replaceKev } from '../store/ingest-kev-store.ts';
import { createRecordWriter, type RecordWriter } from '../store/ingest-record-store.ts';
import { inBatches, type Batches } from '../store/ingest-transaction.ts';
import { futureReason, latestMsAt, refuseFewer, refuseOlder, refuseSmall } from './freshness.ts';
import { Tally } from './tally.ts';
import type { RecordChunk } from './messages.ts';
import type { ImportedSource } from '../import-report.ts';

type Writable = Exclude<FeedBatch, { type: 'documents' }>;

/** The text index writes a segment at each commit and merges them later: larger batches are cheaper by more than they look. */
const recordsATransaction = 8_192;

/** Writes one source. Records are committed in batches; KEV and EPSS, whole or not at all. */
export class SourceWriter {
  readonly tally: Tally;
  readonly #db: DatabaseSync;
  readonly #kind: FeedKind | null;
  readonly #atMs: number;
  readonly #force: boolean;
  readonly #storedRecords: number;
  readonly #batches: Batches;
  #records: RecordWriter | null = null;
  #epss: EpssUpdate | null = null;
  #dataMs: number | null = null;
  #entries: number | null = null;
  #kev: readonly KevEntry[] | null = null;

  constructor(
    db: DatabaseSync,
    path: string,
    kind: FeedKind | null,
    options: { readonly atMs: number; readonly force: boolean; readonly storedRecords: number },
  ) {
    this.#db = db;
    this.#kind = kind;
    this.#atMs = options.atMs;
    this.#force = options.force;
    this.#storedRecords = options.storedRecords;
    this.#batches = inBatches(db);
    this.tally = new Tally(path, kind ?? 'unknown');
  }

  writeRecords(chunk: RecordChunk, unchanged: number): void {
    const latestMs = latestMsAt(this.#atMs);
    this.#records ??= createRecordWriter(this.#db, this.#atMs, latestMs, {
      kev: findLastSuccess(this.#db, 'kev', latestMs) !== null,
      epss: findLastSuccess(this.#db, 'epss', latestMs) !== null,
    });
    const writer = this.#records;
    const { records, hashes, documents, ends, packed } = chunk;
    this.#batches.enter();
    for (const [index, record] of records.entries()) {
      const document = documents.subarray(index === 0 ? 0 : ends[index - 1], ends[index]);
      this.tally[
        writer.write(
          record,
          hashes.subarray(32 * index, 32 * index + 32),
          packed ? document : compressDocument(document),
        )
      ] += 1;
    }
    this.tally.read += records.length + unchanged;
    this.tally.unchanged += unchanged;
    this.#batches.count(records.length, recordsATransaction);
  }

  take(batch: Writable): void {
    switch (batch.type) {
      case 'skipped':
        this.tally.skip(batch.item, batch.reason);
        return;
      case 'release':
        this.#dataMs = this.#believed(batch.dataMs);
        refuseOlder(this.#last(), this.#dataMs, this.#force);
        // Read while the other thread still parses.
        if (this.#kind === 'epss') this.#beginEpss();
        return;
      case 'kev':
        this.#kev = batch.entries;
        return;
      case 'scores':
        this.#beginEpss().apply(batch.ids, batch.scores, batch.percentiles);
        this.tally.read += batch.scores.length;
        return;
    }
  }

  /** finish commits what may stay, writes the feed's state and returns the source's line of the report. */
  finish(failure: string | null): ImportedSource {
    let reason = failure;
    try {
      if (reason === null) this.#complete();
    } catch (error) {
      const known = asAppError(translated(error));
      if (!known.code.startsWith('feed.')) throw known;
      reason = known.message;
    }
    if (reason !== null) this.#giveUp(reason);
    if (this.#kind !== null) this.#saveState(this.#kind, reason);
    return this.tally.source();
  }

  /** abandon rolls back what is not committed; for failures of the database. */
  abandon(): void {
    this.#batches.rollback();
    this.#records?.forget();
  }

  #beginEpss(): EpssUpdate {
    this.#batches.enter();
    this.#epss ??= beginEpss(this.#db, this.#atMs, this.#last() === null);
    return this.#epss;
  }

  #complete(): void {
    if (this.#kev !== null) {
      this.tally.read += this.#kev.length;
      this.#entries = this.#kev.length;
      refuseSmall(this.#last(), this.#kev.length, this.#force);
      this.#batches.enter();
      this.#count(replaceKev(this.#db, this.#kev, this.#atMs, this.#last() === null));
    } else if (this.#kind === 'epss') {
      if (this.#epss === null) throw fail('feed.refused', { message: 'the file has no usable entries' });
      const counts = this.#epss.finish();
      this.#entries = counts.entries;
      refuseSmall(this.#last(), counts.entries, this.#force);
      this.#count(counts);
    } else {
      const usable = this.tally.read - this.tally.skipped;
      // An outage looks like this; it must not pass for the newest state.
      if (usable === 0) throw fail('feed.refused', { message: 'there is no usable record in it' });
      // What seemed to be records before they were read may not have been any.
      refuseFewer(this.#storedRecords, usable);
    }
    this.#commitRecords();
  }

  #commitRecords(): void {
    if (this.#records !== null) {
      this.#batches.enter();
      this.#records.finish();
    }
    this.#batches.commit();
  }

  /** Records that were read stay; a feed that counts only whole is rolled back. */
  #giveUp(reason: string): void {
    if (this.#kind === 'kev' || this.#kind === 'epss') this.#batches.rollback();
    else this.#commitRecords();
    this.tally.fail(reason);
  }

  #count(counts: { readonly inserted: number; readonly updated: number; readonly unchanged: number }): void {
    this.tally.inserted += counts.inserted;
    this.tally.updated += counts.updated;
    this.tally.unchanged += counts.unchanged;
  }

  #last() {
    return this.#kind === null ? null : findLastSuccess(this.#db, this.#kind, latestMsAt(this.#atMs));
  }

  #believed(releasedMs: number | null): number | null {
    if (releasedMs === null || releasedMs <= latestMsAt(this.#atMs)) return releasedMs;
    this.tally.name('release', futureReason(releasedMs));
    return null;
  }

  #saveState(kind: FeedKind, error: string | null): void {
    const measured =
      kind === 'cve-list' || kind === 'starter'
        ? measureRecords(this.#db, kind === 'starter' ? 0 : 1, latestMsAt(this.#atMs))
        : null;
    const { inserted, updated, unchanged, skipped } = this.tally;
    saveFeedOutcome(this.#db, {
      feed: kind,
      attemptedMs: this.#atMs,
      succeeded: error === null,
      dataMs: measured?.newestMs ?? this.#dataMs,
      records: measured?.records ?? this.#entries,
      inserted,
      updated,
      unchanged,
      skipped,
      error,
    });
  }
}
