/** Risk: credits reset on the wrong day, or a month's end moves a subscription's day for good. */
import { describe, expect, it } from 'vitest';
import { periodAt, periodOf } from './period.ts';

const at = (text: string): number => Date.parse(text);
const period = (anchor: string, now: string): [string, string] => {
  const { startMs, endMs } = periodAt(at(anchor), at(now));
  return [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
};

describe('periodAt', () => {
  it('begins at the day and time of day of the anchor', () => {
    expect(period('2026-01-15T12:34:56.789Z', '2026-03-20T00:00:00Z')).toEqual([
      '2026-03-15T12:34:56.789Z',
      '2026-04-15T12:34:56.789Z',
    ]);
  });

  it('ends exactly where the next one begins', () => {
    const anchor = '2026-01-15T12:00:00Z';
    expect(period(anchor, '2026-02-15T11:59:59.999Z')[1]).toBe('2026-02-15T12:00:00.000Z');
    expect(period(anchor, '2026-02-15T12:00:00.000Z')[0]).toBe('2026-02-15T12:00:00.000Z');
    expect(period(anchor, anchor)[0]).toBe('2026-01-15T12:00:00.000Z');
  });

  it.each([
    ['2026-01-31T06:00:00Z', ['01-31', '02-28', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30']],
    ['2027-01-30T06:00:00Z', ['01-30', '02-28', '03-30', '04-30', '05-30']],
    ['2027-01-29T06:00:00Z', ['01-29', '02-28', '03-29', '04-29']],
    ['2028-01-31T06:00:00Z', ['01-31', '02-29', '03-31', '04-30']],
    ['2028-01-30T06:00:00Z', ['01-30', '02-29', '03-30']],
    ['2028-01-29T06:00:00Z', ['01-29', '02-29', '03-29']],
  ])('clamps to the last day of a short month and goes back to its own day: %s', (anchor, days) => {
    const year = anchor.slice(0, 4);
    const starts = days.map((day) => period(anchor, `${year}-${day}T06:00:00Z`)[0]);
    expect(starts).toEqual(days.map((day) => `${year}-${day}T06:00:00.000Z`));
    // The moment before each start still belongs to the period before.
    for (const [index, day] of days.entries()) {
      if (index > 0) expect(period(anchor, `${year}-${day}T05:59:59.999Z`)[0]).toBe(starts[index - 1]);
    }
  });

  it('keeps a leap day: 29 February comes back in March and, in common years, as the 28th', () => {
    const anchor = '2028-02-29T23:59:59.999Z';
    expect(period(anchor, '2028-03-30T00:00:00Z')).toEqual(['2028-03-29T23:59:59.999Z', '2028-04-29T23:59:59.999Z']);
    expect(period(anchor, '2029-03-01T00:00:00Z')).toEqual(['2029-02-28T23:59:59.999Z', '2029-03-29T23:59:59.999Z']);
    expect(period(anchor, '2032-03-01T00:00:00Z')[0]).toBe('2032-02-29T23:59:59.999Z');
    expect(period(anchor, '2100-03-01T00:00:00Z')[0]).toBe('2100-02-28T23:59:59.999Z');
  });

  it('crosses the year', () => {
    expect(period('2026-05-31T00:00:00Z', '2027-01-01T00:00:00Z')).toEqual([
      '2026-12-31T00:00:00.000Z',
      '2027-01-31T00:00:00.000Z',
    ]);
  });

  it('knows the period of a time before the anchor', () => {
    expect(period('2026-03-31T08:00:00Z', '2026-03-30T00:00:00Z')).toEqual([
      '2026-02-28T08:00:00.000Z',
      '2026-03-31T08:00:00.000Z',
    ]);
    expect(period('2026-03-31T08:00:00Z', '2024-02-29T08:00:00Z')[0]).toBe('2024-02-29T08:00:00.000Z');
  });
});

it('the credits of a day last from one midnight of UTC to the next', () => {
  const terms = { planName: 'x', creditLimitMillicredits: 1, rate: null, periodAnchorMs: 0, period: 'day' } as const;
  const dayMs = 86_400_000;
  for (const startMs of [Date.UTC(2026, 10, 22), Date.UTC(2028, 1, 29), 0, -dayMs]) {
    for (const nowMs of [startMs, startMs + 1, startMs + dayMs - 1]) {
      expect(periodOf(terms, nowMs)).toEqual({ startMs, endMs: startMs + dayMs });
    }
  }
  const { period: _period, ...monthly } = terms;
  expect(periodOf(monthly, Date.UTC(2026, 10, 22))).toEqual(periodAt(0, Date.UTC(2026, 10, 22)));
});
