import { expect, test } from 'vitest';
import { judge, median, quantile, ratioOf } from './figures.ts';
import { atLeast, atMost } from './scenario.ts';

// Risk: a table that says ok because of the arithmetic.

const rate = (...values: number[]) => ({ unit: 'req/s', values }) as const;
const time = (...values: number[]) => ({ unit: 'ms', values }) as const;

test('the median of an even count is the mean of the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([])).toBeNaN();
});

test('a quantile does not depend on the order and never leaves the values', () => {
  expect(quantile([5, 1, 4, 2, 3], 0.99)).toBe(5);
  expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(quantile([7], 1)).toBe(7);
});

test('a ratio is the median of those of the rounds', () => {
  expect(ratioOf(rate(70, 80, 90), rate(100, 100, 180))).toEqual({ median: 0.7, lowest: 0.5, highest: 0.8 });
  expect(ratioOf(rate(70, 80), rate(100))).toEqual({ median: 0.7, lowest: 0.7, highest: 0.7 });
  expect(ratioOf(rate(1), null)).toBeNull();
});

test('a bound holds at its very value and breaks beyond it', () => {
  const row = { label: '', measured: rate(70), reference: rate(100) };
  expect(judge({ ...row, bound: atLeast(0.7) }).ok).toBe(true);
  expect(judge({ ...row, bound: atLeast(0.71) }).ok).toBe(false);
  expect(judge({ label: '', measured: time(30), reference: null, bound: atMost(30, 'measured') }).ok).toBe(true);
  expect(judge({ label: '', measured: time(30.1), reference: null, bound: atMost(30, 'measured') }).ok).toBe(false);
});

test('a row without a bound is not judged, and a bound without figures is broken', () => {
  expect(judge({ label: '', measured: time(1), reference: null, bound: null }).ok).toBeNull();
  expect(judge({ label: '', measured: time(), reference: time(1), bound: atMost(2) }).ok).toBe(false);
  expect(judge({ label: '', measured: time(1), reference: null, bound: atMost(2) }).ok).toBe(false);
});
