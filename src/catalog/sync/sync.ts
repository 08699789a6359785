import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, fail } from '../../kernel/index.ts';
import type { ImportedSource, ImportReport } from '../import-report.ts';
import { syncCveList } from './cve-list.ts';
import { lockSync, openFeedStateStore } from './feed-state-store.ts';
import { syncSingleFile } from './single-file.ts';
import { syncableFeeds } from './syncable.ts';
import { emptySource, type SyncDeps, type SyncOptions, type SyncRun } from './sync-run.ts';

type FeedName = (typeof syncableFeeds)[number];

/** SyncOutcome: the report has a source for each feed, also for the ones that failed (named in `failed`). */
export interface SyncOutcome {
  readonly report: ImportReport;
  readonly failed: readonly string[];
}

const megabyte = 1_000_000;

/**
 * syncFeeds fetches and imports the given feeds (default: all), one after the other. A feed that fails keeps its old
 * content, is noted in its state with the reason, and does not keep the others from being fetched.
 * @throws `cli.usage` for an unknown feed, `storage.busy` when another sync is running, and whatever stopped it when
 * `options.signal` did.
 */
export const syncFeeds = async (
  deps: SyncDeps,
  feeds: readonly string[] = syncableFeeds,
  options: SyncOptions = {},
): Promise<SyncOutcome> => {
  const names = feeds.map(knownFeed);
  mkdirSync(deps.feedFolder, { recursive: true });
  const release = lockSync(join(deps.feedFolder, 'sync.lock'));
  try {
    const store = openFeedStateStore(deps.databasePath);
    try {
      const sources: ImportedSource[] = [];
      const failed: string[] = [];
      for (const name of syncableFeeds.filter((each) => names.includes(each))) {
        const run: SyncRun = { ...deps, ...options, store, sources: [] };
        if (!(await syncOne(run, name))) failed.push(name);
        sources.push(...run.sources);
      }
      return { report: { sources }, failed };
    } finally {
      store.close();
    }
  } finally {
    release();
  }
};

const knownFeed = (name: string): FeedName => {
  const known = syncableFeeds.find((each) => each === name);
  if (known === undefined) {
    throw fail('cli.usage', { message: `there is no feed '${name}'; the feeds are ${syncableFeeds.join(', ')}` });
  }
  return known;
};

/** Whether the feed was taken in whole. */
const syncOne = async (run: SyncRun, feed: FeedName): Promise<boolean> => {
  run.store.updateAttempt(feed, run.clock.nowMs());
  try {
    const dataMs = await fetchers[feed](run);
    run.store.updateSuccess(feed, run.clock.nowMs(), dataMs);
    return true;
  } catch (error) {
    const failure = reasonOf(error);
    run.store.updateFailure(feed, run.clock.nowMs(), failure);
    if (run.signal?.aborted === true || !(error instanceof AppError)) throw error;
    run.log.warn('sync.failed', { feed, failure, internal: error.internal });
    if (run.sources.at(-1)?.failure === undefined)
      run.sources.push(emptySource(feed, addressOf(run, feed), { failure }));
    return false;
  }
};

// Each returns the time that the feed is of, where the import cannot know it.
const fetchers: Record<FeedName, (run: SyncRun) => Promise<number | null>> = {
  'cve-list': syncCveList,
  kev: async (run) => {
    await syncSingleFile(run, { feed: 'kev', fileName: 'kev.json', maxBytes: 100 * megabyte });
    return null;
  },
  epss: async (run) => {
    await syncSingleFile(run, { feed: 'epss', fileName: 'epss.csv.gz', maxBytes: 200 * megabyte });
    return null;
  },
};

const addressOf = (run: SyncRun, feed: FeedName): string =>
  feed === 'cve-list' ? run.addresses.cveDeltaLog : run.addresses[feed];

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 1000);
