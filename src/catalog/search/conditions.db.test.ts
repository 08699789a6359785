import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText } from '../record/index.ts';
import { sampleWriter, type Sample } from '../store/read-samples.suite.ts';
import type { Expression, ListQuery, ScoreVersion, Severity, SortKey } from '../types.ts';
import { SearchEngine } from './engine.ts';
import type { Leaf } from './expression.ts';
import { checkQuery } from './filter.ts';

const idOf = (number: number) => `CVE-${2020 + (number % 4)}-${1000 + number * 7}`;
const day = (days: number) => Date.UTC(2024, 0, 1) + days * 86_400_000;
const severities: readonly Severity[] = ['unknown', 'low', 'medium', 'high', 'critical'];
const exploitations = [null, 'none', 'poc', 'active'] as const;
const names = ['apache', 'http_server', 'word press', 'press'] as const;
const texts = ['Alpha BETA', 'beta', 'élan Alpha', 'İstanbul'] as const;

const orNull = <Value>(of: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.oneof(fc.constant(null), of);
const tenth = fc.integer({ min: 0, max: 100 });

const sampleOf = (number: number): fc.Arbitrary<Sample> =>
  fc.record({
    cveId: fc.constant(idOf(number)),
    state: fc.integer({ min: 0, max: 1 }),
    assigner: fc.constantFrom('mitre', 'Red'),
    publishedMs: orNull(fc.integer({ min: 0, max: 4 }).map(day)),
    modifiedMs: orNull(fc.integer({ min: 0, max: 4 }).map(day)),
    severity: fc.integer({ min: 0, max: 4 }),
    score: orNull(tenth),
    scores: fc.record({ v2: tenth, v30: tenth, v31: tenth, v40: tenth }, { requiredKeys: [] }),
    epss: orNull(fc.integer({ min: 0, max: 4 }).map((n) => n * 25_000)),
    kev: fc.boolean(),
    ransomware: fc.boolean(),
    exploitKnown: fc.boolean(),
    exploitation: fc.integer({ min: 0, max: 3 }),
    automatable: fc.integer({ min: 0, max: 2 }),
    title: orNull(fc.constantFrom(...texts)),
    description: fc.constantFrom(...texts),
    products: fc.uniqueArray(
      fc.tuple(fc.constantFrom('apache', 'word_press'), fc.constantFrom('http_server', 'press')),
      {
        maxLength: 2,
        selector: (pair) => pair.join(' '),
      },
    ),
    cwes: fc.subarray([79, 89]),
  });
const catalogues = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 12 })
  .chain((numbers) => fc.tuple(...numbers.map(sampleOf)));

const match = fc.constantFrom('exact' as const, 'contains' as const);
const bound = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined });
const versions: readonly ScoreVersion[] = ['2.0', '3.0', '3.1', '4.0', 'any'];
const bounds = (min: number | undefined, max: number | undefined, unit: (value: number) => number) => ({
  ...(min === undefined ? {} : { min: unit(min) }),
  ...(max === undefined ? {} : { max: unit(max) }),
});

const leaves: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .tuple(fc.constantFrom('cve-2021', '107', '-10', idOf(3), ''), match)
    .map(([text, how]): Expression => ({ kind: 'id', text, match: how })),
  fc
    .tuple(
      fc.constantFrom('title' as const, 'description' as const),
      fc.constantFrom('alpha', 'ETA', 'a b', 'É', 'i', ' ', 'beta', 'lan', '%'),
      match,
    )
    .map(([field, text, how]): Expression => ({ kind: 'text', field, text, match: how })),
  fc.constantFrom('alpha', 'beta alpha', 'apache').map((text): Expression => ({ kind: 'words', text })),
  fc.tuple(fc.constantFrom(...names), match).map(([name, how]): Expression => ({ kind: 'vendor', name, match: how })),
  fc
    .tuple(
      fc.constantFrom(null, 'Apache'),
      fc.constantFrom(...names),
      fc.constantFrom('exact' as const, 'prefix' as const),
    )
    .map(([vendor, name, how]): Expression => ({ kind: 'product', vendor, name, match: how })),
  fc.constantFrom(79, 89, 1).map((cwe): Expression => ({ kind: 'weakness', cwe })),
  fc
    .tuple(fc.constantFrom(...versions), fc.option(tenth, { nil: undefined }), fc.option(tenth, { nil: undefined }))
    .map(([version, min, max]): Expression => ({ kind: 'cvss', version, ...bounds(min, max, (value) => value / 10) })),
  fc.tuple(bound, bound).map(([min, max]): Expression => ({ kind: 'epss', ...bounds(min, max, (value) => value / 4) })),
  fc
    .tuple(fc.constantFrom('published' as const, 'modified' as const), bound, bound)
    .map(([kind, from, to]): Expression => ({
      kind,
      ...(from === undefined ? {} : { fromMs: day(from) }),
      ...(to === undefined ? {} : { toMs: day(to) }),
    })),
  fc
    .constantFrom(
      'kev' as const,
      'ransomware' as const,
      'exploit_known' as const,
      'rejected' as const,
      'automatable' as const,
    )
    .map((flag): Expression => ({ kind: 'flag', flag })),
  fc.subarray([...severities]).map((of): Expression => ({ kind: 'severity', of })),
  fc.subarray(['none', 'poc', 'active'] as const).map((of): Expression => ({ kind: 'exploitation', of })),
  fc.constantFrom('MITRE', 'red ', 'org-Red', 'nobody').map((name): Expression => ({ kind: 'assigner', name })),
  fc
    .array(fc.integer({ min: 0, max: 60 }).map(idOf))
    .map((cveIds): Expression => ({ kind: 'ids', cveIds: [...cveIds, 'not an id', 'cve-1999-0001'] })),
);

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaves,
    fc.array(tie('expression'), { maxLength: 4 }).map((of): Expression => ({ kind: 'all', of })),
    fc.array(tie('expression'), { maxLength: 20 }).map((of): Expression => ({ kind: 'any', of })),
    tie('expression').map((of): Expression => ({ kind: 'not', of })),
  ),
}));

