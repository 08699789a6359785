import type { DatabaseSync } from 'node:sqlite';
import { createChangeLog } from './ingest-change-store.ts';

/** Applies the scores of one EPSS file, part by part, inside one transaction of the caller. */
export interface EpssUpdate {
  /** ids: joined by commas, in the order of the figures. */
  readonly apply: (ids: string, scores: Int32Array, percentiles: Int32Array) => void;
  /** finish removes the scores that the file no longer has and returns the counts. */
  readonly finish: () => EpssCounts;
}

export interface EpssCounts {
  readonly entries: number;
  readonly inserted: number;
  /** Changed scores and removed ones. */
  readonly updated: number;
  readonly unchanged: number;
}

/** Both figures (0–100,000) in one number, so that a row compares in one step. */
const packed = (score: number, percentile: number): number => score * 131_072 + percentile;

/**
 * beginEpss reads what is stored. Unchanged rows are then compared in memory and never touched. A file in the order of the
 * stored ids, as files are, is compared side by side; any other is looked up.
 */
export const beginEpss = (db: DatabaseSync, atMs: number, firstLoad: boolean): EpssUpdate => {
  const log = createChangeLog(db);
  const put = db.prepare('insert or replace into epss (cve_id, score, percentile) values (?, ?, ?)');
  const drop = db.prepare('delete from epss where cve_id = ?');
  const find = db.prepare('select id, epss, epss_percentile from record where cve_id = ?');
  const mark = db.prepare('update record set epss = ?, epss_percentile = ?, revision = ? where id = ?');
  const stored = readStored(db);
  const applied = new Uint8Array(stored.ids.length);
  let cursor = 0;
  let places: Map<string, number> | null = null;
  const added = new Set<string>();
  const placeOf = (id: string): number => {
    if (stored.ids[cursor] === id) return cursor;
    places ??= new Map(stored.ids.map((storedId, place) => [storedId, place]));
    return places.get(id) ?? -1;
  };
  const counts = { entries: 0, inserted: 0, updated: 0, unchanged: 0 };

  const change = (cveId: string, score: number | null, percentile: number | null): void => {
    const row = find.get(cveId);
    if (row === undefined) return;
    const revision = log(Number(row['id']), atMs, 'epss', {
      epss: [shareOf(row['epss']), shareOf(score)],
      epssPercentile: [shareOf(row['epss_percentile']), shareOf(percentile)],
    });
    mark.run(score, percentile, revision, Number(row['id']));
  };

  return {
    apply: (joined, scores, percentiles) => {
      const ids = joined.split(',');
      for (let index = 0; index < ids.length; index += 1) {
        const id = ids[index] ?? '';
        const score = scores[index] ?? 0;
        const percentile = percentiles[index] ?? 0;
        const place = placeOf(id);
        // A line that repeats an id adds nothing; the first one counts.
        if (place === -1 ? added.has(id) : applied[place] === 1) continue;
        counts.entries += 1;
        if (place === -1) added.add(id);
        else {
          applied[place] = 1;
          cursor = place + 1;
          if (stored.figures[place] === packed(score, percentile)) {
            if (firstLoad) counts.inserted += 1;
            else counts.unchanged += 1;
            continue;
          }
        }
        put.run(id, score, percentile);
        change(id, score, percentile);
        if (place === -1 || firstLoad) counts.inserted += 1;
        else counts.updated += 1;
      }
    },
    finish: () => {
      for (const [place, id] of stored.ids.entries()) {
        if (applied[place] === 1) continue;
        drop.run(id);
        change(id, null, null);
        counts.updated += 1;
      }
      return counts;
    },
  };
};

/** Two joined texts cost a fraction of a third of a million rows. Both aggregates walk the rows in one order, that of the key. */
const readStored = (db: DatabaseSync): { readonly ids: readonly string[]; readonly figures: Float64Array } => {
  const row = db
    .prepare('select group_concat(cve_id) as ids, group_concat(score * 131072 + percentile) as figures from epss')
    .get();
  const ids = row?.['ids'];
  const figures = row?.['figures'];
  if (typeof ids !== 'string' || typeof figures !== 'string') return { ids: [], figures: new Float64Array() };
  return { ids: ids.split(','), figures: Float64Array.from(figures.split(','), Number) };
};

const shareOf = (value: unknown): number | null => (typeof value === 'number' ? value / 100_000 : null);
