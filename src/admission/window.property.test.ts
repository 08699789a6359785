/** Risk: the rate window loses or invents a request when it is written and read again. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeTimes, encodeTimes, pruneTimes } from './window.ts';

const times = fc
  .array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { maxLength: 60 })
  .map((list) => list.toSorted((a, b) => a - b));

it('reads back what was written', () => {
  fc.assert(
    fc.property(times, (list) => {
      expect(decodeTimes(encodeTimes(list))).toEqual(list);
    }),
  );
});

it('writes the first time and then gaps', () => {
  expect(encodeTimes([])).toBe('');
  expect(encodeTimes([1_760_000_000_000, 1_760_000_000_012, 1_760_000_000_012, 1_760_000_000_443])).toBe(
    '1760000000000 12 0 431',
  );
});

it('keeps exactly the times that a window ending now holds', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 4_000_000_000_000 }), (list, nowMs) => {
      const kept = pruneTimes(list, nowMs, 60_000);
      expect(kept).toEqual(list.slice(list.length - kept.length));
      for (const time of kept) expect(time).toBeGreaterThan(nowMs - 60_000);
      for (const time of list.slice(0, list.length - kept.length)) expect(time).toBeLessThanOrEqual(nowMs - 60_000);
    }),
  );
  expect(pruneTimes([0, 1], 60_000, 60_000)).toEqual([1]);
});
