/**
 * The catalogue: every CVE record with what is known about it, read by key, by filter and as counts.
 *
 * It owns `catalog.db` (records, KEV, EPSS, change log, feed states), the reading of feeds into it, the search index in
 * memory and the canonical forms of a record. It does not know who asks, what an answer costs or how it is written on
 * the wire, and it fetches nothing from the network except through what is handed in.
 *
 * Invariants: reads by key are synchronous and take microseconds; lists run in a thread of their own, so that they never
 * delay admission; no read is older than a commit before it, of any process; `revision` moves with every change of a
 * record, so equal revisions mean equal answers; totals are exact, and what a list is made of is worked out once for each
 * state of the catalogue. One import runs at a time; readers go on meanwhile.
 *
 * It fails with `storage.corrupt` and `storage.newer_schema` for a file that cannot be used (rebuild it from the feeds),
 * `catalog.unavailable` when the search thread cannot answer, `feed.…` for input that is refused. Nothing is lost by
 * any of them.
 */
export { openCatalog, startSearch, type Catalog } from './open.ts';
export { isSettled } from './store/ingest-database.ts';
export type { SearchClient } from './search/client.ts';
export { normaliseName } from './record/product-names.ts';
export { cpeConfigurationsOf } from './record/cpe-configurations.ts';
export type * from './import-report.ts';
export type * from './types.ts';
export { importPaths, loadStarter, syncFeeds } from './feeding.ts';
export type { ImportDeps, ImportOptions, ImportProgress } from './ingest/index.ts';
export { syncableFeeds } from './sync/syncable.ts';
export type { SyncAddresses, SyncDeps, SyncOptions, SyncOutcome, SyncProgress } from './sync/index.ts';
