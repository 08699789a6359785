import { fail } from '../../kernel/index.ts';
import type { LastSuccess } from '../store/ingest-feed-state-store.ts';

const dayMs = 86_400_000;

/** latestMsAt is the latest time that an import of that moment believes; what is later comes from a wrong clock. */
export const latestMsAt = (atMs: number): number => atMs + dayMs;

/** futureReason says of a time that it was left out. */
export const futureReason = (ms: number): string =>
  `its time ${new Date(ms).toISOString()} is in the future and left out`;

const smallestShare = 0.5;

/** refuseOlder throws `feed.refused` when a feed is of an earlier time than the stored one, unless forced. */
export const refuseOlder = (last: LastSuccess | null, dataMs: number | null, force: boolean): void => {
  if (force || last === null || last.dataMs === null || dataMs === null || dataMs >= last.dataMs) return;
  throw fail('feed.refused', {
    message: `the file is of ${new Date(dataMs).toISOString()}, older than the stored data of ${new Date(last.dataMs).toISOString()}`,
  });
};

/** refuseSmall throws `feed.refused` when a feed has no entries, or fewer than half of what it had, unless forced. */
export const refuseSmall = (last: LastSuccess | null, entries: number, force: boolean): void => {
  if (entries === 0) throw fail('feed.refused', { message: 'the file has no usable entries' });
  if (force || last === null) return;
  refuseFewer(last.records, entries);
};

/** smallestOf is how many entries are enough to take the place of the stored ones. */
export const smallestOf = (stored: number): number => Math.ceil(stored * smallestShare);

/** refuseFewer throws `feed.refused` when there are fewer than half as many entries as stored. */
export const refuseFewer = (stored: number, entries: number): void => {
  if (entries >= smallestOf(stored)) return;
  throw fail('feed.refused', { message: `the file has ${entries} entries, fewer than half of the ${stored} stored` });
};
