import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { AppError, asAppError, fail, type Clock, type Log } from '../../kernel/index.ts';
import { defaultLimits, type FeedLimits } from '../feeds/index.ts';
import { closeIngest, lockIngest, openForIngest, translated } from '../store/ingest-database.ts';
import { isEmptyCatalogue } from '../store/ingest-feed-state-store.ts';
import { latestMsAt } from './freshness.ts';
import { SourceWriter } from './source-writer.ts';
import type { ImportedSource, ImportReport } from '../import-report.ts';
import type { ReadingMessage, ReadingPosition, ReadingTask, WritingMessage } from './messages.ts';

export interface ImportDeps {
  /** The catalogue's file; created when it does not exist. */
  readonly databasePath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Existing folder for spooled archives; an import works in a folder of its own inside and removes it. */
  readonly tempFolder: string;
}

export interface ImportOptions {
  /** Aborting commits what has been read, marks the source as interrupted and ends the import with its report. */
  readonly signal?: AbortSignal;
  /** Take a KEV or EPSS file even though it is older or much smaller than the stored data. */
  readonly force?: boolean;
  /**
   * For a whole CVE List: how many records are stored. With fewer than half as many it is refused before anything is
   * written, unless forced.
   */
  readonly storedRecords?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly limits?: Partial<FeedLimits>;
}

export interface ImportProgress extends ReadingPosition {
  readonly path: string;
  readonly kind: string;
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
}

/** Enough that the reading thread goes on while a batch is committed. */
const chunksAhead = 24;
const spoolPrefix = 'import-';

/**
 * importPaths takes files and folders into the catalogue, each kind recognised by its content. A reading thread unpacks,
 * parses and normalises while this one writes, in short transactions. A source that fails is reported with its `failure`
 * and the next one goes on. Throws `catalog.ingest_running` when another import works on the same catalogue, and
 * `storage.…` when the catalogue cannot be written (what was committed stays; running it again continues).
 */
export const importPaths = async (
  deps: ImportDeps,
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<ImportReport> => withCatalogue(deps, async (db) => ({ sources: await run(deps, db, paths, options) }));

const starterPath = join(import.meta.dirname, '../../../starter/records.ndjson');

/** loadStarter fills an empty catalogue with the starter records; on any other it does nothing and reports zeros. */
export const loadStarter = async (deps: ImportDeps, path: string = starterPath): Promise<ImportedSource> =>
  withCatalogue(deps, async (db) => {
    const none = { path, kind: 'starter', read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, errors: [] };
    if (!isEmptyCatalogue(db)) return none;
    const [source] = await run(deps, db, [path], {});
    return source ?? none;
  });

const withCatalogue = async <T>(deps: ImportDeps, work: (db: DatabaseSync) => Promise<T>): Promise<T> => {
  const unlock = lockIngest(deps.databasePath);
  try {
    const db = openForIngest(deps.databasePath);
    try {
      return await work(db);
    } finally {
      closeIngest(db);
    }
  } finally {
    unlock();
  }
};

const run = async (
  deps: ImportDeps,
  db: DatabaseSync,
  paths: readonly string[],
  options: ImportOptions,
): Promise<readonly ImportedSource[]> => {
  await removeLeftovers(deps.tempFolder);
  const spoolFolder = await mkdtemp(join(deps.tempFolder, spoolPrefix));
  try {
    const limits = { ...defaultLimits, ...options.limits };
    return await exchange(
      deps,
      db,
      {
        paths,
        databasePath: deps.databasePath,
        spoolFolder,
        limits,
        latestMs: latestMsAt(deps.clock.nowMs()),
        storedRecords: storedRecordsOf(options),
        chunksAhead,
      },
      options,
    );
  } finally {
    await rm(spoolFolder, { recursive: true, force: true });
  }
};

/** Whoever holds the lock is the only one who imports: folders that are there belong to imports that were killed. */
const removeLeftovers = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    if (name.startsWith(spoolPrefix)) await rm(join(folder, name), { recursive: true, force: true });
  }
};

