import { readBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import { countZip } from './zip-entries.ts';
import type { FeedFile, ReadContext } from './feed.ts';

/**
 * countRecords counts what can be a record in a file of the CVE List, before any of it is read as one: the files of an
 * archive by its directory, else lines. It stops at `enough`. Throws `feed.…` for a damaged file.
 */
export const countRecords = async (file: FeedFile, context: ReadContext, enough: number): Promise<number> => {
  if (file.head.wrapping === 'zip') return countZip(file.path, context, enough);
  let found = 0;
  for await (const lines of splitLines(readBytes(file, context), context.limits.recordBytes)) {
    found += lines.length;
    if (found >= enough) break;
  }
  return found;
};
