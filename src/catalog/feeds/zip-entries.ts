import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { AppError, fail } from '../../kernel/index.ts';
import type { RawDocument, ReadContext } from './feed.ts';
import { wrappingOf } from './file-bytes.ts';

/** Archives inside archives deeper than this are refused. The official release has two levels. */
const maximumDepth = 3;

export type ZipItem = RawDocument | { readonly name: string; readonly reason: string };

interface Walk {
  readonly context: ReadContext;
  /** Bytes that the whole archive has expanded to so far. */
  expandedBytes: number;
  spooled: number;
}

/**
 * readZip yields the files of an archive and of the archives inside it, in their order. Nothing is ever written under a
 * name that an archive gives: an inner archive is spooled to a file of our own in `context.spoolFolder`. An entry that is
 * too large, damaged or encrypted is named and left out; an archive that expands like a bomb is refused (`feed.refused`).
 */
export async function* readZip(path: string, context: ReadContext): AsyncGenerator<ZipItem> {
  yield* walkZip(path, { context, expandedBytes: 0, spooled: 0 }, 1);
}

/**
 * countZip counts the files of an archive and of the archives inside it by their directories, without expanding any other
 * file, and stops at `enough`.
 */
export const countZip = async (path: string, context: ReadContext, enough: number): Promise<number> =>
  countEntries(path, { context, expandedBytes: 0, spooled: 0 }, 1, enough);

async function* walkZip(path: string, walk: Walk, depth: number): AsyncGenerator<ZipItem> {
  for await (const [zip, entry] of entriesOf(path, depth)) {
    if (depth === 1) walk.context.advance(entry.compressedSize);
    if (!isFolder(entry)) yield* readEntry(zip, entry, walk, depth);
  }
}

async function* entriesOf(path: string, depth: number): AsyncGenerator<readonly [zip: ZipFile, entry: Entry]> {
  if (depth > maximumDepth) throw fail('feed.refused', { message: 'archives are nested too deeply' });
  let zip: ZipFile;
  try {
    // Names are for messages only, so an odd one (`../x`) is no reason to refuse the archive; the library would.
    zip = await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false });
  } catch (error) {
    throw unreadable(error);
  }
  try {
    for await (const entry of zip.eachEntry()) yield [zip, entry];
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(error);
  } finally {
    zip.close();
  }
}

const isFolder = (entry: Entry): boolean => entry.fileNameRaw.at(-1) === 0x2f;

/** Inner archives are looked for only when the files at hand are too few: their directories are at their ends. */
const countEntries = async (path: string, walk: Walk, depth: number, enough: number): Promise<number> => {
  let found = 0;
  for await (const [, entry] of entriesOf(path, depth)) {
    if (!isFolder(entry)) found += 1;
    if (found >= enough) return found;
  }
  for await (const [zip, entry] of entriesOf(path, depth)) {
    if (isFolder(entry) || refusalOf(entry, walk) !== null || !(await isArchive(zip, entry))) continue;
    // It was counted as a file itself.
    found -= 1;
    for await (const inner of spool(zip, entry, walk, depth))
      found += await countEntries(inner, walk, depth + 1, enough - found);
    if (found >= enough) break;
  }
  return found;
};

/** Why an entry is left out unread, or null. Throws `feed.refused` when all of them together expand too far. */
const refusalOf = (entry: Entry, walk: Walk): string | null => {
  const { limits } = walk.context;
  walk.expandedBytes += entry.uncompressedSize;
  if (walk.expandedBytes > limits.archiveBytes)
    throw fail('feed.refused', { message: 'the archive expands beyond the size limit' });
  if (
    entry.uncompressedSize > limits.unsuspiciousBytes / 64 &&
    entry.uncompressedSize > entry.compressedSize * limits.expansionRatio
  )
    return `expands more than ${limits.expansionRatio} times`;
  return entry.isEncrypted() || (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    ? 'is encrypted or packed in an unknown way'
    : null;
};

const isArchive = async (zip: ZipFile, entry: Entry): Promise<boolean> => {
  const head = await firstChunk(await zip.openReadStreamPromise(entry));
  return head !== null && wrappingOf(head) === 'zip';
};

async function* readEntry(zip: ZipFile, entry: Entry, walk: Walk, depth: number): AsyncGenerator<ZipItem> {
  const name = entry.fileNameRaw.toString('utf8', 0, 200);
  const reason = refusalOf(entry, walk);
  if (reason !== null) {
    yield { name, reason };
    return;
  }
  if (entry.uncompressedSize > walk.context.limits.recordBytes) {
    yield* readLargeEntry(zip, entry, walk, depth, name);
    return;
  }
  const bytes = await expand(zip, entry);
  if (bytes === null) {
    yield { name, reason: 'is damaged' };
  } else if (wrappingOf(bytes) === 'zip') {
    yield* readInner(zip, entry, walk, depth);
  } else {
    yield { name, bytes };
  }
}

/** Only an inner archive may be large; its first bytes tell. A large list (the delta log) is no record and no error. */
async function* readLargeEntry(
  zip: ZipFile,
  entry: Entry,
  walk: Walk,
  depth: number,
  name: string,
): AsyncGenerator<ZipItem> {
  const stream = await zip.openReadStreamPromise(entry);
  const head = await firstChunk(stream);
  if (head !== null && wrappingOf(head) === 'zip') yield* readInner(zip, entry, walk, depth);
  else if (head === null || head[0] !== 0x5b)
    yield { name, reason: `is larger than ${walk.context.limits.recordBytes} bytes` };
}

const firstChunk = async (stream: Readable): Promise<Buffer | null> => {
  try {
    const chunks: AsyncIterable<unknown> = stream;
    for await (const chunk of chunks) if (Buffer.isBuffer(chunk)) return chunk;
    return null;
  } finally {
    stream.destroy();
  }
};

async function* readInner(zip: ZipFile, entry: Entry, walk: Walk, depth: number): AsyncGenerator<ZipItem> {
  for await (const path of spool(zip, entry, walk, depth)) yield* walkZip(path, walk, depth + 1);
}

/** Yields the path of an inner archive once; the file is gone afterwards. */
async function* spool(zip: ZipFile, entry: Entry, walk: Walk, depth: number): AsyncGenerator<string> {
  walk.spooled += 1;
  const path = join(walk.context.spoolFolder, `inner-${depth}-${walk.spooled}.zip`);
  try {
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
    yield path;
  } finally {
    await rm(path, { force: true });
  }
}

/** expand returns an entry's content, or null when it is damaged. Sizes were checked, so it never holds more than declared. */
const expand = async (zip: ZipFile, entry: Entry): Promise<Buffer | null> => {
  const stored: Buffer[] = [];
  const chunks: AsyncIterable<unknown> = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  for await (const chunk of chunks) if (Buffer.isBuffer(chunk)) stored.push(chunk);
  const packed = stored.length === 1 && stored[0] !== undefined ? stored[0] : Buffer.concat(stored);
  try {
    const bytes =
      entry.compressionMethod === 0
        ? packed
        : inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.uncompressedSize) });
    return bytes.length === entry.uncompressedSize && crc32(bytes) === entry.crc32 ? bytes : null;
  } catch {
    // zlib refuses damaged data and data that expands beyond what the entry declares.
    return null;
  }
};

const unreadable = (error: unknown): AppError =>
  fail('feed.unreadable', {
    message: `the archive is damaged or ends early${error instanceof Error ? `: ${error.message.slice(0, 200)}` : ''}`,
    cause: error,
  });
