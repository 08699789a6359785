import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Position, SortKey } from '../types.ts';
import { Bitmap } from './bitmap.ts';
import { Columns, noValue, type IndexRow } from './columns.ts';
import { narrowByFlags, narrowByRanges, type Filter } from './filter.ts';
import { Order } from './order.ts';

const keys: readonly SortKey[] = ['severity', 'cvss', 'epss', 'published', 'modified'];
const day = 86_400_000;

/** Few distinct values, so that ties and missing values are common. */
const time = fc.oneof(
  fc.constant(Number.NaN),
  fc.integer({ min: 0, max: 5 }).map((days) => Date.UTC(2024, 0, 1) + days * day),
  fc.constantFrom(-1e15, Date.UTC(1970, 0, 1), Date.UTC(9999, 0, 1)),
);
const rowOf = (id: number): fc.Arbitrary<IndexRow> =>
  fc.record({
    id: fc.constant(id),
    flags: fc
      .record({
        low: fc.integer({ min: 0, max: 3 }),
        severity: fc.integer({ min: 0, max: 4 }),
        high: fc.integer({ min: 0, max: 511 }),
      })
      .map(({ low, severity, high }) => low + severity * 4 + high * 32),
    score: fc.integer({ min: -1, max: 100 }),
    epss: fc.oneof(
      fc.constant(-1),
      fc.integer({ min: 0, max: 4 }).map((n) => n * 25_000),
    ),
    publishedMs: time,
    modifiedMs: time,
    assignerId: fc.integer({ min: 1, max: 3 }),
    scoreV2: fc.integer({ min: -1, max: 100 }),
    scoreV30: fc.integer({ min: -1, max: 100 }),
    scoreV31: fc.integer({ min: -1, max: 100 }),
    scoreV40: fc.integer({ min: -1, max: 100 }),
  });
const rows = fc
  .uniqueArray(fc.integer({ min: 1, max: 300 }), { maxLength: 80 })
  .chain((ids) => fc.tuple(...ids.map(rowOf)));

const filters: fc.Arbitrary<Filter> = fc.record(
  {
    states: fc.subarray(['published', 'rejected'] as const),
    severities: fc.subarray(['unknown', 'low', 'medium', 'high', 'critical'] as const, { minLength: 1 }),
    scoreMin: fc.integer({ min: 0, max: 100 }).map((n) => n / 10),
    scoreMax: fc.integer({ min: 0, max: 100 }).map((n) => n / 10),
    epssMin: fc.constantFrom(0, 0.25, 0.5, 0.7),
    publishedFromMs: fc.integer({ min: 0, max: 5 }).map((days) => Date.UTC(2024, 0, 1) + days * day),
    modifiedToMs: fc.integer({ min: 0, max: 5 }).map((days) => Date.UTC(2024, 0, 1) + days * day),
    kev: fc.boolean(),
    ransomware: fc.boolean(),
    exploitKnown: fc.boolean(),
    exploitation: fc.subarray(['none', 'poc', 'active'] as const, { minLength: 1 }),
    automatable: fc.boolean(),
    technicalImpact: fc.constantFrom('partial', 'total'),
  },
  { requiredKeys: [] },
);

/** The same restriction, written as plainly as possible. */
const plainly =
  (filter: Filter) =>
  (row: IndexRow): boolean => {
    const bits = (at: number, width = 1) => (row.flags >>> at) & ((1 << width) - 1);
    const given = <Wanted>(wanted: Wanted | undefined, holds: (wanted: Wanted) => boolean) =>
      wanted === undefined || holds(wanted);
    const names = ['unknown', 'low', 'medium', 'high', 'critical'] as const;
    return [
      given(filter.states, (states) => states.includes(bits(0) === 0 ? 'published' : 'rejected')),
      given(filter.severities, (severities) => severities.includes(names[bits(2, 3)] ?? 'unknown')),
      given(filter.scoreMin, (least) => row.score >= 0 && row.score >= Math.round(least * 10)),
      given(filter.scoreMax, (most) => row.score >= 0 && row.score <= Math.round(most * 10)),
      given(filter.epssMin, (least) => row.epss >= 0 && row.epss >= least * 100_000),
      given(filter.publishedFromMs, (from) => row.publishedMs >= from),
      given(filter.modifiedToMs, (to) => row.modifiedMs <= to),
      given(filter.kev, (wanted) => (bits(5) === 1) === wanted),
      given(filter.ransomware, (wanted) => (bits(6) === 1) === wanted),
      given(filter.exploitKnown, (wanted) => (bits(7) === 1) === wanted),
      given(filter.exploitation, (words) =>
        words.some((word) => ({ none: 1, poc: 2, active: 3 })[word] === bits(8, 2)),
      ),
      given(filter.automatable, (wanted) => bits(10, 2) === (wanted ? 2 : 1)),
      given(filter.technicalImpact, (wanted) => bits(12, 2) === (wanted === 'total' ? 2 : 1)),
    ].every(Boolean);
  };

const clamped = (ms: number) =>
  Number.isNaN(ms) ? noValue : Math.min(Math.max(ms - Date.UTC(1980, 0, 1), 0), 2 ** 42 - 1);
const plainValue = (key: SortKey, row: IndexRow): number => {
  const severity = (row.flags >>> 2) & 7;
  if (key === 'severity') return severity === 0 && row.score < 0 ? noValue : severity * 1000 + Math.max(0, row.score);
  if (key === 'cvss') return Math.max(row.scoreV2, row.scoreV30, row.scoreV31, row.scoreV40);
  if (key === 'epss') return row.epss;
  return clamped(key === 'published' ? row.publishedMs : row.modifiedMs);
};

