import { fail } from '../../kernel/index.ts';
import type { KevQuery, ListQuery, Position, Severity } from '../types.ts';
import { checkExpression, expressionKey } from './expression.ts';
import { retain, type Bitmap } from './bitmap.ts';
import { noValue, type Columns } from './columns.ts';

/** The part of a query that decides which rows match, without order and page. */
export type Filter = Omit<ListQuery, 'sort' | 'descending' | 'limit' | 'after' | 'offset'>;

export const severityNumbers: Readonly<Record<Severity, number>> = {
  unknown: 0,
  low: 1,
  medium: 2,
  high: 3,
  critical: 4,
};
export const exploitationNumbers = { none: 1, poc: 2, active: 3 } as const;
const everything = 0xff;

/** numbersOf is a set of small numbers as bits. */
export const numbersOf = <Word extends string>(
  words: readonly Word[],
  numbers: Readonly<Record<Word, number>>,
): number => words.reduce((bits, word) => bits | (1 << numbers[word]), 0);

/** Absent means all of them. */
const among = <Word extends string>(
  words: readonly Word[] | undefined,
  numbers: Readonly<Record<Word, number>>,
): number => (words === undefined ? everything : numbersOf(words, numbers));

const truth = (wanted: boolean | undefined): number => (wanted === undefined ? everything : wanted ? 2 : 1);

/** filterKey is the same text for the same restriction. */
export const filterKey = (filter: Filter): string =>
  JSON.stringify([
    filter.text,
    filter.severities,
    filter.scoreMin,
    filter.scoreMax,
    filter.epssMin,
    filter.epssMax,
    filter.publishedFromMs,
    filter.publishedToMs,
    filter.modifiedFromMs,
    filter.modifiedToMs,
    filter.states,
    filter.vendor,
    filter.product,
    filter.cwe,
    filter.assigner,
    filter.kev,
    filter.ransomware,
    filter.exploitKnown,
    filter.exploitation,
    filter.automatable,
    filter.technicalImpact,
    filter.where === undefined ? undefined : expressionKey(filter.where),
  ]);

/** narrowByFlags keeps the rows whose flags fit: state, severity, KEV, exploit and SSVC. */
export const narrowByFlags = (rows: Bitmap, columns: Columns, filter: Filter): void => {
  const state = among(filter.states, { published: 0, rejected: 1 });
  const severity = among(filter.severities, severityNumbers);
  const exploitation = among(filter.exploitation, exploitationNumbers);
  const automatable = filter.automatable === undefined ? everything : filter.automatable ? 4 : 2;
  const impact = filter.technicalImpact === undefined ? everything : filter.technicalImpact === 'total' ? 4 : 2;
  const kev = truth(filter.kev);
  const ransomware = truth(filter.ransomware);
  const exploitKnown = truth(filter.exploitKnown);
  const all = state & severity & exploitation & automatable & impact & kev & ransomware & exploitKnown;
  if (all === everything) return;
  const { flags } = columns;
  retain(rows, (id) => {
    const flag = flags[id] ?? 0;
    return (
      ((state >>> (flag & 1)) &
        (severity >>> ((flag >>> 2) & 7)) &
        (kev >>> ((flag >>> 5) & 1)) &
        (ransomware >>> ((flag >>> 6) & 1)) &
        (exploitKnown >>> ((flag >>> 7) & 1)) &
        (exploitation >>> ((flag >>> 8) & 3)) &
        (automatable >>> ((flag >>> 10) & 3)) &
        (impact >>> ((flag >>> 12) & 3)) &
        1) ===
      1
    );
  });
};

/** narrowByRanges keeps the rows inside every given range, bounds included. A row without the value is never inside. */
export const narrowByRanges = (rows: Bitmap, columns: Columns, filter: Filter): void => {
  between(rows, columns.score, stepsUp(filter.scoreMin, 10), stepsDown(filter.scoreMax, 10));
  between(rows, columns.epss, stepsUp(filter.epssMin, 100_000), stepsDown(filter.epssMax, 100_000));
  between(rows, columns.published, filter.publishedFromMs, filter.publishedToMs);
  between(rows, columns.modified, filter.modifiedFromMs, filter.modifiedToMs);
};

