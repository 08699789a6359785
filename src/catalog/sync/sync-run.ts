import type { Clock, Log } from '../../kernel/index.ts';
import { fail } from '../../kernel/index.ts';
import type { Outbound } from '../../outbound/index.ts';
import type { ImportedSource, ImportError, ImportReport } from '../types.ts';
import type { FeedStateStore } from './feed-state-store.ts';

/** SyncAddresses are where the feeds are; templates in braces are filled in. */
export interface SyncAddresses {
  /** `{date}` */
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
    options: { signal?: AbortSignal; force?: boolean },
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
}

/**
 * importFetched imports one fetched file and reports it under the address that it came from.
 * @throws `feed.refused` when not one item of it could be read.
 */
export const importFetched = async (
  run: SyncRun,
  feed: string,
  file: string,
  address: string,
): Promise<ImportedSource> => {
  run.onProgress?.({ feed, stage: 'import' });
  const report = await run.importFiles([file], stopAndForce(run));
  const source = merged(report.sources, feed, address);
  if (source.read === 0) {
    throw fail('feed.refused', { message: source.errors[0]?.reason ?? `${address}: there is nothing in it` });
  }
  return source;
};

const stopAndForce = (run: SyncRun): { signal?: AbortSignal; force?: boolean } => ({
  ...(run.signal === undefined ? {} : { signal: run.signal }),
  ...(run.force === undefined ? {} : { force: run.force }),
});

const merged = (sources: readonly ImportedSource[], kind: string, path: string): ImportedSource => {
  const sum = (pick: (source: ImportedSource) => number): number =>
    sources.reduce((total, each) => total + pick(each), 0);
  return {
    path,
    kind: sources[0]?.kind ?? kind,
    read: sum((each) => each.read),
    inserted: sum((each) => each.inserted),
    updated: sum((each) => each.updated),
    unchanged: sum((each) => each.unchanged),
    skipped: sum((each) => each.skipped),
    errors: sources.flatMap((each) => each.errors),
  };
};

/** emptySource reports a feed of which nothing was imported: unchanged, or failed with the given errors. */
export const emptySource = (kind: string, path: string, errors: readonly ImportError[] = []): ImportedSource => ({
  path,
  kind,
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  errors,
});
