import { createReadStream } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecretScanner, type ScanHit } from '../credentials/index.ts';

/** A credential in a file. */
export interface FileHit extends ScanHit {
  readonly path: string;
}

/** What a scan came to, besides what it found. */
export interface ScanTally {
  files: number;
  bytes: number;
  /** Paths that could not be read, with the reason. */
  readonly unread: { readonly path: string; readonly reason: string }[];
}

const pieceBytes = 1 << 20;

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** filesUnder lists the files at a path, in folders too; links and devices are not followed. */
async function* filesUnder(path: string, tally: ScanTally): AsyncGenerator<string> {
  try {
    const entry = await lstat(path);
    if (entry.isFile()) yield path;
    if (!entry.isDirectory()) return;
    const names: string[] = [];
    for await (const { name } of await opendir(path)) names.push(name);
    for (const name of names.toSorted()) yield* filesUnder(join(path, name), tally);
  } catch (error) {
    tally.unread.push({ path, reason: reasonOf(error) });
  }
}

/** scanFiles reads every file under the paths once, in pieces, and yields what it finds in the order of the files. */
export async function* scanFiles(
  paths: readonly string[],
  tally: ScanTally,
  signal: AbortSignal,
): AsyncGenerator<FileHit> {
  for (const root of paths) {
    for await (const path of filesUnder(root, tally)) {
      const scanner = createSecretScanner();
      tally.files += 1;
      try {
        for await (const piece of createReadStream(path, { highWaterMark: pieceBytes, signal })) {
          if (!Buffer.isBuffer(piece)) continue;
          tally.bytes += piece.length;
          for (const hit of scanner.push(piece)) yield { path, ...hit };
        }
      } catch (error) {
        signal.throwIfAborted();
        tally.unread.push({ path, reason: reasonOf(error) });
      }
    }
  }
}
