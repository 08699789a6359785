import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip, gunzipSync, constants } from 'node:zlib';
import { fail } from '../../kernel/index.ts';
import type { FeedFile, FeedHead, ReadContext, Wrapping } from './feed.ts';

const headBytes = 64 * 1024;
const chunkBytes = 512 * 1024;

/** readHead reads the beginning of a file, unwrapping gzip. Throws `feed.unreadable` when the file cannot be opened. */
export const readHead = async (path: string): Promise<FeedHead> => {
  const raw = await firstBytes(path);
  const wrapping = wrappingOf(raw);
  if (wrapping === 'zip') return { wrapping, text: '' };
  return { wrapping, text: textHead(wrapping === 'gzip' ? gunzipHead(raw) : raw) };
};

export const wrappingOf = (bytes: Uint8Array): Wrapping => {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5)) return 'zip';
  return 'plain';
};

const firstBytes = async (path: string): Promise<Uint8Array> => {
  try {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(headBytes);
      const { bytesRead } = await file.read(buffer, 0, headBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fail('feed.unreadable', { message: `${path} cannot be read${because(error)}`, cause: error });
  }
};

const gunzipHead = (bytes: Uint8Array): Uint8Array => {
  try {
    // gzip expands at most 1,032 times, so a little of the input bounds what comes out.
    return gunzipSync(bytes.subarray(0, headBytes / 8), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, headBytes);
  } catch {
    // Not gzip after all: an empty head is recognised by no feed.
    return new Uint8Array();
  }
};

const textHead = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '');

/**
 * readBytes streams a plain or gzip file. Throws `feed.unreadable` when gzip data is damaged or ends early, and
 * `feed.refused` when it expands like a bomb.
 */
export async function* readBytes(file: FeedFile, context: ReadContext): AsyncGenerator<Buffer> {
  const source = createReadStream(file.path, { highWaterMark: chunkBytes / 2 });
  let bytesIn = 0;
  let bytesOut = 0;
  const gunzip = file.head.wrapping === 'gzip' ? createGunzip({ chunkSize: chunkBytes }) : null;
  if (gunzip !== null) source.on('error', (error) => gunzip.destroy(error));
  const stream: AsyncIterable<unknown> = gunzip === null ? source : source.pipe(gunzip);
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytesOut += chunk.length;
      context.advance(source.bytesRead - bytesIn);
      bytesIn = source.bytesRead;
      if (bytesOut > context.limits.unsuspiciousBytes && bytesOut > bytesIn * context.limits.expansionRatio) {
        throw fail('feed.refused', { message: `the file expands more than ${context.limits.expansionRatio} times` });
      }
      yield chunk;
    }
  } catch (error) {
    throw translated(error);
  } finally {
    source.destroy();
    gunzip?.destroy();
  }
}

const translated = (error: unknown): unknown => {
  const code = codeOf(error);
  if (code === 'Z_BUF_ERROR') return fail('feed.unreadable', { message: 'the gzip data ends early', cause: error });
  if (code?.startsWith('Z_') === true)
    return fail('feed.unreadable', { message: 'the gzip data is damaged', cause: error });
  if (code !== null && /^E[A-Z]+$/.test(code))
    return fail('feed.unreadable', { message: `the file cannot be read${because(error)}`, cause: error });
  return error;
};

/** codeOf returns the code of a system or library error (`ENOENT`, `Z_BUF_ERROR`), or null. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

export const because = (error: unknown): string => {
  const code = codeOf(error);
  return code === null ? '' : ` (${code})`;
};
