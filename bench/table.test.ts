import { expect, test } from 'vitest';
import { judge } from './figures.ts';
import { atLeast, atMost } from './scenario.ts';
import { figureText, tableText } from './table.ts';

// Risk: a broken bound that nobody sees, because the table hides it or its noise.

test('a figure shows the range of its rounds in percent', () => {
  expect(figureText({ unit: 'req/s', values: [900, 1000, 1200] })).toBe('1,000 req/s (-10…+20 %)');
  expect(figureText({ unit: 's', values: [1.234] })).toBe('1.23 s');
  expect(figureText(null)).toBe('');
});

test('every row shows its bound and whether it holds', () => {
  const rate = (value: number) => ({ unit: 'req/s', values: [value] }) as const;
  const rows = [
    { label: 'fast', measured: rate(80), reference: rate(100), bound: atLeast(0.7) },
    { label: 'slow', measured: rate(60), reference: rate(100), bound: atLeast(0.7) },
    {
      label: 'heavy',
      measured: { unit: 'MB', values: [701] } as const,
      reference: null,
      bound: atMost(700, 'measured'),
    },
    { label: 'told', measured: rate(1), reference: null, bound: null },
  ].map((row) => ({ ...judge(row), scenario: 'some' }));
  const [, , fast, slow, heavy, told] = tableText(rows).split('\n');
  expect(fast).toMatch(/^some: fast .* 0\.80 \(0\.80–0\.80\) +≥ 0\.7 +ok$/);
  expect(slow).toMatch(/BROKEN$/);
  expect(heavy).toMatch(/≤ 700 MB +BROKEN$/);
  expect(told).toMatch(/1\.00 req\/s$/);
});
