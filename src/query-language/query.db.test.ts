/** Risk: a query finds other records than its words say, somewhere between the parser and the index. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importSamples, type SampleRecord } from '../../test/support/sample-records.ts';
import { openCatalog, type Catalog } from '../catalog/index.ts';
import { silentLog, systemClock } from '../kernel/index.ts';
import { compileQuery } from './index.ts';

const vendors = ['acme', 'apache', 'siemens'] as const;
const words = ['alpha', 'beta', 'gamma', 'delta'] as const;
const cwes = [20, 79, 790] as const;
const scores = [0.1, 3.9, 4, 6.9, 7, 7.1, 8.9, 9, 9.8, 10] as const;
const dayMs = 86_400_000;
const firstMs = Date.UTC(2024, 0, 1);

const pick = <T>(list: readonly [T, ...T[]], index: number): T => list[index % list.length] ?? list[0];
const dateOf = (ms: number): string => new Date(ms).toISOString();

/** Every combination turns up, since the lengths of the lists have little in common. */
const records = Array.from({ length: 60 }, (_, index) => ({
  id: `CVE-2024-${1000 + index}`,
  title: `${pick(words, index)} fault`,
  text: `A ${pick(words, index + 1)} in ${pick(words, index * 3)}`,
  vendor: pick(vendors, index),
  cwe: pick(cwes, Math.floor(index / 2)),
  score: pick(scores, index * 7),
  updatedMs: firstMs + index * dayMs + 3_600_000,
}));
type Row = (typeof records)[number];

interface Condition {
  readonly text: string;
  readonly holds: (row: Row) => boolean;
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};
const operator = fc.constantFrom(...Object.entries(comparisons));

const term: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom(...vendors).map((name) => ({ text: `vendor:${name}`, holds: (row: Row) => row.vendor === name })),
  fc.constantFrom(...cwes).map((cwe) => ({ text: `cwe:CWE-${cwe}`, holds: (row: Row) => row.cwe === cwe })),
  fc.constantFrom(...words).map((word) => ({
    text: `title!:${word.toUpperCase()}`,
    holds: (row: Row) => !row.title.includes(word),
  })),
  fc.constantFrom(...words).map((word) => ({ text: `"${word}"`, holds: (row: Row) => row.text.includes(word) })),
  fc.tuple(operator, fc.nat(100)).map(([[sign, compare], tenths]) => ({
    text: `cvss31 ${sign} ${tenths / 10}`,
    holds: (row: Row) => compare(Math.round(row.score * 10), tenths),
  })),
  fc.tuple(operator, fc.nat(70)).map(([[sign, compare], days]) => ({
    text: `updated${sign}${dateOf(firstMs + days * dayMs).slice(0, 10)}`,
    holds: (row: Row) => compare(Math.floor((row.updatedMs - firstMs) / dayMs), days),
  })),
  fc.nat(60).map((index) => ({
    text: `cve=CVE-2024-${1000 + index}`,
    holds: (row: Row) => row.id === `CVE-2024-${1000 + index}`,
  })),
);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => {
  const several = fc.array(tie('condition'), { minLength: 2, maxLength: 3 });
  return {
    condition: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      term,
      tie('condition').map((inner) => ({ text: `NOT (${inner.text})`, holds: (row: Row) => !inner.holds(row) })),
      several.map((all) => ({
        text: all.map(({ text }) => `(${text})`).join(' AND '),
        holds: (row: Row) => all.every(({ holds }) => holds(row)),
      })),
      several.map((any) => ({
        text: any.map(({ text }) => `(${text})`).join(' or '),
        holds: (row: Row) => any.some(({ holds }) => holds(row)),
      })),
    ),
  };
});

let folder: string;
let catalog: Catalog;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vulngate-query-'));
  const samples = records.map(({ id, title, text, vendor, cwe, score, updatedMs }): SampleRecord => ({
    id,
    title,
    text,
    products: [[vendor, 'thing']],
    updated: dateOf(updatedMs),
    cwe: `CWE-${cwe}`,
    score,
  }));
  await importSamples(folder, samples);
  catalog = openCatalog({ databasePath: join(folder, 'catalog.db'), clock: systemClock, log: silentLog });
});
afterAll(async () => {
  await catalog.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a query', () => {
  it('finds exactly the records for which its conditions hold', async () => {
    await fc.assert(
      fc.asyncProperty(condition, async ({ text, holds }) => {
        const outcome = await compileQuery(text, { nowMs: firstMs, termsMax: 1000 });
        if (outcome.kind === 'refused') throw new Error(`${text}: ${outcome.message}`);
        const page = await catalog.list({ where: outcome.expression, sort: 'cve_id', descending: false, limit: 100 });
        expect(page.rows.map(({ cveId }) => cveId)).toEqual(records.filter(holds).map(({ id }) => id));
        expect(page.total).toBe(page.rows.length);
      }),
      { numRuns: 300 },
    );
  });
});
