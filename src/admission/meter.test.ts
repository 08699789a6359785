/** Risk: a request is let in that a rule forbids, or refused for the wrong reason or time. */
import { describe, expect, it } from 'vitest';
import { credentialOf, requestOf, termsOf } from '../../test/support/actors.ts';
import { decide, isRefunded, readMeter, refund, rollPeriod, type Meter } from './meter.ts';

const anchorMs = Date.UTC(2026, 0, 15, 12);
const nowMs = Date.UTC(2026, 0, 20);
const endMs = Date.UTC(2026, 1, 15, 12);
const minute = { limit: 2, windowMs: 60_000 };

const meterOf = (meter: Partial<Meter> = {}): Meter => ({
  ownerId: 'sub_test',
  fence: 1,
  anchorMs: 0,
  periodStartMs: 0,
  periodEndMs: 0,
  usedMillicredits: 0,
  chargedTotalMillicredits: 0,
  requestsTotal: 0,
  recent: [],
  ...meter,
});

const rolled = (meter: Partial<Meter> = {}): Meter =>
  meterOf({ anchorMs, periodStartMs: anchorMs, periodEndMs: endMs, ...meter });

const request = (
  terms: Parameters<typeof termsOf>[0] = {},
  rest: Parameters<typeof requestOf>[1] = {},
  fence = 1,
): ReturnType<typeof requestOf> =>
  requestOf(credentialOf({ fence, terms: termsOf({ periodAnchorMs: anchorMs, ...terms }) }), rest);

describe('decide', () => {
  it('charges an admitted request and counts it', () => {
    const meter = meterOf();
    const decision = decide(meter, request({ creditLimitMillicredits: 5000, rate: minute }), nowMs);
    expect(decision).toEqual({
      kind: 'admitted',
      chargedMillicredits: 1000,
      meter: {
        usedMillicredits: 1000,
        limitMillicredits: 5000,
        resetAtMs: endMs,
        rate: { limit: 2, remaining: 1, resetAtMs: nowMs + 60_000 },
      },
    });
    expect(meter).toMatchObject({ chargedTotalMillicredits: 1000, requestsTotal: 1, recent: [nowMs] });
  });

  it('asks for another look before anything else when the fence moved', () => {
    const meter = rolled({ fence: 2, usedMillicredits: 5000, recent: [nowMs, nowMs] });
    const before = structuredClone(meter);
    expect(decide(meter, request({ creditLimitMillicredits: 5000, rate: minute }), nowMs)).toEqual({ kind: 'stale' });
    expect(decide(meter, request({}, {}, 3), nowMs)).toEqual({ kind: 'stale' });
    expect(meter).toEqual(before);
  });

  it('names the rate limit before the credits', () => {
    const meter = rolled({ usedMillicredits: 5000, recent: [nowMs - 10_000, nowMs - 5000] });
    const decision = decide(meter, request({ creditLimitMillicredits: 5000, rate: minute }), nowMs);
    expect(decision).toMatchObject({ kind: 'refused', code: 'admission.rate_limited', retryAfterMs: 50_000 });
  });

  it('lets in the last credit exactly and not a millicredit more', () => {
    const meter = rolled({ usedMillicredits: 4000 });
    const terms = { creditLimitMillicredits: 5000 };
    expect(decide(meter, request(terms, { priceMillicredits: 1001 }), nowMs)).toMatchObject({
      kind: 'refused',
      code: 'admission.credits_exhausted',
      retryAfterMs: endMs - nowMs,
    });
    expect(decide(meter, request(terms), nowMs).kind).toBe('admitted');
    expect(decide(meter, request(terms, { priceMillicredits: 1 }), nowMs).kind).toBe('refused');
    expect(meter).toMatchObject({ usedMillicredits: 5000, chargedTotalMillicredits: 1000, requestsTotal: 1 });
  });

  it('lets in what costs nothing even when the credits are used up or overdrawn', () => {
    for (const used of [5000, 9000]) {
      const meter = rolled({ usedMillicredits: used });
      const decision = decide(meter, request({ creditLimitMillicredits: 5000 }, { priceMillicredits: 0 }), nowMs);
      expect(decision).toMatchObject({ kind: 'admitted', chargedMillicredits: 0 });
      expect(meter).toMatchObject({ usedMillicredits: used, requestsTotal: 1 });
    }
  });

  it('does not count a request that is not counted, nor limit it', () => {
    const meter = rolled({ recent: [nowMs, nowMs] });
    expect(decide(meter, request({ rate: minute }, { counted: false }), nowMs).kind).toBe('admitted');
    expect(meter.recent).toEqual([nowMs, nowMs]);
  });

  it('does not count a refused request', () => {
    const meter = rolled({ recent: [nowMs - 59_999, nowMs] });
    expect(decide(meter, request({ rate: minute }), nowMs)).toMatchObject({ retryAfterMs: 1 });
    expect(meter).toMatchObject({ recent: [nowMs - 59_999, nowMs], requestsTotal: 0 });
    expect(decide(meter, request({ rate: minute }), nowMs + 1).kind).toBe('admitted');
  });

  it('says how long to wait when the plan’s limit became smaller than what was counted', () => {
    const recent = [nowMs - 40_000, nowMs - 30_000, nowMs - 20_000, nowMs - 10_000];
    const decision = decide(rolled({ recent }), request({ rate: minute }), nowMs);
    expect(decision).toMatchObject({ retryAfterMs: 40_000, meter: { rate: { remaining: 0 } } });
  });

  it('starts the credits again in the next period, at its first moment', () => {
    const meter = rolled({ usedMillicredits: 5000 });
    const terms = { creditLimitMillicredits: 5000 };
    expect(decide(meter, request(terms), endMs - 1).kind).toBe('refused');
    expect(decide(meter, request(terms), endMs)).toMatchObject({
      kind: 'admitted',
      meter: { usedMillicredits: 1000, resetAtMs: Date.UTC(2026, 2, 15, 12) },
    });
  });
});

