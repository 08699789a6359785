/** The thread that fetches the feeds for a running server; see upkeep.ts. */
import { mkdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { importPaths, syncFeeds } from './catalog/index.ts';
import type { CatalogueConfig, Config } from './config/index.ts';
import { systemClock, type Log, type LogFields, type LogLevel } from './kernel/index.ts';
import { createOutbound } from './outbound/index.ts';

/** What the thread is told. */
export interface SyncOrder {
  readonly catalogue: CatalogueConfig;
  readonly outbound: Config['outbound'];
}

/** What the thread reports: lines for the server's log. */
export interface SyncNews {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

const say =
  (level: LogLevel) =>
  (event: string, given: LogFields | (() => LogFields) = {}): void => {
    const fields = typeof given === 'function' ? given() : given;
    // Errors and other objects with methods do not cross threads; their JSON form does.
    const plain: unknown = JSON.parse(JSON.stringify(fields));
    parentPort?.postMessage({ level, event, fields: plain });
  };
const log: Log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };

const stop = new AbortController();
parentPort?.on('message', () => stop.abort());

// Written by upkeep.ts, as SyncOrder.
const { catalogue, outbound: section } = workerData as SyncOrder;
const outbound = createOutbound({ config: section, log, clock: systemClock });
try {
  mkdirSync(catalogue.tempFolder, { recursive: true });
  const { databasePath, tempFolder } = catalogue;
  const { report, failed } = await syncFeeds(
    {
      databasePath,
      feedFolder: catalogue.feedFolder,
      addresses: catalogue.feeds,
      outbound,
      clock: systemClock,
      log,
      importFiles: (paths, options) =>
        importPaths({ databasePath, tempFolder, clock: systemClock, log }, paths, options),
    },
    undefined,
    { signal: stop.signal },
  );
  const sources = report.sources.map(({ path, kind, inserted, updated, skipped }) => ({
    path,
    kind,
    inserted,
    updated,
    skipped,
  }));
  log.info('sync.finished', { sources, failed });
} catch (error) {
  if (!stop.signal.aborted) log.error('sync.failed', { error: error instanceof Error ? error.message : String(error) });
} finally {
  await outbound.close();
  parentPort?.close();
}
