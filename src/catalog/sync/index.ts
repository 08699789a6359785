/**
 * Fetching the feeds from their addresses: what to fetch, and what to do when it fails.
 *
 * It owns conditional requests, the cursor of each feed, catching up with the CVE List by its log of changes, and going
 * on with downloads and imports that were cut off. It does not read feeds (ingest does) and makes no connection itself
 * (outbound does).
 *
 * Invariants: a feed that fails leaves the catalogue as it was and its reason in `feed_state.error`; validators and
 * cursors move only after a good import; fetching again after any stop, also a kill, loses and doubles nothing; one sync
 * at a time in a data folder.
 */
export { syncFeeds, type SyncOutcome } from './sync.ts';
export type { SyncAddresses, SyncDeps, SyncOptions, SyncProgress } from './sync-run.ts';
