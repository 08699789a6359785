import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import calculator from 'ae-cvss-calculator';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { starterRecord } from '../../src/catalog/feeds/index.ts';
import { realData, realDataHint } from '../support/real-data.ts';
import { text } from './tree.ts';

// Risk: a first start that answers with nonsense, or a shipped file that carries other people's sentences.

const content = text('starter/records.ndjson');
const lines = content.split('\n').slice(0, -1);

const day = z.iso.date();
const version = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:+~()-]{0,63}$/);
const name = z.string().regex(/^[a-z0-9][a-z0-9!._&/+~-]{0,79}$/);
const share = z.number().min(0).max(1);
const range = z.union([
  z.strictObject({ exact: version }),
  z.strictObject({ from: version.optional(), lessThan: version }),
  z.strictObject({ from: version.optional(), upTo: version }),
  z.strictObject({ all: z.literal(true) }),
]);
const entrySchema = z.strictObject({
  id: z.string().regex(/^CVE-(1999|20[0-2]\d)-(\d{4}|[1-9]\d{4,6})$/),
  title: z.string().min(15).max(120),
  published: day,
  modified: day,
  assigner: z.string().min(1).max(40),
  cvss: z.array(z.string()).min(1).max(3).optional(),
  cwe: z
    .array(z.string().regex(/^CWE-[1-9]\d{0,3}$/))
    .min(1)
    .max(4)
    .optional(),
  affected: z
    .array(z.strictObject({ vendor: name, product: name, versions: z.array(range).min(1).max(60) }))
    .min(1)
    .max(8),
  kev: z.strictObject({ added: day, due: day, ransomware: z.boolean() }).optional(),
  epss: z.tuple([share, share]).optional(),
  references: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https?$/ }).max(260),
        tags: z
          .array(z.string().regex(/^[a-z-]+$/))
          .min(1)
          .optional(),
      }),
    )
    .min(2)
    .max(5),
});
const entries = lines.map((line) => entrySchema.parse(JSON.parse(line)));

const order = (id: string): number => {
  const [, year, number] = id.split('-');
  return Number(year) * 10_000_000 + Number(number);
};

const baseScore = (vector: string): number | undefined => {
  if (vector.startsWith('CVSS:4.0/')) return new calculator.Cvss4P0(vector).calculateScores().base;
  if (vector.startsWith('CVSS:3.1/')) return new calculator.Cvss3P1(vector).calculateScores().base;
  if (vector.startsWith('CVSS:3.0/')) return new calculator.Cvss3P0(vector).calculateScores().base;
  return new calculator.Cvss2(vector).calculateScores().base;
};

describe('the starter catalogue', () => {
  test('is small enough to ship and large enough to be of use', () => {
    expect(content.endsWith('}\n')).toBe(true);
    expect(Buffer.byteLength(content)).toBeLessThan(500_000);
    expect(entries.length).toBeGreaterThanOrEqual(350);
    expect(entries.length).toBeLessThanOrEqual(450);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(4000);
  });

  test('has every entry once, by year and number', () => {
    const ids = entries.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => order(a) - order(b)));
  });

  test('has the fields of an entry in one order and no field for free text but the title', () => {
    const fields = Object.keys(entrySchema.shape);
    for (const entry of lines.map((line): unknown => JSON.parse(line))) {
      const keys = Object.keys(z.record(z.string(), z.unknown()).parse(entry));
      expect(keys).toEqual(fields.filter((field) => keys.includes(field)));
    }
  });

  test('has one plain line as the title of each entry, each its own', () => {
    const titles = entries.map(({ title }) => title);
    expect(titles.filter((title) => title !== title.trim() || /[\n\r\t<>]|\s{2}|\.$|CVE-\d/.test(title))).toEqual([]);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('has CVSS vectors that give a base score, one a version', () => {
    for (const { id, cvss = [] } of entries) {
      for (const vector of cvss) expect(baseScore(vector), `${id} ${vector}`).toBeGreaterThan(0);
      const versions = cvss.map((vector) => /^CVSS:(\d\.\d)/.exec(vector)?.[1] ?? '2.0');
      expect(new Set(versions).size, id).toBe(versions.length);
    }
  });

  test('has dates in their order: published, modified, and due after added', () => {
    const wrong = entries.filter(
      ({ published, modified, kev }) =>
        published > modified ||
        published < '1996-01-01' ||
        modified > '2026-11-21' ||
        (kev !== undefined && kev.added > kev.due),
    );
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  test('has no product twice in an entry and ends its references with the one of NVD', () => {
    for (const { id, affected, references } of entries) {
      const products = affected.map(({ vendor, product }) => `${vendor}:${product}`);
      expect(new Set(products).size, id).toBe(products.length);
      expect(references.at(-1)?.url, id).toBe(`https://nvd.nist.gov/vuln/detail/${id}`);
      expect(new Set(references.map(({ url }) => url)).size, id).toBe(references.length);
      expect(
        references.filter(({ url }) => /exploit-db\.com/.test(url)),
        id,
      ).toEqual([]);
    }
  });

  test('is read by the feed with every bound of every version', () => {
    for (const entry of entries) {
      const read = JSON.stringify(starterRecord(entry)?.document);
      for (const bound of entry.affected.flatMap(({ versions }) => versions.flatMap((item) => Object.entries(item)))) {
        if (bound[0] === 'all') continue;
        const member =
          { exact: 'version', from: 'version', lessThan: 'lessThan', upTo: 'lessThanOrEqual' }[bound[0]] ?? '';
        expect(read, entry.id).toContain(`"${member}":${JSON.stringify(bound[1])}`);
      }
    }
  });
});

const folder = realData();
if (folder === null) console.warn(`starter catalogue: titles not compared with published texts; ${realDataHint}`);

const unpacked = (path: string): string => gunzipSync(readFileSync(join(folder ?? '', path))).toString('utf8');

/** Runs of six words of a text, lower case. */
const runs = (value: string): string[] => {
  const words = value.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.slice(5).map((_, index) => words.slice(index, index + 6).join(' '));
};

describe.skipIf(folder === null)('titles of the starter catalogue', () => {
  test('share no six words in a row with the published texts of the same vulnerability', () => {
    const kev = z.object({ vulnerabilities: z.array(z.looseObject({ cveID: z.string() })) });
    const nvd = z.looseObject({ id: z.string() });
    const published = new Map<string, string>();
    const add = (id: string, value: string): void => void published.set(id, `${published.get(id) ?? ''} | ${value}`);
    for (const item of kev.parse(JSON.parse(unpacked('kev/known_exploited_vulnerabilities-2026-08-07.json.gz')))
      .vulnerabilities) {
      add(item.cveID, JSON.stringify(item));
    }
    for (const file of ['nvd20-kev-and-famous', 'nvd20-kev-and-famous-converted-from-1.1', 'nvd20-sample-2024']) {
      for (const line of unpacked(`nvd/${file}.ndjson.gz`).split('\n').filter(Boolean)) {
        const { id, descriptions } = nvd.parse(JSON.parse(line));
        add(id, JSON.stringify(descriptions));
      }
    }
    const copied = entries.filter(({ id, title }) => {
      const theirs = new Set(runs(published.get(id) ?? ''));
      return runs(title).some((run) => theirs.has(run));
    });
    expect(copied.map(({ id, title }) => `${id} ${title}`)).toEqual([]);
  });
});
