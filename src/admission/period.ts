import type { Terms } from './types.ts';

/** A billing period: from `startMs` up to, not including, `endMs`. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * periodAt returns the monthly period that `nowMs` lies in. Periods begin at the anchor's day and time of day in UTC;
 * in a month without that day they begin on its last one, and the next month has the anchor's day again.
 */
export const periodAt = (anchorMs: number, nowMs: number): Period => {
  const anchor = Temporal.Instant.fromEpochMilliseconds(anchorMs).toZonedDateTimeISO('UTC');
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO('UTC');
  // Each bound is counted from the anchor itself: adding month to month would let a 31st become a 28th for good.
  const bound = (months: number): number => anchor.add({ months }).epochMilliseconds;
  let months = (now.year - anchor.year) * 12 + now.month - anchor.month;
  while (bound(months) > nowMs) months--;
  while (bound(months + 1) <= nowMs) months++;
  return { startMs: bound(months), endMs: bound(months + 1) };
};

const dayMs = 86_400_000;

/** periodOf is the period of `nowMs` under some terms: a day of UTC, or a month. */
export const periodOf = ({ period, periodAnchorMs }: Terms, nowMs: number): Period => {
  if (period !== 'day') return periodAt(periodAnchorMs, nowMs);
  const startMs = Math.floor(nowMs / dayMs) * dayMs;
  return { startMs, endMs: startMs + dayMs };
};
