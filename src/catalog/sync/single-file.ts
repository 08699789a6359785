import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findFileCursor, validatorsOf, type FileCursor } from './cursor.ts';
import { emptySource, importFetched, type SyncRun } from './sync-run.ts';

/** A feed that is one file, small enough to be fetched whole whenever it changed. */
export interface SingleFileFeed {
  readonly feed: 'kev' | 'epss';
  readonly fileName: string;
  readonly maxBytes: number;
}

/** syncSingleFile fetches the file if it changed and imports it. The validators are kept only after a good import. */
export const syncSingleFile = async (run: SyncRun, { feed, fileName, maxBytes }: SingleFileFeed): Promise<void> => {
  const address = run.addresses[feed];
  const file = join(run.feedFolder, fileName);
  const cursor = run.force === true ? null : findFileCursor(run.store, feed, address);
  const outcome = await run.outbound.download(address, file, {
    ...validatorsOf(cursor),
    maxBytes,
    timeoutMs: 30 * 60_000,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
    onProgress: (doneBytes, totalBytes) => run.onProgress?.({ feed, stage: 'download', doneBytes, totalBytes }),
  });
  if (outcome.kind === 'unchanged') {
    run.sources.push(emptySource(feed, address));
    return;
  }
  try {
    await importFetched(run, feed, file, address);
    const next: FileCursor = {
      url: address,
      etag: outcome.etag,
      lastModified: outcome.lastModified,
      dataMs: run.store.findDataMs(feed),
    };
    run.store.updateCursor(feed, JSON.stringify(next));
  } finally {
    await rm(file, { force: true });
  }
};
