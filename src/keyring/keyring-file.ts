import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError, fail, type Random } from '../kernel/index.ts';

/** A lock that is older belongs to a process that died with it. */
const lockMsMax = 60_000;

const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** readText returns the file's text, or null when there is none. */
export const readText = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw fail('config.invalid', { message: `The keyring ${path} cannot be read`, cause: error });
  }
};

/** stampOf changes whenever the file is replaced; null when there is none. */
export const stampOf = (path: string): string | null => {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? null : `${stat.ino}.${stat.mtimeNs}.${stat.size}`;
};

const draftOf = (path: string, text: string, random: Random): string => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${random.bytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return draft;
};

const unwritable = (path: string, cause: unknown): Error =>
  cause instanceof AppError
    ? cause
    : fail('storage.unavailable', { message: `The keyring ${path} cannot be written`, cause });

/** createText creates the file whole or not at all, readable by its owner only. Another process may be faster: its text stays. */
export const createText = (path: string, text: string, random: Random): void => {
  try {
    const draft = draftOf(path, text, random);
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error;
    } finally {
      unlinkSync(draft);
    }
  } catch (error) {
    throw unwritable(path, error);
  }
};

/**
 * replaceText changes the file in one step: readers see the old text or the new one. Throws `storage.busy` while another
 * process changes it.
 */
export const replaceText = (path: string, change: (text: string) => string, random: Random, nowMs: number): void => {
  const lock = `${path}.lock`;
  try {
    takeLock(lock, nowMs);
    try {
      const draft = draftOf(path, change(readText(path) ?? ''), random);
      renameSync(draft, path);
    } finally {
      unlinkSync(lock);
    }
  } catch (error) {
    throw unwritable(path, error);
  }
};

const takeLock = (lock: string, nowMs: number): void => {
  const stat = statSync(lock, { throwIfNoEntry: false });
  if (stat !== undefined && nowMs - stat.mtimeMs > lockMsMax) unlinkSync(lock);
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    throw fail('storage.busy', { message: 'The keyring is being changed by another process' });
  }
};
