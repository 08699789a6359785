import { setImmediate as turn } from 'node:timers/promises';
import type { ManualClock } from '../../src/kernel/index.ts';

/**
 * turning moves a manual clock on, a step in each turn of the event loop, until the work settles: real sockets get their
 * turns, and everything that waits for time gets it at once. Give calls long deadlines, or the busy machine lets them pass.
 */
export const turning = async <Value>(clock: ManualClock, work: Promise<Value>, stepMs = 1000): Promise<Value> => {
  let isSettled = false;
  const settled = work.finally(() => {
    isSettled = true;
  });
  settled.catch(() => undefined);
  while (!isSettled) {
    // Several turns for a step, so that an answer on loopback is not overtaken by its own deadline.
    for (let turns = 0; turns < 200 && !isSettled; turns += 1) await turn();
    if (!isSettled) clock.advance(stepMs);
  }
  return settled;
};
