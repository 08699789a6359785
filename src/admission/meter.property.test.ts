/** Risk: some order of requests, refunds and clock readings gets more than the plan allows. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { credentialOf, requestOf, termsOf } from '../../test/support/actors.ts';
import { decide, refund, type Meter } from './meter.ts';
import { decodeTimes, encodeTimes } from './window.ts';

const startMs = Date.UTC(2026, 0, 31, 23, 59);
const windowMs = 60_000;

const emptyMeter = (): Meter => ({
  ownerId: 'sub_test',
  fence: 1,
  anchorMs: 0,
  periodStartMs: 0,
  periodEndMs: 0,
  usedMillicredits: 0,
  chargedTotalMillicredits: 0,
  requestsTotal: 0,
  recent: [],
});

/** Steps of the clock: mostly short, some long, some backwards. */
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 200_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: -40_000, max: -1 }) },
  ),
  { minLength: 1, maxLength: 80 },
);

const windowsHold = (times: readonly number[], limit: number): void => {
  for (const [index, time] of times.entries()) {
    const inWindow = times.slice(0, index + 1).filter((other) => other > time - windowMs);
    expect(inWindow.length).toBeLessThanOrEqual(limit);
  }
};

it('holds the limit in every window, whatever the clock does', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 7 }), (moves, limit) => {
      const credential = credentialOf({ terms: termsOf({ rate: { limit, windowMs } }) });
      const meter = emptyMeter();
      const readings: number[] = [];
      const counted: number[] = [];
      let nowMs = startMs;
      for (const move of moves) {
        nowMs += move;
        const outcome = decide(meter, requestOf(credential), nowMs);
        meter.recent = decodeTimes(encodeTimes(meter.recent));
        if (outcome.kind !== 'admitted') {
          expect(outcome).toMatchObject({ kind: 'refused', code: 'admission.rate_limited' });
          continue;
        }
        readings.push(nowMs);
        counted.push(meter.recent.at(-1) ?? Number.NaN);
        expect(meter.recent.length).toBeLessThanOrEqual(limit);
      }
      // As counted, time never goes back; as the clock showed it, no run between two backward steps breaks the limit.
      expect(counted).toEqual(counted.toSorted((a, b) => a - b));
      windowsHold(counted, limit);
      let run: number[] = [];
      for (const reading of readings) {
        run = reading < (run.at(-1) ?? reading) ? [reading] : [...run, reading];
        windowsHold(run, limit);
      }
    }),
    { numRuns: 300 },
  );
});

it('keeps its word: a refused request passes after retryAfterMs, and not a millisecond earlier', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (moves, limit) => {
      const credential = credentialOf({ terms: termsOf({ rate: { limit, windowMs } }) });
      const meter = emptyMeter();
      let nowMs = startMs;
      for (const move of moves) {
        nowMs += move;
        const outcome = decide(meter, requestOf(credential), nowMs);
        if (outcome.kind !== 'refused') continue;
        expect(outcome.retryAfterMs).toBeGreaterThan(0);
        const early = decide(structuredClone(meter), requestOf(credential), nowMs + outcome.retryAfterMs - 1);
        const later = decide(structuredClone(meter), requestOf(credential), nowMs + outcome.retryAfterMs);
        expect([early.kind, later.kind]).toEqual(['refused', 'admitted']);
      }
    }),
    { numRuns: 200 },
  );
});

const actions = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), price: fc.constantFrom(0, 1, 500, 1000, 2500, 10_000) }),
    fc.record({ kind: fc.constant('fail' as const), which: fc.nat(40) }),
    fc.record({
      kind: fc.constant('move' as const),
      byMs: fc.integer({ min: -40 * 86_400_000, max: 40 * 86_400_000 }),
    }),
  ),
  { maxLength: 120 },
);

it('never lets the used credits exceed the limit or fall below zero, and keeps the total exact', () => {
  fc.assert(
    fc.property(actions, fc.constantFrom(0, 1000, 4999, 20_000), (list, limit) => {
      const credential = credentialOf({ terms: termsOf({ creditLimitMillicredits: limit, periodAnchorMs: startMs }) });
      const meter = emptyMeter();
      const charges: { price: number; atMs: number }[] = [];
      let nowMs = startMs;
      let total = 0;
      let admitted = 0;
      for (const action of list) {
        if (action.kind === 'move') nowMs += action.byMs;
        if (action.kind === 'ask') {
          const outcome = decide(meter, requestOf(credential, { priceMillicredits: action.price }), nowMs);
          if (outcome.kind === 'admitted') {
            charges.push({ price: action.price, atMs: nowMs });
            total += action.price;
            admitted += 1;
          } else expect(action.price).toBeGreaterThan(0);
        }
        if (action.kind === 'fail') {
          const charge = charges.splice(action.which, 1)[0];
          if (charge !== undefined) {
            refund(meter, charge.price, charge.atMs);
            total -= charge.price;
          }
        }
        expect(meter.usedMillicredits).toBeLessThanOrEqual(limit);
        expect(meter.usedMillicredits).toBeGreaterThanOrEqual(0);
        expect([meter.chargedTotalMillicredits, meter.requestsTotal]).toEqual([total, admitted]);
      }
    }),
    { numRuns: 300 },
  );
});
