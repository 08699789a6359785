/** Kinds of feed that `import` takes in; also the keys of `feed_state`. */
export type FeedKind = 'cve-list' | 'kev' | 'epss' | 'starter';

/** How the bytes of a file are wrapped. */
export type Wrapping = 'plain' | 'gzip' | 'zip';

/** The beginning of a file, unwrapped where it was gzip: what a feed is recognised by. Names play no part. */
export interface FeedHead {
  readonly wrapping: Wrapping;
  /** The first bytes as text; empty for a zip. */
  readonly text: string;
}

/** One file to read. */
export interface FeedFile {
  readonly path: string;
  readonly head: FeedHead;
}

export interface ReadContext {
  readonly limits: FeedLimits;
  /** Folder for spooled inner archives, created by the caller; file names inside are the reader's own. */
  readonly spoolFolder: string;
  /** Called with the number of further bytes of the file that have been worked off. */
  readonly advance: (bytes: number) => void;
}

export interface FeedLimits {
  /** A record, line or archive entry larger than this is skipped and named. */
  readonly recordBytes: number;
  /** A feed that must be read in one piece (KEV) may have this size. */
  readonly documentBytes: number;
  /** Expansion up to this size is never a bomb; beyond it the ratio counts. */
  readonly unsuspiciousBytes: number;
  readonly expansionRatio: number;
  /** Bytes that one archive may expand to, inner archives included. */
  readonly archiveBytes: number;
}

const mebibyte = 1024 * 1024;

export const defaultLimits: FeedLimits = {
  recordBytes: 16 * mebibyte,
  documentBytes: 64 * mebibyte,
  unsuspiciousBytes: 1024 * mebibyte,
  expansionRatio: 200,
  archiveBytes: 64 * 1024 * mebibyte,
};

/** A CVE record as it stands in the feed: JSON text, not yet parsed. */
export interface RawDocument {
  /** The line or the archive entry, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface KevEntry {
  readonly cveId: string;
  readonly addedMs: number;
  readonly ransomware: boolean;
  /** The entry as published, compact JSON. */
  readonly entry: string;
}

/**
 * What a feed yields, in batches. `scores` are × 100,000, column-wise, their `ids` joined by commas (one text is moved
 * between threads many times faster than a list of them). `release` comes first and says which day the feed
 * is of; `kev` comes once, whole.
 */
export type FeedBatch =
  | { readonly type: 'documents'; readonly documents: readonly RawDocument[] }
  | { readonly type: 'release'; readonly dataMs: number | null; readonly version: string }
  | { readonly type: 'kev'; readonly entries: readonly KevEntry[] }
  | { readonly type: 'scores'; readonly ids: string; readonly scores: Int32Array; readonly percentiles: Int32Array }
  | { readonly type: 'skipped'; readonly item: string; readonly reason: string };

/**
 * A member of the family. `read` streams: it holds a few records at a time, throws an `AppError` (`feed.…`) when the file
 * ends early or must be refused, and whatever it yielded before stays valid.
 */
export interface Feed {
  readonly kind: FeedKind;
  readonly title: string;
  recognises(head: FeedHead): boolean;
  read(file: FeedFile, context: ReadContext): AsyncGenerator<FeedBatch>;
}
