/** Risk: a moment that lies in two billing periods, or in none. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { periodAt } from './period.ts';

const time = fc.integer({ min: Date.UTC(1995, 0, 1), max: Date.UTC(2120, 0, 1) });
const dayMs = 86_400_000;

it('puts every moment into exactly one period', () => {
  fc.assert(
    fc.property(time, time, (anchorMs, nowMs) => {
      const { startMs, endMs } = periodAt(anchorMs, nowMs);
      expect(startMs).toBeLessThanOrEqual(nowMs);
      expect(nowMs).toBeLessThan(endMs);
      for (const otherMs of [startMs, Math.floor((startMs + endMs) / 2), endMs - 1]) {
        expect(periodAt(anchorMs, otherMs)).toEqual({ startMs, endMs });
      }
    }),
    { numRuns: 300 },
  );
});

it('tiles time: the end of a period is the start of the next, which lasts 28 to 31 days', () => {
  fc.assert(
    fc.property(time, time, (anchorMs, nowMs) => {
      let current = periodAt(anchorMs, nowMs);
      for (let step = 0; step < 14; step += 1) {
        const next = periodAt(anchorMs, current.endMs);
        expect(next.startMs).toBe(current.endMs);
        expect(periodAt(anchorMs, current.startMs - 1).endMs).toBe(current.startMs);
        const days = (next.endMs - next.startMs) / dayMs;
        expect([28, 29, 30, 31]).toContain(days);
        current = next;
      }
    }),
    { numRuns: 150 },
  );
});

it('never drifts: a period begins on the anchor’s day, or on the last day of a shorter month', () => {
  fc.assert(
    fc.property(time, time, (anchorMs, nowMs) => {
      const anchor = new Date(anchorMs);
      const start = new Date(periodAt(anchorMs, nowMs).startMs);
      const lastDay = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
      expect(start.getUTCDate()).toBe(Math.min(anchor.getUTCDate(), lastDay));
      expect(start.getTime() % dayMs).toBe(anchorMs % dayMs);
    }),
    { numRuns: 300 },
  );
});
