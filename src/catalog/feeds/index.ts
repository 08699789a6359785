/**
 * Feeds: the family of public sources that fill the catalogue, one file a member, listed in `registry.ts`.
 *
 * Owns the recognition of a file by its content, unwrapping (gzip, zip, zip in zip), cutting into records and the limits
 * that keep a hostile file harmless: entry, line and archive sizes, expansion ratio, nesting depth. Owns no storage, no
 * comparison with what is stored and no network.
 *
 * Invariants: a feed is never held in memory whole (KEV, a small document, excepted and bounded); no name inside an
 * archive ever becomes a path on disk; what was yielded before a failure is good.
 *
 * It fails by throwing `feed.unreadable` (damaged, ends early) or `feed.refused` (empty, truncated, expands like a bomb);
 * a bad item alone is a `skipped` batch.
 */
export {
  defaultLimits,
  type Feed,
  type FeedBatch,
  type FeedFile,
  type FeedHead,
  type FeedKind,
  type FeedLimits,
  type KevEntry,
  type RawDocument,
  type ReadContext,
} from './feed.ts';
export { feedOf } from './registry.ts';
export { readHead } from './file-bytes.ts';
export { countRecords } from './record-count.ts';
export { looksLikeRecord } from './cve-list.ts';
export { starterRecord, type StarterRecord } from './starter-record.ts';
