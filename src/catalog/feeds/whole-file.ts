import { fail } from '../../kernel/index.ts';
import { readBytes } from './file-bytes.ts';
import type { FeedFile, ReadContext } from './feed.ts';

/** readWhole returns a small file's bytes; null when it is larger than `limitBytes` (the rest is not read). */
export const readWhole = async (file: FeedFile, context: ReadContext, limitBytes: number): Promise<Buffer | null> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readBytes(file, context)) {
    size += chunk.length;
    if (size > limitBytes) return null;
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
};

/** parseWhole reads a small JSON file. Throws `feed.unreadable` when it is too large or does not parse. */
export const parseWhole = async (file: FeedFile, context: ReadContext, limitBytes: number): Promise<unknown> => {
  const bytes = await readWhole(file, context, limitBytes);
  if (bytes === null) throw fail('feed.unreadable', { message: `the file is larger than ${limitBytes} bytes` });
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    return value;
  } catch (error) {
    throw fail('feed.unreadable', { message: 'the file is not JSON, or ends early', cause: error });
  }
};