const plainOrder = (list: readonly IndexRow[], key: SortKey, descending: boolean): number[] => {
  const direction = descending ? -1 : 1;
  return list
    .toSorted((a, b) => {
      const [x, y] = [plainValue(key, a), plainValue(key, b)];
      if ((x === noValue) !== (y === noValue)) return x === noValue ? 1 : -1;
      return (x - y || a.id - b.id) * direction;
    })
    .map((row) => row.id);
};

const indexOf = (list: readonly IndexRow[], key: SortKey) => {
  const columns = new Columns();
  for (const row of list) columns.set(row);
  const order = new Order(key, columns);
  order.rebuild();
  return { columns, order };
};

const matching = (columns: Columns, filter: Filter): Bitmap => {
  const bitmap = columns.present.copy();
  narrowByFlags(bitmap, columns, filter);
  narrowByRanges(bitmap, columns, filter);
  return bitmap;
};

const walk = (
  order: Order,
  columns: Columns,
  filter: Filter,
  descending: boolean,
  limit: number,
  between?: () => void,
) => {
  const seen: number[] = [];
  let after: Position | undefined;
  for (;;) {
    const page = order.page(matching(columns, filter), {
      descending,
      limit,
      ...(after === undefined ? {} : { after }),
    });
    seen.push(...page.ids);
    if (page.next === null) return seen;
    after = page.next;
    between?.();
  }
};

describe('Order', () => {
  it('pages through exactly the rows that a plain filter and sort give, in their order', () => {
    fc.assert(
      fc.property(
        rows,
        filters,
        fc.constantFrom(...keys),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (list, filter, key, descending, limit) => {
          const { columns, order } = indexOf(list, key);
          const expected = plainOrder(list.filter(plainly(filter)), key, descending);
          expect(walk(order, columns, filter, descending, limit)).toEqual(expected);
          expect(matching(columns, filter).count()).toBe(expected.length);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('gives a page at any offset as a slice of the whole list, through blocks of matches and of none', () => {
    const list: IndexRow[] = Array.from({ length: 5000 }, (_, at) => ({
      id: at + 1,
      flags: 0,
      score: at % 101,
      scoreV2: -1,
      scoreV30: -1,
      scoreV31: -1,
      scoreV40: -1,
      epss: (at * 7919) % 100_000,
      assignerId: 1,
      publishedMs: at % 3 === 0 ? Number.NaN : Date.UTC(2024, 0, 1) + ((at * 31) % 977) * day,
      modifiedMs: Date.UTC(2024, 0, 1) + at * day,
    }));
    const { columns, order } = indexOf(list, 'published');
    const dense = columns.present.copy();
    const clustered = new Bitmap(columns.size);
    for (const id of plainOrder(list, 'published', false).slice(1500, 1530)) clustered.add(id);
    const sparse = new Bitmap(columns.size);
    for (let id = 1; id < 5000; id += 613) sparse.add(id);
    for (const matches of [dense, clustered, sparse, new Bitmap(columns.size)]) {
      for (const descending of [false, true]) {
        const whole = plainOrder(list, 'published', descending).filter((id) => matches.has(id));
        const ranks = order.ranksOf(matches, descending);
        for (const offset of [0, 1, 7, 29, 511, 512, 513, 2048, 4990, 4999, 5000, 90_000]) {
          const query = { descending, limit: 10, offset };
          expect(order.pageAt(matches, ranks, query).ids).toEqual(whole.slice(offset, offset + 10));
          expect(order.pageAt(matches, ranks, query).next === null).toBe(offset + 10 >= whole.length);
          if (matches === dense)
            expect(order.pageAt(matches, null, query)).toEqual(order.pageAt(matches, ranks, query));
        }
      }
    }
  });

  it('is the same after merging changed and new rows as after sorting everything anew', () => {
    fc.assert(
      fc.property(rows, rows, fc.constantFrom(...keys), fc.boolean(), (before, changes, key, descending) => {
        const { columns, order } = indexOf(before, key);
        for (const row of changes) columns.set(row);
        const isChanged = new Bitmap(columns.size);
        for (const { id } of changes) isChanged.add(id);
        order.merge(new Uint32Array(changes.map(({ id }) => id)).sort(), isChanged);
        const after = [...before.filter(({ id }) => !isChanged.has(id)), ...changes];
        expect(walk(order, columns, {}, descending, 7)).toEqual(plainOrder(after, key, descending));
      }),
      { numRuns: 300 },
    );
  });

  it('shows every row that does not change exactly once while others change between the pages', () => {
    fc.assert(
      fc.property(rows, rows, fc.constantFrom(...keys), fc.boolean(), (before, changes, key, descending) => {
        const { columns, order } = indexOf(before, key);
        const queue = [...changes];
        const changing = new Set(changes.map(({ id }) => id));
        const seen = walk(order, columns, {}, descending, 3, () => {
          const row = queue.pop();
          if (row === undefined) return;
          columns.set(row);
          const isChanged = new Bitmap(columns.size);
          isChanged.add(row.id);
          order.merge(new Uint32Array([row.id]), isChanged);
        });
        const still = before.filter(({ id }) => !changing.has(id));
        expect(seen.filter((id) => !changing.has(id))).toEqual(plainOrder(still, key, descending));
      }),
      { numRuns: 300 },
    );
  });
});
