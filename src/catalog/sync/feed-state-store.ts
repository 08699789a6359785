import { DatabaseSync } from 'node:sqlite';
import { fail } from '../../kernel/index.ts';
import { asStorageError, createCatalogFile } from '../store/read-connection.ts';

/** FeedStateStore keeps how a feed's fetching went and where the next one goes on: the rows of `feed_state`. */
export interface FeedStateStore {
  /** The JSON text that was saved last, or null. */
  findCursor(feed: string): string | null;
  /** The time that the stored content of the feed is of. */
  findDataMs(feed: string): number | null;
  updateCursor(feed: string, cursor: string): void;
  updateAttempt(feed: string, atMs: number): void;
  updateFailure(feed: string, atMs: number, error: string): void;
  /** `dataMs` null keeps what the import found. */
  updateSuccess(feed: string, atMs: number, dataMs: number | null): void;
  /** Records that came from the CVE List. */
  countRecords(): number;
  close(): void;
}

/** openFeedStateStore opens the catalogue for writing, and makes it when it is missing. Waits for a running import. */
export const openFeedStateStore = (databasePath: string): FeedStateStore => {
  createCatalogFile(databasePath);
  const run = <Value>(work: () => Value): Value => {
    try {
      return work();
    } catch (error) {
      throw asStorageError(error, databasePath);
    }
  };
  const database = run(() => new DatabaseSync(databasePath, { timeout: 60_000 }));
  const write = (columns: string, feed: string, ...values: (string | number | null)[]): void =>
    run(() => {
      const names = columns.split(',');
      const places = names.map(() => '?').join(',');
      const updates = names.map((name) => `${name} = excluded.${name}`).join(',');
      const sql = `insert into feed_state (feed, ${columns}) values (?, ${places}) on conflict (feed) do update set ${updates}`;
      database.prepare(sql).run(feed, ...values);
    });
  return {
    findCursor: (feed) =>
      run(() => {
        const cursor = database.prepare('select cursor from feed_state where feed = ?').get(feed)?.['cursor'];
        return typeof cursor === 'string' ? cursor : null;
      }),
    findDataMs: (feed) =>
      run(() => {
        const dataMs = database.prepare('select data_ms from feed_state where feed = ?').get(feed)?.['data_ms'];
        return typeof dataMs === 'number' ? dataMs : null;
      }),
    updateCursor: (feed, cursor) => write('cursor', feed, cursor),
    updateAttempt: (feed, atMs) => write('attempted_ms', feed, atMs),
    updateFailure: (feed, atMs, error) => write('attempted_ms,error', feed, atMs, error),
    updateSuccess: (feed, atMs, dataMs) =>
      dataMs === null
        ? write('attempted_ms,succeeded_ms,error', feed, atMs, atMs, null)
        : write('attempted_ms,succeeded_ms,error,data_ms', feed, atMs, atMs, null, dataMs),
    countRecords: () =>
      run(() => {
        const count = database.prepare('select count(*) as records from record where origin = 1').get()?.['records'];
        return typeof count === 'number' ? count : 0;
      }),
    close: () => database.close(),
  };
};

/**
 * lockSync lets one process at a time fetch into a folder; the lock goes with the process. Returns the release.
 * @throws `storage.busy` when another one is at it.
 */
export const lockSync = (lockPath: string): (() => void) => {
  const lock = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    throw fail('storage.busy', { message: 'Another sync is running on this data folder', cause: error });
  }
  return () => lock.close();
};
