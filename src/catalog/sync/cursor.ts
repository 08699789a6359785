import { z } from 'zod';
import type { FeedStateStore } from './feed-state-store.ts';

const FileCursor = z.object({
  /** The address that the validators belong to. */
  url: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** `feed_state.data_ms` after the import: another value means that something else was imported since. */
  dataMs: z.number().nullable().default(null),
});

const CveListCursor = z.object({
  /** The fetchTime of the newest change that is in the catalogue; null until the whole list was imported once. */
  fetchedAt: z.string().nullable(),
  /** Records that could not be fetched: id → failed tries. */
  pending: z.record(z.string(), z.number()),
  /** Validators of the log of changes that was last worked through. */
  log: FileCursor.nullable(),
  /** A whole list that was fetched but not imported to its end. */
  spooled: z.object({ file: z.string(), url: z.string(), fetchedAt: z.string().nullable() }).nullable(),
});

/** FileCursor is what a conditional request needs. */
export type FileCursor = z.infer<typeof FileCursor>;
/** CveListCursor is where the CVE List stands. */
export type CveListCursor = z.infer<typeof CveListCursor>;

const parsed = <Value>(schema: z.ZodType<Value>, text: string | null): Value | null => {
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // A cursor of another version: fetching everything anew is always right.
    return null;
  }
};

/** findFileCursor returns the validators saved for a feed, if they belong to that address and to what is stored. */
export const findFileCursor = (store: FeedStateStore, feed: string, url: string): FileCursor | null => {
  const cursor = parsed(FileCursor, store.findCursor(feed));
  return cursor?.url === url && cursor.dataMs === store.findDataMs(feed) ? cursor : null;
};

/** findCveListCursor returns where the CVE List stands; the start of everything when nothing was saved. */
export const findCveListCursor = (store: FeedStateStore): CveListCursor =>
  parsed(CveListCursor, store.findCursor('cve-list')) ?? { fetchedAt: null, pending: {}, log: null, spooled: null };

/** validatorsOf gives the cursor's validators as download options. */
export const validatorsOf = (
  cursor: FileCursor | null,
): { readonly etag?: string; readonly lastModified?: string } => ({
  ...(cursor === null || cursor.etag === null ? {} : { etag: cursor.etag }),
  ...(cursor === null || cursor.lastModified === null ? {} : { lastModified: cursor.lastModified }),
});