const inside = (value: number | null | undefined, low = -Infinity, high = Infinity): boolean =>
  value !== null && value !== undefined && value >= low && value <= high;
const compares = (stored: string | null, sought: string, how: 'exact' | 'contains' | 'prefix'): boolean => {
  if (stored === null) return false;
  const [whole, piece] = [foldText(stored), foldText(sought)];
  if (how === 'exact') return whole === piece;
  return how === 'prefix' ? whole.startsWith(piece) : whole.includes(piece);
};
const spelled = (name: string) => name.toLowerCase().replaceAll(' ', '_');

/** The same condition, written as plainly as possible. */
const holds = (condition: Expression, row: Required<Sample>): boolean => {
  if (condition.kind === 'all') return condition.of.every((part) => holds(part, row));
  if (condition.kind === 'any') return condition.of.some((part) => holds(part, row));
  if (condition.kind === 'not') return !holds(condition.of, row);
  return isNumeric(condition) ? fits(condition, row) : says(condition, row);
};

type NumericKind = 'cvss' | 'epss' | 'published' | 'modified' | 'flag' | 'severity' | 'exploitation';
type Numeric = Extract<Leaf, { readonly kind: NumericKind }>;
const isNumeric = (leaf: Leaf): leaf is Numeric =>
  ['cvss', 'epss', 'published', 'modified', 'flag', 'severity', 'exploitation'].includes(leaf.kind);

const says = (condition: Exclude<Leaf, Numeric>, row: Required<Sample>): boolean => {
  switch (condition.kind) {
    case 'id':
      return compares(row.cveId, condition.text, condition.match);
    case 'text':
      return compares(row[condition.field], condition.text, condition.match);
    case 'words': {
      const words = [row.title ?? '', row.description ?? '', ...row.products.flat()].join(' ').toLowerCase();
      return condition.text.split(' ').every((word) => words.split(/[ _]/).includes(word));
    }
    case 'vendor':
      return row.products.some(([vendor]) => compares(vendor, spelled(condition.name), condition.match));
    case 'product':
      return row.products.some(
        ([vendor, product]) =>
          (condition.vendor === null || vendor === spelled(condition.vendor)) &&
          compares(product, spelled(condition.name), condition.match),
      );
    case 'weakness':
      return row.cwes.includes(condition.cwe);
    case 'assigner':
      return [row.assigner.toLowerCase(), `org-${row.assigner}`].includes(
        condition.name.startsWith('org-') ? condition.name : condition.name.trim().toLowerCase(),
      );
    case 'ids':
      return condition.cveIds.includes(row.cveId);
  }
};

const fits = (condition: Numeric, row: Required<Sample>): boolean => {
  switch (condition.kind) {
    case 'cvss': {
      const { v2, v30, v31, v40 } = row.scores;
      const scores = { '2.0': [v2], '3.0': [v30], '3.1': [v31], '4.0': [v40], any: [v2, v30, v31, v40] };
      return scores[condition.version].some((score) =>
        inside(score, Math.round((condition.min ?? 0) * 10), Math.round((condition.max ?? 10) * 10)),
      );
    }
    case 'epss':
      return inside(row.epss, (condition.min ?? 0) * 100_000, (condition.max ?? 1) * 100_000);
    case 'published':
      return inside(row.publishedMs, condition.fromMs, condition.toMs);
    case 'modified':
      return inside(row.modifiedMs, condition.fromMs, condition.toMs);
    case 'flag':
      return {
        kev: row.kev,
        ransomware: row.ransomware,
        exploit_known: row.exploitKnown,
        rejected: row.state === 1,
        automatable: row.automatable === 2,
      }[condition.flag];
    case 'severity':
      return condition.of.includes(severities[row.severity] ?? 'unknown');
    case 'exploitation':
      return condition.of.some((word) => word === exploitations[row.exploitation]);
  }
};

