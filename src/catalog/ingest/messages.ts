import type { EpssHint, NormalisedRecord } from '../record/index.ts';
import type { ImportError } from '../import-report.ts';
import type { FeedBatch, FeedKind, FeedLimits } from '../feeds/index.ts';

/** What the reading thread is started with. */
export interface ReadingTask {
  readonly paths: readonly string[];
  readonly databasePath: string;
  /** Folder of this import's own, emptied afterwards. */
  readonly spoolFolder: string;
  readonly limits: FeedLimits;
  /** Later times are not believed. */
  readonly latestMs: number;
  /** Records that the sources must stand for; see `ImportOptions`. */
  readonly storedRecords: number;
  /** Chunks that may be under way before the thread waits. */
  readonly chunksAhead: number;
}

/** A record on its way from the reading thread to the writing one; its document and hash travel in the chunk's buffers. */
export interface PreparedRecord extends NormalisedRecord {
  readonly origin: 0 | 1;
  readonly epssHint: EpssHint | null;
}

/**
 * Chunk of prepared records. Record i has the 32 bytes of `hashes` from 32 i (SHA-256 of the compact document) and the
 * bytes of `documents` from `ends[i-1]` (or 0) to `ends[i]` (the compact document). The buffers are moved, not copied.
 */
export interface RecordChunk {
  readonly records: readonly PreparedRecord[];
  readonly hashes: Uint8Array<ArrayBuffer>;
  readonly documents: Uint8Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Whether `documents` are packed already. Packing costs most of all: the thread that is ahead does it. */
  readonly packed: boolean;
}

/** Bytes worked off of a source, in the size the files have on disk. */
export interface ReadingPosition {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

/** What the reading thread says. Between `begin` and `end` everything belongs to that source; `done` is last. */
export type ReadingMessage =
  | { readonly type: 'begin'; readonly path: string; readonly kind: FeedKind | null; readonly bytesTotal: number }
  | {
      readonly type: 'records';
      readonly chunk: RecordChunk;
      readonly unchanged: number;
      /** What is to be told of records that were taken. */
      readonly notes: readonly ImportError[];
      readonly position: ReadingPosition;
    }
  | {
      readonly type: 'feed';
      readonly batch: Exclude<FeedBatch, { type: 'documents' }>;
      readonly position: ReadingPosition;
    }
  | { readonly type: 'end'; readonly failure: { readonly code: string; readonly message: string } | null }
  | { readonly type: 'done' };

/** What the writing thread answers: one `more` for each message that carries work, or `stop`. */
export type WritingMessage = { readonly type: 'more' } | { readonly type: 'stop' };
