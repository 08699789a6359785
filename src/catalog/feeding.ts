/** What takes feeds in is loaded when it is called: a server, which reads, starts without it. */
import type * as ingest from './ingest/index.ts';
import type * as sync from './sync/index.ts';

export const importPaths: typeof ingest.importPaths = async (...given) =>
  (await import('./ingest/index.ts')).importPaths(...given);

export const loadStarter: typeof ingest.loadStarter = async (...given) =>
  (await import('./ingest/index.ts')).loadStarter(...given);

export const syncFeeds: typeof sync.syncFeeds = async (...given) =>
  (await import('./sync/index.ts')).syncFeeds(...given);