const keys: readonly SortKey[] = ['severity', 'cvss', 'epss', 'published', 'modified', 'cve_id'];
const isWhole = (sample: Sample): sample is Required<Sample> => Object.keys(sample).length >= 18;

describe('a condition', () => {
  it('matches the records that a plain evaluation matches, and pages by offset equal slices of the whole list', () => {
    fc.assert(
      fc.property(
        catalogues,
        fc.array(expression, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(...keys),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        (samples, conditions, sort, descending, limit) => {
          const writer = sampleWriter();
          writer.put(...samples);
          const engine = new SearchEngine(writer.path);
          for (const where of conditions) {
            const query: ListQuery = { where, sort, descending, limit: 100 };
            checkQuery(query);
            const whole = engine.list(query);
            const expected = samples.filter((sample) => isWhole(sample) && holds(where, sample));
            expect(new Set(whole.rows.map((row) => row[1]))).toEqual(new Set(expected.map((sample) => sample.cveId)));
            expect(whole.total).toBe(expected.length);
            for (let offset = 0; offset <= whole.total; offset++) {
              const page = engine.list({ ...query, limit, offset });
              expect(page.rows).toEqual(whole.rows.slice(offset, offset + limit));
              expect(page.total).toBe(whole.total);
              expect(page.next === null).toBe(offset + limit >= whole.total);
            }
          }
          engine.close();
          writer.database.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sorts by CVE id as by year and number, also after a change', () => {
    const writer = sampleWriter();
    const ids = ['CVE-2021-10000', 'CVE-2021-9999', 'CVE-1999-0001', 'CVE-2024-1000001', 'CVE-2024-20000'];
    writer.put(...ids.map((cveId) => ({ cveId })));
    const engine = new SearchEngine(writer.path);
    const listed = () => engine.list({ sort: 'cve_id', descending: false, limit: 100 }).rows.map((row) => row[1]);
    expect(listed()).toEqual([
      'CVE-1999-0001',
      'CVE-2021-9999',
      'CVE-2021-10000',
      'CVE-2024-20000',
      'CVE-2024-1000001',
    ]);
    writer.put({ cveId: 'CVE-2021-10001' });
    expect(listed().slice(1, 4)).toEqual(['CVE-2021-9999', 'CVE-2021-10000', 'CVE-2021-10001']);
    const page = engine.list({ sort: 'cve_id', descending: true, limit: 2 });
    expect(page.rows.map((row) => row[1])).toEqual(['CVE-2024-1000001', 'CVE-2024-20000']);
    const after = page.next ?? { value: 0, id: 0 };
    const next = engine.list({ sort: 'cve_id', descending: true, limit: 2, after });
    expect(next.rows.map((row) => row[1])).toEqual(['CVE-2021-10001', 'CVE-2021-10000']);
    engine.close();
  });

  it('sorts by the greatest score of any version, also after a change', () => {
    const writer = sampleWriter();
    const [first, second, third] = ['CVE-2024-0001', 'CVE-2024-0002', 'CVE-2024-0003'];
    writer.put(
      { cveId: first, scores: { v31: 53, v40: 100 } },
      { cveId: second, scores: { v2: 99 } },
      { cveId: third },
    );
    const engine = new SearchEngine(writer.path);
    const listed = () => engine.list({ sort: 'cvss', descending: true, limit: 100 }).rows.map((row) => row[1]);
    expect(listed()).toEqual([first, second, third]);
    writer.put({ cveId: first, scores: { v31: 53 } });
    expect(listed()).toEqual([second, first, third]);
    engine.close();
  });

  it('refuses what is too large or no number, and a position beside an offset', () => {
    const base = { sort: 'modified', descending: true, limit: 10 } as const;
    const leaf: Expression = { kind: 'flag', flag: 'kev' };
    let deep: Expression = leaf;
    for (let depth = 0; depth < 10_000; depth++) deep = { kind: 'not', of: deep };
    const refusedWhere: readonly Expression[] = [
      deep,
      { kind: 'all', of: Array.from({ length: 20_000 }, () => leaf) },
      { kind: 'cvss', version: 'any', min: Number.NaN },
      { kind: 'text', field: 'title', text: 'x'.repeat(70_000), match: 'contains' },
    ];
    for (const where of refusedWhere)
      expect(() => checkQuery({ ...base, where })).toThrow(
        expect.objectContaining({ code: 'request.invalid_parameter' }),
      );
    for (const offset of [-1, 0.5, Number.NaN, 1e300])
      expect(() => checkQuery({ ...base, offset })).toThrow(
        expect.objectContaining({ code: 'request.invalid_parameter' }),
      );
    expect(() => checkQuery({ ...base, offset: 0, after: { value: 0, id: 1 } })).toThrow(
      expect.objectContaining({ code: 'request.invalid_parameter' }),
    );
    checkQuery({ ...base, offset: Number.MAX_SAFE_INTEGER, where: { kind: 'all', of: [leaf] } });
  });
});
