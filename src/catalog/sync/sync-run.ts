import type { Clock, Log } from '../../kernel/index.ts';
import { fail } from '../../kernel/index.ts';
import type { Outbound } from '../../outbound/index.ts';
import type { ImportedSource, ImportError, ImportReport } from '../import-report.ts';
import type { FeedStateStore } from './feed-state-store.ts';

/** SyncAddresses are where the feeds are; templates in braces are filled in. */
export interface SyncAddresses {
  /** `{date}`, `{hour}` */
  readonly cveList: string;
  readonly cveDeltaLog: string;
  /** `{id}`, `{year}`, `{group}` */
  readonly cveRecord: string;
  readonly kev: string;
  readonly epss: string;
}

export interface SyncDeps {
  readonly databasePath: string;
  /** Where downloads are spooled and gone on with. */
  readonly feedFolder: string;
  readonly addresses: SyncAddresses;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Log;
  /** Imports files into the catalogue: `importPaths` with its deps bound. */
  readonly importFiles: (
    paths: readonly string[],
    options: { signal?: AbortSignal; force?: boolean; storedRecords?: number },
  ) => Promise<ImportReport>;
}

/** SyncProgress: what a feed is at. `totalBytes` and `total` are null when unknown. */
export type SyncProgress =
  | {
      readonly feed: string;
      readonly stage: 'download';
      readonly doneBytes: number;
      readonly totalBytes: number | null;
    }
  | { readonly feed: string; readonly stage: 'records'; readonly done: number; readonly total: number }
  | { readonly feed: string; readonly stage: 'import' };

export interface SyncOptions {
  readonly signal?: AbortSignal;
  /** Fetch although nothing changed, and import although the feed became small or older. */
  readonly force?: boolean;
  readonly onProgress?: (progress: SyncProgress) => void;
}

/** SyncRun is what one feed's fetch works with. */
export interface SyncRun extends SyncDeps, SyncOptions {
  readonly store: FeedStateStore;
  /** What was imported so far, also from a source that failed in the end. */
  readonly sources: ImportedSource[];
}

/**
 * importFetched imports one fetched file and notes it under the address that it came from. `left` are items that could
 * not even be fetched; `storedRecords` is how many records a whole list is to stand for.
 * @throws `feed.refused` when the file was not taken in whole, and the signal's reason when it was stopped.
 */
export const importFetched = async (
  run: SyncRun,
  feed: string,
  file: string,
  address: string,
  { left = [], storedRecords = 0 }: { readonly left?: readonly ImportError[]; readonly storedRecords?: number } = {},
): Promise<ImportedSource> => {
  run.onProgress?.({ feed, stage: 'import' });
  const report = await run.importFiles([file], { ...stopAndForce(run), storedRecords });
  run.signal?.throwIfAborted();
  const source = merged(report.sources, address, left);
  run.sources.push(source);
  if (source.failure !== undefined) throw fail('feed.refused', { message: source.failure });
  return source;
};

const stopAndForce = (run: SyncRun): { signal?: AbortSignal; force?: boolean } => ({
  ...(run.signal === undefined ? {} : { signal: run.signal }),
  ...(run.force === undefined ? {} : { force: run.force }),
});

const merged = (sources: readonly ImportedSource[], path: string, left: readonly ImportError[]): ImportedSource => {
  const sum = (pick: (source: ImportedSource) => number): number =>
    sources.reduce((total, each) => total + pick(each), 0);
  const failure = sources.find((each) => each.failure !== undefined)?.failure;
  return {
    path,
    kind: sources[0]?.kind ?? 'unknown',
    read: sum((each) => each.read),
    inserted: sum((each) => each.inserted),
    updated: sum((each) => each.updated),
    unchanged: sum((each) => each.unchanged),
    skipped: sum((each) => each.skipped) + left.length,
    errors: [...sources.flatMap((each) => each.errors), ...left],
    ...(failure === undefined ? {} : { failure }),
  };
};

/** emptySource reports a feed of which nothing was imported because it is unchanged, or because of `failure`. */
export const emptySource = (
  kind: string,
  path: string,
  problems: { readonly left?: readonly ImportError[]; readonly failure?: string } = {},
): ImportedSource => ({
  path,
  kind,
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  skipped: problems.left?.length ?? 0,
  errors: problems.left ?? [],
  ...(problems.failure === undefined
    ? {}
    : { failure: problems.failure, errors: [{ item: path, reason: problems.failure }] }),
});
