import { hash } from 'node:crypto';
import type { ImportError } from '../import-report.ts';
import { normaliseCveRecord, type NormalisedRecord } from '../record/index.ts';
import { starterRecord, type RawDocument, type StarterRecord } from '../feeds/index.ts';
import { futureReason } from './freshness.ts';
import type { PreparedRecord } from './messages.ts';

export interface StoredDocument {
  readonly hash: Uint8Array;
  readonly updatedMs: number | null;
}

/** Looks up the stored document of a CVE from the CVE List; null when there is none. */
export type StoredLookup = (cveId: string) => StoredDocument | null;

export type Preparation =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly item: string; readonly reason: string }
  | {
      readonly kind: 'prepared';
      readonly record: PreparedRecord;
      readonly hash: Buffer;
      readonly document: Uint8Array;
      /** What is to be told of it although it is taken; null for nothing. */
      readonly note: ImportError | null;
    };

const unchanged: Preparation = { kind: 'unchanged' };
const idMember = Buffer.from('"cveId":"CVE-');

/**
 * prepareRecord takes a record of the CVE List from its bytes to what is stored. A record whose stored document has the
 * same hash, or is newer, is unchanged; the first case is seen without parsing when the line is compact JSON already.
 */
export const prepareRecord = (raw: RawDocument, stored: StoredLookup, latestMs: number): Preparation => {
  const bytes = Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  let rawHash: Buffer | null = null;
  const mentioned = mentionedId(bytes);
  const known = mentioned === null ? null : stored(mentioned);
  if (known !== null) {
    rawHash = sha256(bytes);
    // Equal hashes mean equal documents, whichever member the id was read from.
    if (rawHash.equals(known.hash)) return unchanged;
  }
  const document = parse(bytes);
  if (document === undefined) return { kind: 'refused', item: named(raw, null), reason: 'is not JSON' };
  const outcome = normaliseCveRecord(document, latestMs);
  if (!outcome.ok) return { kind: 'refused', item: named(raw, outcome.refused.item), reason: outcome.refused.reason };
  const record = outcome.record;
  const before = record.cveId === mentioned ? known : stored(record.cveId);
  // A line that is compact already is kept as it is: writing it anew costs half as much as parsing it.
  const asReceived = before === null && isCompact(bytes);
  const compact = asReceived ? bytes : stringified(document);
  if (compact === null) return { kind: 'refused', item: named(raw, record.cveId), reason: 'is nested too deeply' };
  const digest = asReceived && rawHash !== null ? rawHash : sha256(compact);
  if (before !== null && (digest.equals(before.hash) || isOlder(record.updatedMs, before.updatedMs, latestMs)))
    return unchanged;
  const note = noteOf(raw, record, outcome.futureMs);
  return { kind: 'prepared', record: { ...record, origin: 1, epssHint: null }, hash: digest, document: compact, note };
};

/** prepareStarter does the same for a line of the starter catalogue. */
export const prepareStarter = (raw: RawDocument, latestMs: number): Preparation => {
  const entry = parse(Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength));
  const starter: StarterRecord | null = entry === undefined ? null : starterRecord(entry);
  if (starter === null)
    return {
      kind: 'refused',
      item: raw.name,
      reason: entry === undefined ? 'is not JSON' : 'is not a starter entry with a CVE id',
    };
  const outcome = normaliseCveRecord(starter.document, latestMs);
  if (!outcome.ok) return { kind: 'refused', item: named(raw, outcome.refused.item), reason: outcome.refused.reason };
  const compact = Buffer.from(JSON.stringify(starter.document));
  const record: PreparedRecord = { ...outcome.record, kevHint: starter.kevHint, origin: 0, epssHint: starter.epssHint };
  const note = noteOf(raw, record, outcome.futureMs);
  return { kind: 'prepared', record, hash: sha256(compact), document: compact, note };
};

/**
 * isOlder tells whether a document's own time lies before the stored one's; without both times, or with a stored one that
 * is not believed, it is not known to.
 */
export const isOlder = (updatedMs: number | null, storedMs: number | null, latestMs: number): boolean =>
  updatedMs !== null && storedMs !== null && updatedMs < storedMs && storedMs <= latestMs;

const noteOf = (raw: RawDocument, { cveId }: NormalisedRecord, futureMs: number | null): ImportError | null =>
  futureMs === null ? null : { item: named(raw, cveId), reason: futureReason(futureMs) };

const sha256 = (content: Uint8Array): Buffer => hash('sha256', content, 'buffer');

const named = (raw: RawDocument, item: string | null): string => (item === null ? raw.name : `${item} (${raw.name})`);

const mentionedId = (bytes: Buffer): string | null => {
  const at = bytes.indexOf(idMember);
  if (at === -1) return null;
  const end = bytes.indexOf(34, at + idMember.length);
  return end === -1 || end - at > 64 ? null : bytes.toString('latin1', at + 9, end);
};

/** parse returns undefined for what is not JSON. */
const parse = (bytes: Buffer): unknown => {
  try {
    const text = bytes.toString('utf8');
    const document: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    return document;
  } catch {
    return undefined;
  }
};

const stringified = (document: unknown): Buffer | null => {
  try {
    return Buffer.from(JSON.stringify(document));
  } catch {
    // A RangeError: parsing has no limit of depth, writing has one.
    return null;
  }
};

/** Judged by the first member: no space or line break where a writer would put one. */
const isCompact = (bytes: Buffer): boolean =>
  bytes[0] === 0x7b && bytes[bytes.length - 1] === 0x7d && /^\{"\w+":["[{]\S/.test(bytes.toString('latin1', 0, 64));
