import { hash } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { ControlTables } from '../storage/index.ts';

export type EntryRow = Selectable<ControlTables['audit_entries']>;
export type PersonalRow = Selectable<ControlTables['audit_personal']>;
export type CheckpointRow = Selectable<ControlTables['audit_checkpoints']>;

/** The last entry of the chain. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** Where the chain begins: what the first entry has as `previous_hash`. */
export const genesis: Head = { seq: 0, hash: '0'.repeat(64) };

/** canonicalJson writes a value in one way only: keys sorted, no spaces, undefined left out. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** entryHash is SHA-256 (hex) over every other column of an entry, the previous entry's hash among them. */
export const entryHash = (row: Omit<EntryRow, 'hash'>): string =>
  hash(
    'sha256',
    canonicalJson({
      seq: row.seq,
      at_ms: row.at_ms,
      scope_kind: row.scope_kind,
      scope_id: row.scope_id,
      actor_kind: row.actor_kind,
      actor_id: row.actor_id,
      action: row.action,
      object_kind: row.object_kind,
      object_id: row.object_id,
      detail: row.detail,
      personal_digest: row.personal_digest,
      previous_hash: row.previous_hash,
    }),
  );

/**
 * personalDigest commits an entry to personal data that may be erased later. The salt goes with the data: without it
 * nobody can find out an address by trying.
 */
export const personalDigest = (salt: string, data: string): string => hash('sha256', `${salt}\n${data}`);

/** rangesText writes ascending numbers as `1-3,7`. */
export const rangesText = (numbers: readonly number[]): string => {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
};

/** isInRanges tells whether `1-3,7` holds a number. */
export const isInRanges = (ranges: string, number: number): boolean =>
  ranges.split(',').some((range) => {
    const [from = '', to = from] = range.split('-');
    return from !== '' && number >= Number(from) && number <= Number(to);
  });

/** The action of the entry that says which entries lost their personal data. */
export const erasureAction = 'audit.personal_erased';
