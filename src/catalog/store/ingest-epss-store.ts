import type { DatabaseSync } from 'node:sqlite';
import { createChangeLog } from './ingest-change-store.ts';

/** Applies the scores of one EPSS file, part by part, inside one transaction of the caller. */
export interface EpssUpdate {
  readonly apply: (ids: readonly string[], scores: Int32Array, percentiles: Int32Array) => void;
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
const applied = -1;

/** beginEpss reads what is stored. Unchanged rows are then compared in memory and never touched. */
export const beginEpss = (db: DatabaseSync, atMs: number): EpssUpdate => {
  const log = createChangeLog(db);
  const put = db.prepare('insert or replace into epss (cve_id, score, percentile) values (?, ?, ?)');
  const drop = db.prepare('delete from epss where cve_id = ?');
  const find = db.prepare('select id, epss, epss_percentile from record where cve_id = ?');
  const mark = db.prepare('update record set epss = ?, epss_percentile = ?, revision = ? where id = ?');
  const stored = new Map<string, number>();
  const rows = db.prepare('select cve_id, score * 131072 + percentile from epss');
  rows.setReturnArrays(true);
  for (const row of rows.iterate()) {
    const [id, figures]: readonly unknown[] = Array.isArray(row) ? row : [];
    if (typeof id === 'string' && typeof figures === 'number') stored.set(id, figures);
  }
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
    apply: (ids, scores, percentiles) => {
      for (let index = 0; index < ids.length; index += 1) {
        const id = ids[index] ?? '';
        const score = scores[index] ?? 0;
        const percentile = percentiles[index] ?? 0;
        const before = stored.get(id);
        const now = packed(score, percentile);
        // A line that repeats an id adds nothing; the first one counts.
        if (before === applied) continue;
        stored.set(id, applied);
        counts.entries += 1;
        if (before === now) {
          counts.unchanged += 1;
          continue;
        }
        put.run(id, score, percentile);
        change(id, score, percentile);
        if (before === undefined) counts.inserted += 1;
        else counts.updated += 1;
      }
    },
    finish: () => {
      for (const [id, figures] of stored) {
        if (figures === applied) continue;
        drop.run(id);
        change(id, null, null);
        counts.updated += 1;
      }
      return counts;
    },
  };
};

const shareOf = (value: unknown): number | null => (typeof value === 'number' ? value / 100_000 : null);
