import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { AppError, fail, type Clock, type Log } from '../kernel/index.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { asOutboundError, discard, failed, type ExchangeAnswer, type ExchangeRequest } from './exchange.ts';
import { clearPart, describePart, partPath, readPart, type Part } from './part.ts';
import { shown } from './policy.ts';
import { backoffMs, isTransient } from './retry.ts';

export interface DownloadOptions {
  /** Validators of the copy that the caller has: an unchanged file is not fetched again. */
  readonly etag?: string;
  readonly lastModified?: string;
  readonly maxBytes: number;
  /** For the whole download with all retries. Default 6 hours. */
  readonly timeoutMs?: number;
  /** Longest time without a byte. Default 60 s. */
  readonly stallMs?: number;
  /** Tries in a row that bring nothing. Default 4. */
  readonly attemptsMax?: number;
  readonly signal?: AbortSignal;
  /** `totalBytes` is null when the other side does not tell. */
  readonly onProgress?: (doneBytes: number, totalBytes: number | null) => void;
}

export type DownloadOutcome =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'downloaded';
      readonly bytes: number;
      readonly etag: string | null;
      readonly lastModified: string | null;
      /** The address that answered in the end, without its query. */
      readonly url: string;
    };

interface DownloadDeps {
  readonly call: (request: ExchangeRequest, deadline: Deadline) => Promise<ExchangeAnswer>;
  readonly clock: Clock;
  readonly log: Log;
}

type TryOutcome = DownloadOutcome | { readonly kind: 'again'; readonly error: AppError; readonly retryAfter?: string };

