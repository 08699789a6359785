import type { Clock } from '../kernel/index.ts';

const transientStatuses = new Set([408, 425, 429, 500, 502, 503, 504]);

/** isTransient tells whether an answer of that status may turn out better later. */
export const isTransient = (status: number): boolean => transientStatuses.has(status);

/**
 * backoffMs is the wait before the attempt after `attempt` (from 1): half a second, doubled each time, at most 30 s; or
 * what the other side asks for by Retry-After (seconds or a date) when that is longer.
 */
export const backoffMs = (clock: Clock, attempt: number, retryAfter?: string): number =>
  Math.max(Math.min(30_000, 500 * 2 ** (attempt - 1)), askedMs(clock, retryAfter ?? ''));

const askedMs = (clock: Clock, text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - clock.nowMs());
};
