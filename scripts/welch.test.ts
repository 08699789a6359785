/** Risk: a difference in time is reported as none, or noise as a difference. */
import { expect, test } from 'vitest';
import { seededRandom } from '../src/kernel/index.ts';
import { momentsOf, quantileOf, welchT } from './welch.ts';

const random = seededRandom('welch');
/** About normal: the sum of 12 even numbers of 0 to 1 has variance 1. */
const normal = (mean: number): number => {
  let sum = mean - 6;
  for (const byte of random.bytes(12)) sum += (byte + 0.5) / 256;
  return sum;
};
const many = (count: number, mean: number): number[] => Array.from({ length: count }, () => normal(mean));

test('the statistic is the distance of the means in standard errors', () => {
  const left = momentsOf([1, 2, 3]);
  const right = momentsOf([2, 4, 6]);
  expect([left, right]).toEqual([
    { count: 3, mean: 2, variance: 1 },
    { count: 3, mean: 4, variance: 4 },
  ]);
  expect(welchT(left, right)).toBeCloseTo(-2 / Math.sqrt(5 / 3), 10);
});

test('two sets of the same source are not told apart, and a shift of a twentieth of the spread is', () => {
  expect(Math.abs(welchT(momentsOf(many(40_000, 50)), momentsOf(many(40_000, 50))))).toBeLessThan(4.5);
  expect(Math.abs(welchT(momentsOf(many(40_000, 50)), momentsOf(many(40_000, 50.05))))).toBeGreaterThan(4.5);
});

test('what is cropped counts on neither side', () => {
  expect(momentsOf([1, 2, 3, 1000], 3)).toEqual({ count: 3, mean: 2, variance: 1 });
  expect(quantileOf([5, 1, 4, 2, 3], 0.6)).toBe(4);
  expect(quantileOf([5, 1, 4, 2, 3], 1)).toBe(5);
});

test('sets without spread or samples do not fail', () => {
  expect(welchT(momentsOf([7, 7, 7]), momentsOf([7, 7]))).toBe(0);
  expect(momentsOf([])).toEqual({ count: 0, mean: 0, variance: 0 });
});
