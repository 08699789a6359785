/** Risk: somebody who can write to the database or to an export changes the past, and nobody finds out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { silentLog } from '../kernel/index.ts';
import { publicKeyOf } from '../keyring/index.ts';
import { openControl } from '../storage/index.ts';
import { canonicalJson, entryHash, type EntryRow } from './chain.ts';
import { verifyExport, type ExportKey } from './index.ts';
import { clerk, entryOf, exportOf, linesOf, logOn } from './log.suite.ts';

const entries = 12;
/** Any line of an export: attacks change one here and there. */
const Loose = z.looseObject({ type: z.string(), seq: z.int().optional(), hash: z.string().optional() });
type Line = z.infer<typeof Loose>;

let folder: string;
let original: readonly Line[] = [];
let keys: readonly ExportKey[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vulngate-audit-'));
  const control = await openControl({ engine: 'sqlite', path: join(folder, 'control.db') }, silentLog);
  const { audit, keyring, clock } = logOn(control);
  for (let index = 1; index <= entries; index += 1) {
    clock.advance(1000);
    const object = { kind: 'credential', id: `crd_${index}` };
    await audit.record(
      control.db,
      entryOf({ object, ...(index % 3 === 0 ? { personal: { email: 'x@example.org' } } : {}) }),
    );
    if (index === 5) await audit.checkpoint();
    if (index === 7) await audit.erase(control.db, { actor: clerk, userId: 'usr_nobody', emails: ['x@example.org'] });
  }
  await audit.checkpoint();
  original = (await exportOf(audit)).map((line) => Loose.parse(JSON.parse(line)));
  keys = keyring.status().signingKeys.map(({ kid, publicKey }) => ({ kid, publicKey }));
  await control.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const verified = (lines: readonly Line[]) =>
  verifyExport(linesOf(lines.map((line) => JSON.stringify(line))), keys, [], publicKeyOf);

/** rechained gives every entry from a place on the hash that fits it, as somebody who knows the code would. */
const rechained = (lines: readonly Line[]): Line[] => {
  let previous: string | null = null;
  return lines.map((line) => {
    if (line.type === 'end' && previous !== null) return { ...line, hash: previous };
    if (line.type !== 'entry') return line;
    const { type: _type, personal: _personal, ...row } = line;
    // The line was exported as an entry; the attack changes values, never the shape.
    const unhashed = { ...row, ...(previous === null ? {} : { previous_hash: previous }) } as Omit<EntryRow, 'hash'>;
    const hash = entryHash(unhashed);
    previous = hash;
    return { ...line, ...unhashed, hash };
  });
};

const columns = [
  'seq',
  'at_ms',
  'scope_kind',
  'scope_id',
  'actor_kind',
  'actor_id',
  'action',
  'object_kind',
  'object_id',
  'detail',
  'personal_digest',
  'previous_hash',
  'hash',
] as const;

const otherValue = (column: (typeof columns)[number], value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  if (column === 'scope_kind') return 'system';
  return column === 'actor_kind' ? 'operator' : `${String(value)}0`;
};

type Attack = (lines: readonly Line[], at: number, other: number) => Line[];

const places = (lines: readonly Line[]): number[] =>
  lines.flatMap(({ type }, index) => (type === 'entry' ? [index] : []));
const placeOf = (lines: readonly Line[], at: number): number => places(lines)[at % places(lines).length] ?? 1;
const edited = (lines: readonly Line[], index: number, change: Readonly<Record<string, unknown>>): Line[] =>
  lines.map((line, each) => (each === index ? Loose.parse({ ...line, ...change }) : line));

const attacks: Readonly<Record<string, Attack>> = {
  'edits a column': (lines, at, other) => {
    const index = placeOf(lines, at);
    const column = columns[other % columns.length] ?? 'detail';
    return edited(lines, index, { [column]: otherValue(column, lines[index]?.[column]) });
  },
  'edits an entry and gives it the hash that fits': (lines, at) => {
    const index = placeOf(lines, at);
    const changed = edited(lines, index, { object_id: 'crd_other' });
    const one = rechained([changed[index] ?? { type: 'entry' }])[0];
    return changed.map((line, each) => (each === index && one !== undefined ? one : line));
  },
  'edits an entry and rewrites everything after it': (lines, at) =>
    rechained(edited(lines, placeOf(lines, at), { object_id: 'crd_other' })),
  'removes an entry': (lines, at) => lines.toSpliced(placeOf(lines, at), 1),
  'removes an entry and closes the gap': (lines, at) => {
    const index = placeOf(lines, at);
    const seq = lines[index]?.seq ?? 0;
    const closed = lines
      .toSpliced(index, 1)
      .map((line) => (line.type === 'entry' && (line.seq ?? 0) > seq ? { ...line, seq: (line.seq ?? 0) - 1 } : line));
    return rechained(closed);
  },
  'puts an entry in twice': (lines, at, other) => {
    const copy = lines[placeOf(lines, at)] ?? { type: 'entry' };
    return lines.toSpliced(placeOf(lines, other), 0, copy);
  },
  'exchanges two entries': (lines, at, other) => {
    const [a, b] = [placeOf(lines, at), placeOf(lines, other === at ? at + 1 : other)];
    const [first, second] = [lines[a] ?? { type: 'entry' }, lines[b] ?? { type: 'entry' }];
    return a === b ? lines.toSpliced(a, 1) : lines.with(a, second).with(b, first);
  },
  'cuts off the end and says that it ends there': (lines, at) => {
    const kept = lines.slice(0, Math.max(placeOf(lines, at), 1));
    const last = kept.findLast(({ type }) => type === 'entry');
    const signed = lines.findLast(({ type }) => type === 'checkpoint') ?? { type: 'checkpoint' };
    return [...kept, signed, { type: 'end', seq: last?.seq ?? 0, hash: last?.hash ?? '' }];
  },
  'edits a checkpoint': (lines, at, other) => {
    const checkpoints = lines.flatMap(({ type }, index) => (type === 'checkpoint' ? [index] : []));
    const index = checkpoints[at % checkpoints.length] ?? 0;
    const change = [{ at_ms: 1 }, { hash: '0'.repeat(64) }, { signature: 'AAAA' }, { key_id: 'other' }, { seq: 3 }];
    return edited(lines, index, change[other % change.length] ?? {});
  },
  'edits personal data': (lines, at) => {
    const own = lines.flatMap((line, index) => (dataOf(line) === null ? [] : [index]));
    const index = own[at % own.length] ?? 0;
    const data = canonicalJson({ actor: { name: 'somebody@example.org' }, more: {} });
    return edited(lines, index, { personal: { user_id: '', salt: 'ab', data } });
  },
  'takes personal data away without saying so': (lines, at) => {
    const own = lines.flatMap((line, index) => (dataOf(line) === null ? [] : [index]));
    const gone = [null, { user_id: '', salt: '', data: null }][at % 2];
    return edited(lines, own[at % own.length] ?? 0, { personal: gone });
  },
};

const Personal = z.looseObject({ data: z.string().nullable() }).nullable().catch(null);
const dataOf = (line: Line): string | null => Personal.parse(line['personal'])?.data ?? null;

it('an untouched log is proven to its end', async () => {
  expect(await verified(original)).toMatchObject({ ok: true, entries: 13, provenSeq: 13, checkpoints: 2, erased: 2 });
});

it.each(Object.keys(attacks))('is found: who %s', async (name) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(200), fc.nat(200), async (at, other) => {
      const report = await verified(attacks[name]?.(original, at, other) ?? []);
      expect(report.ok).toBe(false);
      expect(report.findings[0]?.seq).toBeTypeOf('number');
    }),
    { numRuns: 60, seed: 20 },
  );
});
