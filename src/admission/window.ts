/**
 * The rate window: the times of the counted requests of the last `windowMs`, oldest first. Exact for any window of that
 * length, because it keeps the times themselves; the memory is at most `limit` numbers an owner.
 */

/** encodeTimes writes ascending times as the first one and the gaps after it: `1760000000000 12 0 431`. */
export const encodeTimes = (times: readonly number[]): string =>
  times.map((time, index) => (index === 0 ? time : time - (times[index - 1] ?? 0))).join(' ');

export const decodeTimes = (text: string): number[] => {
  if (text === '') return [];
  let time = 0;
  return text.split(' ').map((gap) => (time += Number(gap)));
};

/** pruneTimes drops the times that a window ending at `nowMs` no longer holds; a request exactly `windowMs` old is out. */
export const pruneTimes = (times: readonly number[], nowMs: number, windowMs: number): number[] =>
  times.filter((time) => time > nowMs - windowMs);