const storedRecordsOf = ({ force, storedRecords }: ImportOptions): number =>
  force === true ? 0 : (storedRecords ?? 0);

const exchange = async (
  deps: ImportDeps,
  db: DatabaseSync,
  task: ReadingTask,
  options: ImportOptions,
): Promise<readonly ImportedSource[]> => {
  const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), { workerData: task });
  const say = (message: WritingMessage) => worker.postMessage(message);
  const session = new ImportSession(deps, db, options);
  const stop = () => say({ type: 'stop' });
  try {
    return await new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', stop, { once: true });
      if (options.signal?.aborted === true) stop();
      worker.on('message', (message: ReadingMessage) => {
        try {
          if (session.take(message)) say({ type: 'more' });
          if (message.type === 'done') resolve(session.end(options.signal?.aborted === true));
        } catch (error) {
          session.abandon();
          reject(translated(error));
        }
      });
      // After `done` this comes too late to matter; before it, the thread was ended from outside.
      worker.on('exit', () =>
        reject(fail('internal.unexpected', { internal: 'the reading thread ended without a word' })),
      );
      worker.on('error', (error) => {
        session.abandon();
        reject(error instanceof AppError ? error : asAppError(error));
      });
    });
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
};

/** ImportSession applies the reading thread's messages, source after source. */
class ImportSession {
  readonly #deps: ImportDeps;
  readonly #db: DatabaseSync;
  readonly #options: ImportOptions;
  readonly #sources: ImportedSource[] = [];
  #writer: SourceWriter | null = null;
  #refused: string | null = null;

  constructor(deps: ImportDeps, db: DatabaseSync, options: ImportOptions) {
    this.#deps = deps;
    this.#db = db;
    this.#options = options;
  }

  /** take returns whether the message carried work that the reading thread waits to have acknowledged. */
  take(message: ReadingMessage): boolean {
    switch (message.type) {
      case 'begin':
        this.#writer = new SourceWriter(this.#db, message.path, message.kind, {
          atMs: this.#deps.clock.nowMs(),
          force: this.#options.force ?? false,
          storedRecords: storedRecordsOf(this.#options),
        });
        this.#refused = null;
        return false;
      case 'records':
        this.#writer?.writeRecords(message.chunk, message.unchanged);
        for (const { item, reason } of message.notes) this.#writer?.tally.name(item, reason);
        this.#report(message.position);
        return true;
      case 'feed':
        this.#takeFeed(message.batch);
        this.#report(message.position);
        return true;
      case 'end':
        this.#finish(this.#refused ?? message.failure?.message ?? null);
        return false;
      case 'done':
        return false;
    }
  }

  end(interrupted: boolean): readonly ImportedSource[] {
    if (interrupted) this.#finish('interrupted; run it again to continue');
    return this.#sources;
  }

  abandon(): void {
    this.#writer?.abandon();
    this.#writer = null;
  }

  /** A refused feed keeps being read to its end, so that its source is reported like any other; nothing of it is written. */
  #takeFeed(batch: Extract<ReadingMessage, { type: 'feed' }>['batch']): void {
    if (this.#refused !== null) return;
    try {
      this.#writer?.take(batch);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'feed.refused') throw error;
      this.#refused = error.message;
    }
  }

  #finish(failure: string | null): void {
    if (this.#writer === null) return;
    const source = this.#writer.finish(failure);
    this.#writer = null;
    this.#sources.push(source);
    const { errors, ...counts } = source;
    this.#deps.log.info('catalog.source_imported', { ...counts, errors: errors.length });
  }

  #report(position: ReadingPosition): void {
    const tally = this.#writer?.tally;
    if (tally === undefined || this.#options.onProgress === undefined) return;
    const { path, kind, read, inserted, updated, unchanged, skipped } = tally;
    this.#options.onProgress({ path, kind, ...position, read, inserted, updated, unchanged, skipped });
  }
}
