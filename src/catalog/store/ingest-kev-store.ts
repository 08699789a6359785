import type { DatabaseSync } from 'node:sqlite';
import type { KevEntry } from '../feeds/index.ts';
import type { FieldChanges } from '../ingest/record-changes.ts';
import { createChangeLog } from './ingest-change-store.ts';

export interface KevCounts {
  readonly inserted: number;
  /** Changed entries and removed ones. */
  readonly updated: number;
  readonly unchanged: number;
}

interface Standing {
  readonly addedMs: number;
  readonly ransomware: boolean;
}

/**
 * replaceKev makes the stored catalogue equal to the given one, inside the caller's transaction: new,
 * changed and removed entries. On the first load everything counts as new, also what records said themselves before.
 */
export const replaceKev = (
  db: DatabaseSync,
  entries: readonly KevEntry[],
  atMs: number,
  firstLoad: boolean,
): KevCounts => {
  const log = createChangeLog(db);
  const put = db.prepare('insert or replace into kev (cve_id, added_ms, ransomware, entry) values (?, ?, ?, ?)');
  const drop = db.prepare('delete from kev where cve_id = ?');
  const find = db.prepare(`select r.id, r.kev, r.kev_added_ms, r.kev_ransomware, r.exploitation, b.refs
    from record r join record_body b on b.id = r.id where r.cve_id = ?`);
  const flag = db.prepare(
    'update record set kev = ?, kev_added_ms = ?, kev_ransomware = ?, exploit_known = ?, revision = ? where id = ?',
  );
  const stored = new Map<string, string>();
  for (const row of db.prepare('select cve_id, entry from kev').all())
    stored.set(String(row['cve_id']), String(row['entry']));

  const mark = (cveId: string, now: Standing | null): void => {
    const row = find.get(cveId);
    if (row === undefined) return;
    const before =
      row['kev'] === 1 ? { addedMs: Number(row['kev_added_ms'] ?? 0), ransomware: row['kev_ransomware'] === 1 } : null;
    const revision = log(Number(row['id']), atMs, 'kev', standingChanges(before, now));
    const known = now !== null || Number(row['exploitation']) >= 2 || namesExploit(String(row['refs']));
    flag.run(
      now === null ? 0 : 1,
      now?.addedMs ?? null,
      now?.ransomware === true ? 1 : 0,
      known ? 1 : 0,
      revision,
      Number(row['id']),
    );
  };

  const counts = { inserted: 0, updated: 0, unchanged: 0 };
  for (const { cveId, addedMs, ransomware, entry } of entries) {
    const before = stored.get(cveId);
    stored.delete(cveId);
    if (before === entry) {
      counts[firstLoad ? 'inserted' : 'unchanged'] += 1;
      continue;
    }
    put.run(cveId, addedMs, ransomware ? 1 : 0, entry);
    mark(cveId, { addedMs, ransomware });
    if (before === undefined || firstLoad) counts.inserted += 1;
    else counts.updated += 1;
  }
  for (const cveId of stored.keys()) {
    drop.run(cveId);
    mark(cveId, null);
    counts.updated += 1;
  }
  return counts;
};

const standingChanges = (before: Standing | null, now: Standing | null): FieldChanges => {
  const day = (standing: Standing | null) =>
    standing === null ? null : new Date(standing.addedMs).toISOString().slice(0, 10);
  const changes: Record<string, readonly [unknown, unknown]> = {};
  if ((before === null) !== (now === null)) changes['kev'] = [before !== null, now !== null];
  if (day(before) !== day(now)) changes['kevAdded'] = [day(before), day(now)];
  if ((before?.ransomware ?? false) !== (now?.ransomware ?? false))
    changes['kevRansomware'] = [before?.ransomware ?? false, now?.ransomware ?? false];
  return changes;
};

/** The canonical reference list writes tags as they came; the tag that counts is `exploit`. */
const namesExploit = (refs: string): boolean => /"tags":\[[^\]]*"exploit"/i.test(refs);
