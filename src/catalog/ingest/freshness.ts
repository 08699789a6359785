import { fail } from '../../kernel/index.ts';
import type { LastSuccess } from '../store/ingest-feed-state-store.ts';

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
  if (force || last === null || entries >= last.records * smallestShare) return;
  throw fail('feed.refused', {
    message: `the file has ${entries} entries, fewer than half of the ${last.records} stored`,
  });
};
