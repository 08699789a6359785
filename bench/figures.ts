import type { Bound, Row, Series } from './scenario.ts';

/** quantile takes the nearest rank of unsorted values; NaN for none. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

/** median is the middle value, or the mean of the two in the middle; NaN for none. */
export const median = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

/** A figure with the lowest and the highest of its rounds. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  lowest: Math.min(...values),
  highest: Math.max(...values),
});

/**
 * ratioOf is the median of the rounds' own ratios, with their spread: what slows both sides of a round down is in neither.
 * Null without a reference.
 */
export const ratioOf = (measured: Series, reference: Series | null): Spread | null => {
  if (reference === null) return null;
  const rounds = measured.values.flatMap((value, index) => {
    const other = reference.values[index];
    return other === undefined ? [] : [value / other];
  });
  return spreadOf(rounds);
};

const holds = (bound: Bound, value: number): boolean =>
  bound.kind === 'at-least' ? value >= bound.value : value <= bound.value;

/** A row with everything that the table and the file of results show. */
export interface JudgedRow extends Row {
  readonly ratio: Spread | null;
  /** Null when nothing was promised. A figure that is no number breaks every bound. */
  readonly ok: boolean | null;
}

export const judge = (row: Row): JudgedRow => {
  const ratio = ratioOf(row.measured, row.reference);
  if (row.bound === null) return { ...row, ratio, ok: null };
  const judged = row.bound.of === 'measured' ? median(row.measured.values) : (ratio?.median ?? Number.NaN);
  return { ...row, ratio, ok: holds(row.bound, judged) };
};
