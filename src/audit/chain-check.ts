import type { KeyObject } from 'node:crypto';
import {
  entryHash,
  erasureAction,
  genesis,
  isInRanges,
  personalDigest,
  type CheckpointRow,
  type EntryRow,
  type Head,
  type PersonalRow,
} from './chain.ts';
import { isSigned } from './checkpoint.ts';

/**
 * What is wrong at a place of the log. `edited`: the entry is not what was hashed; `unlinked`: it does not follow from the
 * one before (that one was rewritten, or this one inserted); `removed`: entries are missing; `out_of_order`: it stands
 * twice or in the wrong place; `rewritten`: it is not what was signed; `truncated`: the log ends too early;
 * `checkpoint_forged`: not signed by a known key; `personal_edited`, `personal_removed`: personal data was changed, or is
 * gone without an entry that says so; `unreadable`: a line of an export that is none.
 */
export type FindingKind =
  | 'edited'
  | 'unlinked'
  | 'removed'
  | 'out_of_order'
  | 'rewritten'
  | 'truncated'
  | 'checkpoint_forged'
  | 'personal_edited'
  | 'personal_removed'
  | 'unreadable';

export interface AuditFinding {
  readonly seq: number;
  readonly kind: FindingKind;
  readonly message: string;
}

export interface AuditReport {
  readonly ok: boolean;
  readonly entries: number;
  readonly last: Head;
  readonly checkpoints: number;
  /** The last entry that a valid checkpoint vouches for; later ones are chained, but not signed yet. */
  readonly provenSeq: number;
  /** Entries whose personal data was erased by request. */
  readonly erased: number;
  /** By seq; at most 100. The first is where to look. */
  readonly findings: readonly AuditFinding[];
}

const findingsKept = 100;

export interface ChainCheck {
  /** entry takes the next entry with its personal data: a row, null when there is none, undefined when it is not looked at. */
  entry(row: EntryRow, personal: PersonalRow | null | undefined): void;
  checkpoint(row: CheckpointRow): void;
  /** anchor takes a place that somebody noted elsewhere. */
  anchor(place: Head): void;
  finding(seq: number, kind: FindingKind, message: string): void;
  /** end closes the log. `head` is where it claims to end, if it claims anything. */
  end(head: Head | null): AuditReport;
}

/** A place that the chain must pass, and who says so. */
interface Place extends Head {
  readonly by: string;
  /** Whether everything up to there is proven by it. */
  readonly proves: boolean;
}

/** createChainCheck checks a log as it streams by, in the order of its entries. `publicKey` finds the key of a kid. */
export const createChainCheck = (publicKey: (kid: string) => KeyObject | null): ChainCheck => {
  const findings: AuditFinding[] = [];
  /** Places that the chain must pass, by seq. */
  const awaited = new Map<number, Place[]>();
  const erased: number[] = [];
  const erasures: string[] = [];
  let last = genesis;
  let entries = 0;
  let checkpoints = 0;
  let provenSeq = 0;

  const finding: ChainCheck['finding'] = (seq, kind, message) => {
    if (findings.length < findingsKept) findings.push({ seq, kind, message });
  };

  const compare = (place: Place): void => {
    const { seq, hash, by } = place;
    if (seq > last.seq) awaited.set(seq, [...(awaited.get(seq) ?? []), place]);
    else if (seq < last.seq) finding(seq, 'out_of_order', `${by} stands after entry ${last.seq}`);
    else if (hash !== last.hash) finding(seq, 'rewritten', `entry ${seq} is not the one of ${by}`);
    else if (place.proves) provenSeq = Math.max(provenSeq, seq);
  };

  const checkPersonal = (row: EntryRow, personal: PersonalRow | null): void => {
    const { seq, personal_digest: digest } = row;
    if (digest === '') {
      if (personal !== null) finding(seq, 'personal_edited', `entry ${seq} was written without personal data`);
    } else if (personal?.data === null || personal?.data === undefined) erased.push(seq);
    else if (personalDigest(personal.salt, personal.data) !== digest) {
      finding(seq, 'personal_edited', `the personal data of entry ${seq} is not what was recorded`);
    }
  };

  const checkPlace = (row: EntryRow): void => {
    const { seq } = row;
    if (seq <= last.seq) finding(seq, 'out_of_order', `entry ${seq} stands after entry ${last.seq}`);
    else if (seq > last.seq + 1) {
      finding(last.seq + 1, 'removed', `entries ${last.seq + 1} to ${seq - 1} are missing`);
    } else if (row.previous_hash !== last.hash) {
      finding(seq, 'unlinked', `entry ${seq} does not follow from entry ${last.seq}`);
    }
  };

  const entry: ChainCheck['entry'] = (row, personal) => {
    entries += 1;
    checkPlace(row);
    if (entryHash(row) !== row.hash) finding(row.seq, 'edited', `entry ${row.seq} is not what was recorded`);
    if (personal !== undefined) checkPersonal(row, personal);
    if (row.action === erasureAction) erasures.push(erasedOf(row.detail));
    last = { seq: row.seq, hash: row.hash };
    const places = awaited.get(row.seq) ?? [];
    awaited.delete(row.seq);
    for (const place of places) compare(place);
  };

  const checkpoint: ChainCheck['checkpoint'] = (row) => {
    checkpoints += 1;
    const key = publicKey(row.key_id);
    if (key === null || !isSigned(row, key)) {
      const message = `the checkpoint at ${row.seq} is not signed by ${key === null ? 'a known key' : row.key_id}`;
      finding(row.seq, 'checkpoint_forged', message);
      return;
    }
    compare({ seq: row.seq, hash: row.hash, by: `the checkpoint at ${row.seq}`, proves: true });
  };

  const end: ChainCheck['end'] = (head) => {
    if (head !== null) compare({ ...head, by: `the end at ${head.seq}`, proves: false });
    const beyond = [...awaited.values()].flat().toSorted((a, b) => b.seq - a.seq)[0];
    // What is awaited before the end is missing there, and was found as such.
    if (beyond !== undefined && beyond.seq > last.seq) {
      const message = `the log ends at ${last.seq}, but ${beyond.by} says that entry ${beyond.seq} existed`;
      finding(last.seq + 1, 'truncated', message);
    }
    for (const seq of erased) {
      if (!erasures.some((ranges) => isInRanges(ranges, seq))) {
        finding(seq, 'personal_removed', `the personal data of entry ${seq} is gone, and no entry says why`);
      }
    }
    return {
      ok: findings.length === 0,
      entries,
      last,
      checkpoints,
      provenSeq,
      erased: erased.length,
      findings: findings.toSorted((a, b) => a.seq - b.seq),
    };
  };

  const anchor: ChainCheck['anchor'] = (place) =>
    compare({ ...place, by: `the anchor at ${place.seq}`, proves: false });
  return { entry, checkpoint, anchor, finding, end };
};

const erasedOf = (detail: string): string => {
  const parsed = jsonOf(detail);
  const after = typeof parsed === 'object' && parsed !== null && 'after' in parsed ? parsed.after : null;
  const entries = typeof after === 'object' && after !== null && 'entries' in after ? after.entries : null;
  return typeof entries === 'string' ? entries : '';
};

/** An edited entry may hold anything: that is a finding, not a failure. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
