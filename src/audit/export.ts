import { z } from 'zod';
import type { KeyObject } from 'node:crypto';
import type { CheckpointRow, EntryRow, Head } from './chain.ts';
import { createChainCheck, type AuditReport } from './chain-check.ts';
import type { StoredEntry } from './store.ts';

/** A public key that signed checkpoints: Ed25519, 32 bytes as base64url. */
export interface ExportKey {
  readonly kid: string;
  readonly publicKey: string;
}

export interface ExportOptions {
  /** Whether e-mail addresses, network addresses and the like go along. The chain can be verified without them. */
  readonly withPersonal: boolean;
}

const text = z.string();
const seq = z.int().min(0);
const Line = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('audit-log'),
    version: z.literal(1),
    exported_at: z.iso.datetime(),
    personal: z.boolean(),
    keys: z.array(z.strictObject({ kid: text, public_key: text })),
  }),
  z.strictObject({
    type: z.literal('entry'),
    seq,
    at_ms: z.int(),
    scope_kind: z.enum(['project', 'organization', 'account', 'subscription', 'system']),
    scope_id: text,
    actor_kind: z.enum(['user', 'credential', 'system', 'operator']),
    actor_id: text,
    action: text,
    object_kind: text,
    object_id: text,
    detail: text,
    personal_digest: text,
    previous_hash: text,
    hash: text,
    personal: z.strictObject({ user_id: text, salt: text, data: text.nullable() }).nullable().optional(),
  }),
  z.strictObject({ type: z.literal('checkpoint'), seq, at_ms: z.int(), hash: text, key_id: text, signature: text }),
  z.strictObject({ type: z.literal('end'), seq, hash: text }),
]);

const lineOf = (value: z.infer<typeof Line>): string => `${JSON.stringify(value)}\n`;

/** exportLines writes a log as lines: what it is and the public keys, the entries each with its checkpoint after it, the end. */
export const exportLines = (
  { withPersonal }: ExportOptions,
  keys: readonly ExportKey[],
  nowMs: number,
  checkpoints: readonly CheckpointRow[],
) => {
  const bySeq = new Map(checkpoints.map((row) => [row.seq, row]));
  return {
    first: lineOf({
      type: 'audit-log',
      version: 1,
      exported_at: new Date(nowMs).toISOString(),
      personal: withPersonal,
      keys: keys.map(({ kid, publicKey }) => ({ kid, public_key: publicKey })),
    }),
    of: ({ row, personal }: StoredEntry): readonly string[] => {
      const own = personal === null ? null : { user_id: personal.user_id, salt: personal.salt, data: personal.data };
      const checkpoint = bySeq.get(row.seq);
      return [
        lineOf({ type: 'entry', ...row, ...(withPersonal ? { personal: own } : {}) }),
        ...(checkpoint === undefined ? [] : [lineOf({ type: 'checkpoint', ...checkpoint })]),
      ];
    },
    last: (head: Head | null): string => lineOf({ type: 'end', seq: head?.seq ?? 0, hash: head?.hash ?? '' }),
  };
};

export interface ExportReport extends AuditReport {
  /** Where the keys came from that the checkpoints were checked with; `file` proves nothing against who made the file. */
  readonly keys: 'given' | 'file';
}

type ExportedEntry = Extract<z.infer<typeof Line>, { type: 'entry' }>;

const rowOf = ({ type: _type, personal: _personal, ...row }: ExportedEntry): EntryRow => row;

/**
 * verifyExport verifies an exported log without the server that wrote it. `givenKeys` are the public keys that the reader
 * trusts; without any, those of the file are taken.
 */
export const verifyExport = async (
  lines: AsyncIterable<string>,
  givenKeys: readonly ExportKey[],
  anchors: readonly Head[],
  publicKeyOf: (publicKey: string) => KeyObject,
): Promise<ExportReport> => {
  const keys = new Map(givenKeys.map(({ kid, publicKey }) => [kid, publicKeyOf(publicKey)]));
  const check = createChainCheck((kid) => keys.get(kid) ?? null);
  for (const place of anchors) check.anchor(place);
  let hasPersonal = false;
  let end: Head | null = null;
  let lastSeq = 0;
  let number = 0;
  for await (const each of lines) {
    number += 1;
    const parsed = parseLine(each);
    if (parsed === null || (number === 1) !== (parsed.type === 'audit-log') || end !== null) {
      check.finding(lastSeq, 'unreadable', `line ${number} does not belong into an exported log`);
    } else if (parsed.type === 'audit-log') {
      hasPersonal = parsed.personal;
      if (givenKeys.length > 0) continue;
      for (const { kid, public_key: key } of parsed.keys) keys.set(kid, publicKeyOf(key));
    } else if (parsed.type === 'entry') {
      const { personal } = parsed;
      const own = personal === undefined || personal === null ? null : { seq: parsed.seq, ...personal };
      check.entry(rowOf(parsed), hasPersonal ? own : undefined);
      lastSeq = parsed.seq;
    } else if (parsed.type === 'checkpoint') {
      const { type: _type, ...row } = parsed;
      check.checkpoint(row);
    } else end = { seq: parsed.seq, hash: parsed.hash };
  }
  if (end === null) check.finding(lastSeq + 1, 'truncated', 'the file ends before the log does');
  const report = check.end(end === null || end.seq === 0 ? null : end);
  return { ...report, keys: givenKeys.length > 0 ? 'given' : 'file' };
};

const parseLine = (line: string): z.infer<typeof Line> | null => {
  try {
    return Line.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
};