describe('rollPeriod', () => {
  const terms = termsOf({ periodAnchorMs: anchorMs });

  it('hands out no period twice when the clock goes back', () => {
    const meter = rolled({ usedMillicredits: 10 });
    rollPeriod(meter, terms, endMs);
    meter.usedMillicredits = 700;
    rollPeriod(meter, terms, endMs - 1);
    rollPeriod(meter, terms, endMs);
    expect(meter).toMatchObject({ usedMillicredits: 700, periodStartMs: endMs });
  });

  it('keeps what was used when the anchor moves to an earlier day of the same month', () => {
    const meter = rolled({ usedMillicredits: 700 });
    rollPeriod(meter, termsOf({ periodAnchorMs: anchorMs - 86_400_000 }), nowMs);
    expect(meter).toMatchObject({ usedMillicredits: 700, periodEndMs: endMs - 86_400_000 });
  });

  it('skips periods in which nothing happened', () => {
    const meter = rolled({ usedMillicredits: 700 });
    rollPeriod(meter, terms, Date.UTC(2026, 7, 1));
    expect(meter).toMatchObject({ usedMillicredits: 0, periodStartMs: Date.UTC(2026, 6, 15, 12) });
  });
});

describe('refund', () => {
  it('gives back to the credits of the period that was charged', () => {
    const meter = rolled({ usedMillicredits: 3000, chargedTotalMillicredits: 3000, requestsTotal: 3 });
    refund(meter, 1000, nowMs);
    expect(meter).toMatchObject({ usedMillicredits: 2000, chargedTotalMillicredits: 2000, requestsTotal: 3 });
  });

  it('gives nothing to the credits of a later period', () => {
    const meter = rolled({ usedMillicredits: 500, chargedTotalMillicredits: 3000 });
    refund(meter, 1000, anchorMs - 1);
    expect(meter).toMatchObject({ usedMillicredits: 500, chargedTotalMillicredits: 2000 });
  });

  it('never leaves more credits than the period has, when the operator lowered the used ones meanwhile', () => {
    const meter = rolled({ usedMillicredits: 0, chargedTotalMillicredits: 0 });
    refund(meter, 1000, nowMs);
    expect(meter).toMatchObject({ usedMillicredits: 0, chargedTotalMillicredits: -1000 });
  });

  it.each([
    [200, false],
    [304, true],
    [400, true],
    [401, false],
    [404, false],
    [429, false],
    [499, false],
    [500, true],
    [503, true],
    [599, true],
  ])('answers for status %i: %s', (status, expected) => {
    expect(isRefunded(status)).toBe(expected);
  });
});

describe('readMeter', () => {
  it('shows no rate for a plan without one, and the whole limit for a quiet one', () => {
    expect(readMeter(rolled(), termsOf(), nowMs).rate).toBeNull();
    expect(readMeter(rolled(), termsOf({ rate: minute }), nowMs).rate).toEqual({
      limit: 2,
      remaining: 2,
      resetAtMs: nowMs + 60_000,
    });
  });
});