/**
 * stepsUp gives a lower bound in the stored units, which are whole numbers: rounding inwards after taking off the noise of
 * the multiplication is exact. stepsDown does so for an upper one.
 */
export const stepsUp = (value: number | undefined, unit: number): number | undefined =>
  value === undefined ? undefined : Math.max(0, Math.ceil(value * unit - 1e-6));
export const stepsDown = (value: number | undefined, unit: number): number | undefined =>
  value === undefined ? undefined : Math.floor(value * unit + 1e-6);

const between = (
  rows: Bitmap,
  column: Int8Array | Int32Array | Float64Array,
  from: number | undefined,
  to: number | undefined,
): void => {
  if (from === undefined && to === undefined) return;
  const low = from ?? (column instanceof Float64Array ? -Infinity : 0);
  const high = to ?? Infinity;
  retain(rows, (id) => {
    const value = column[id] ?? Number.NaN;
    return value >= low && value <= high;
  });
};

/** narrowByAssigner keeps the rows of any of the assigners. */
export const narrowByAssigner = (rows: Bitmap, columns: Columns, assigners: ReadonlySet<number>): void => {
  const { assigner } = columns;
  retain(rows, (id) => assigners.has(assigner[id] ?? -1));
};

/** checkQuery refuses what no list can answer. Throws `request.invalid_parameter` and `catalog.cursor_invalid`. */
export const checkQuery = (query: ListQuery): void => {
  checkLimit(query.limit);
  const { scoreMin, scoreMax, epssMin, epssMax, publishedFromMs, publishedToMs, modifiedFromMs, modifiedToMs, cwe } =
    query;
  checkNumbers({
    scoreMin,
    scoreMax,
    epssMin,
    epssMax,
    publishedFromMs,
    publishedToMs,
    modifiedFromMs,
    modifiedToMs,
    cwe,
  });
  checkPosition(query.after);
  checkOffset(query.offset);
  if (query.offset !== undefined && query.after !== undefined)
    throw refused('offset', query.offset, 'absent where a position is given');
  if (query.where !== undefined) checkExpression(query.where);
};

/** checkDirectoryQuery is the same for the directories. */
export const checkDirectoryQuery = (query: { readonly limit: number; readonly offset: number }): void => {
  checkLimit(query.limit);
  checkOffset(query.offset);
};

const checkOffset = (offset: number | undefined): void => {
  if (offset !== undefined && !(Number.isSafeInteger(offset) && offset >= 0))
    throw refused('offset', offset, 'a whole number of 0 or more');
};

const checkPosition = (after: Position | undefined): void => {
  if (
    after !== undefined &&
    !(Number.isSafeInteger(after.value) && Number.isSafeInteger(after.id) && after.value >= noValue && after.id >= 0)
  ) {
    throw fail('catalog.cursor_invalid');
  }
};

/** checkKevQuery is the same for the KEV list. */
export const checkKevQuery = (query: KevQuery): void => {
  checkLimit(query.limit);
  checkNumbers({ addedFromMs: query.addedFromMs, addedToMs: query.addedToMs });
  checkPosition(query.after);
};

const checkNumbers = (values: Readonly<Record<string, number | undefined>>): void => {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && !Number.isFinite(value)) throw refused(name, value, 'a finite number');
  }
};

const checkLimit = (limit: number): void => {
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw refused('limit', limit, 'a whole number of 1 to 100');
};

const refused = (parameter: string, value: unknown, constraint: string) =>
  fail('request.invalid_parameter', {
    message: `Invalid ${parameter}: must be ${constraint}`,
    detail: { parameter, value, constraint },
  });
