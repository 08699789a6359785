import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../kernel/index.ts';
import { feedOf, readHead, type Feed, type FeedFile } from '../feeds/index.ts';

/** One source of the report: a file, or all CVE records of a folder. */
export interface PlannedSource {
  readonly path: string;
  readonly feed: Feed;
  readonly files: readonly FeedFile[];
  readonly bytesTotal: number;
}

interface FoundFile {
  readonly file: FeedFile;
  readonly feed: Feed;
  readonly bytes: number;
}

/** Of a folder's many small record files only the path is kept; their heads are read again when their turn comes. */
const noHead = { wrapping: 'plain', text: '' } as const;

/**
 * planSources finds out what a path holds. A folder is walked in the order of its names; its CVE records make one source
 * together, every other feed file in it one of its own; files that are no feed are left alone. Throws `feed.unreadable`
 * or `feed.unknown_kind`.
 */
export const planSources = async (path: string): Promise<readonly PlannedSource[]> => {
  let isFolder: boolean;
  let bytes: number;
  try {
    const found = await stat(path);
    isFolder = found.isDirectory();
    bytes = found.size;
  } catch (error) {
    throw fail('feed.unreadable', { message: 'there is no such file or folder', cause: error });
  }
  if (!isFolder) {
    if (bytes === 0) throw fail('feed.unreadable', { message: 'the file is empty' });
    const head = await readHead(path);
    const feed = feedOf(head);
    if (feed === null) throw fail('feed.unknown_kind', { message: 'the content is of no known feed' });
    return [{ path, feed, files: [{ path, head }], bytesTotal: bytes }];
  }
  const found: FoundFile[] = [];
  for await (const file of walk(path)) found.push(file);
  const records = found.filter(({ feed }) => feed.kind === 'cve-list');
  const others = found.filter(({ feed }) => feed.kind !== 'cve-list');
  const first = records[0];
  if (first === undefined && others.length === 0)
    throw fail('feed.unknown_kind', { message: 'the folder holds no file of a known feed' });
  const sources: PlannedSource[] = [];
  if (first !== undefined) {
    sources.push({ path, feed: first.feed, files: records.map(({ file }) => file), bytesTotal: sum(records) });
  }
  for (const { file, feed, bytes: size } of others)
    sources.push({ path: file.path, feed, files: [file], bytesTotal: size });
  return sources;
};

const sum = (files: readonly FoundFile[]): number => files.reduce((total, file) => total + file.bytes, 0);

async function* walk(folder: string): AsyncGenerator<FoundFile> {
  const names: { name: string; isFolder: boolean }[] = [];
  for await (const entry of await opendir(folder)) {
    // Links are not followed: a folder of records has none, and one could lead anywhere.
    if (entry.isDirectory() && !entry.name.startsWith('.')) names.push({ name: entry.name, isFolder: true });
    else if (entry.isFile()) names.push({ name: entry.name, isFolder: false });
  }
  for (const { name, isFolder } of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, name);
    if (isFolder) {
      yield* walk(path);
      continue;
    }
    const head = await readHead(path);
    const feed = feedOf(head);
    if (feed !== null)
      yield { file: { path, head: feed.kind === 'cve-list' ? noHead : head }, feed, bytes: (await stat(path)).size };
  }
}