/** downloadFile is `Outbound.download`. Until it is whole, the file is `<toFile>.part`, described by `<toFile>.part.json`. */
export const downloadFile = async (
  deps: DownloadDeps,
  url: string,
  toFile: string,
  options: DownloadOptions,
): Promise<DownloadOutcome> => {
  const deadline = createDeadline(deps.clock, {
    totalMs: options.timeoutMs ?? 6 * 3_600_000,
    stallMs: options.stallMs ?? 60_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const attemptsMax = options.attemptsMax ?? 4;
  try {
    for (let attempt = 1; ; attempt += 1) {
      const before = (await readPart(toFile, url))?.size ?? 0;
      const outcome = await tryOnce(deps, url, toFile, options, deadline);
      if (outcome.kind !== 'again') return outcome;
      if (((await readPart(toFile, url))?.size ?? 0) > before) attempt = 1;
      const waitMs = backoffMs(deps.clock, attempt, outcome.retryAfter);
      if (deadline.signal.aborted || attempt >= attemptsMax || waitMs >= deadline.remainingMs()) throw outcome.error;
      deps.log.warn('outbound.download_retry', { attempt, error: outcome.error.message });
      await deadline.wait(waitMs);
    }
  } finally {
    deadline.end();
  }
};

const tryOnce = async (
  deps: DownloadDeps,
  url: string,
  toFile: string,
  options: DownloadOptions,
  deadline: Deadline,
): Promise<TryOutcome> => {
  const part = await readPart(toFile, url);
  const headers = {
    'user-agent': 'vulngate',
    'accept-encoding': 'identity',
    ...(part === null ? conditions(options) : resumption(part)),
  };
  let answer: ExchangeAnswer;
  try {
    answer = await deps.call({ url, method: 'GET', headers, body: null, redirectsMax: 5 }, deadline);
  } catch (error) {
    if (error instanceof AppError && error.code === 'outbound.failed') return { kind: 'again', error };
    throw error;
  }
  const position = startOf(answer, part);
  if (position !== null) return receive(answer, { url, toFile, position, options }, deadline);
  discard(answer.body);
  if (answer.status === 304 && part === null) return { kind: 'unchanged' };
  if (part !== null && (answer.status === 416 || answer.status === 206 || answer.status === 304)) {
    await clearPart(toFile);
    return { kind: 'again', error: failed(answer.url, 'cannot go on with the partial file') };
  }
  const message = `${shown(answer.url)}: answers with status ${answer.status}`;
  const error = fail('outbound.failed', { message, detail: { status: answer.status } });
  if (!isTransient(answer.status)) throw error;
  const retryAfter = answer.headers['retry-after'];
  return { kind: 'again', error, ...(retryAfter === undefined ? {} : { retryAfter }) };
};

const conditions = (options: DownloadOptions): Record<string, string> => ({
  ...(options.etag === undefined ? {} : { 'if-none-match': options.etag }),
  ...(options.lastModified === undefined ? {} : { 'if-modified-since': options.lastModified }),
});

const resumption = (part: Part): Record<string, string> => ({
  range: `bytes=${part.size}-`,
  'if-range': part.validator,
});

/** Where in the file the answer's body belongs and how long the whole is; null when the answer holds no part of the file. */
const startOf = (answer: ExchangeAnswer, part: Part | null): { at: number; total: number | null } | null => {
  const length = answer.headers['content-length'];
  if (answer.status === 200) return { at: 0, total: length === undefined ? null : Number(length) };
  if (answer.status !== 206 || part === null) return null;
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '');
  return range !== null && Number(range[1]) === part.size ? { at: part.size, total: Number(range[2]) } : null;
};

interface Target {
  readonly url: string;
  readonly toFile: string;
  readonly position: { readonly at: number; readonly total: number | null };
  readonly options: DownloadOptions;
}

const receive = async (answer: ExchangeAnswer, target: Target, deadline: Deadline): Promise<TryOutcome> => {
  const { toFile, position, options } = target;
  if (position.total !== null && position.total > options.maxBytes) {
    discard(answer.body);
    await clearPart(toFile);
    throw tooLarge(answer.url, options.maxBytes);
  }
  const etag = answer.headers['etag'] ?? null;
  const lastModified = answer.headers['last-modified'] ?? null;
  const written = await write(answer, { ...target, etag, lastModified }, deadline);
  if (typeof written !== 'number') return { kind: 'again', error: written };
  if (position.total !== null && written !== position.total) {
    return { kind: 'again', error: failed(answer.url, `sent ${written} of ${position.total} bytes`) };
  }
  await rename(partPath(toFile), toFile);
  await rm(`${partPath(toFile)}.json`, { force: true });
  return { kind: 'downloaded', bytes: (await stat(toFile)).size, etag, lastModified, url: shown(answer.url) };
};

type DescribedTarget = Target & { readonly etag: string | null; readonly lastModified: string | null };

/** Writes the answer to the part; returns the part's size, or the failure of the other side after which to try again. */
const write = async (
  answer: ExchangeAnswer,
  target: DescribedTarget,
  deadline: Deadline,
): Promise<number | AppError> => {
  const { url, toFile, position, etag, lastModified } = target;
  const file = await open(partPath(toFile), position.at === 0 ? 'w' : 'r+');
  try {
    // After the old part is gone, so that a crash in between never leaves its bytes under the new description.
    if (position.at === 0) await describePart(toFile, { url, etag, lastModified });
    const size = await copy(answer, file, target, deadline);
    await file.sync();
    return size;
  } catch (error) {
    if (isFileFailure(error)) throw error;
    const failure = asOutboundError(error, answer.url, deadline);
    if (failure.detail?.['tooLarge'] !== true) return failure;
    await file.truncate(0);
    throw failure;
  } finally {
    await file.close();
    discard(answer.body);
  }
};

const copy = async (answer: ExchangeAnswer, file: FileHandle, target: Target, deadline: Deadline): Promise<number> => {
  const { position, options } = target;
  let size = position.at;
  for await (const piece of answer.body) {
    const bytes = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
    if (size + bytes.length > options.maxBytes) throw tooLarge(answer.url, options.maxBytes);
    await file.writev([bytes], size);
    size += bytes.length;
    deadline.touch();
    options.onProgress?.(size, position.total);
  }
  return size;
};

const tooLarge = (url: URL, maxBytes: number): AppError =>
  fail('outbound.failed', {
    message: `${shown(url)}: sends more than the ${maxBytes} bytes that are accepted`,
    detail: { tooLarge: true },
  });

// A full disk or a missing right is no fault of the other side: trying again would not help.
const isFileFailure = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  'code' in error &&
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO', 'EFBIG'].includes(String(error.code));
