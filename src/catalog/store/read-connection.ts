import { existsSync, statSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { AppError, enterWriteAhead, fail, pausesMax, pauseThread } from '../../kernel/index.ts';
import { catalogPageBytes, catalogSchema, catalogSchemaVersion } from '../schema.ts';
import { closeIngest, lockIngest, openForIngest, refuseNewer, storedVersion } from './ingest-database.ts';

/** A row as an array of its columns, in the order of the select list. */
export type SqlRow = readonly SQLOutputValue[];

/** A prepared query whose rows are arrays: about a third less work than objects. */
export interface Query {
  first(...parameters: (string | number)[]): SqlRow | undefined;
  all(...parameters: (string | number)[]): SqlRow[];
}

/**
 * createCatalogFile makes the file with all tables when it is missing or has no table yet, and empties one of an older
 * schema, to be filled from the feeds; it leaves any other alone. Harmless when several processes do it at once: they wait
 * for the one that is at it, up to 5 s, holding the thread. Throws `catalog.ingest_running` when a program of an earlier
 * version is importing.
 */
export const createCatalogFile = (path: string, wait = pauseThread): void => {
  translating(path, () => {
    const version = existsSync(path) && statSync(path).size > 0 ? versionOf(path) : null;
    if (version !== null && version >= catalogSchemaVersion) return;
    if (version !== null) {
      emptyOlder(path, wait);
      return;
    }
    const database = new DatabaseSync(path, { timeout: 5000 });
    try {
      database.exec(`pragma page_size = ${catalogPageBytes}`);
      enterWriteAhead(database);
      database.exec(`begin immediate; ${catalogSchema};
        insert or ignore into meta (key, value) values ('schema_version', '${catalogSchemaVersion}'); commit`);
    } finally {
      database.close();
    }
  });
};

/** Null for a file without any table; one that has tables but no version is left for the first read to judge. */
const versionOf = (path: string): number | null => {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    const isBlank = prepareQuery(database, 'select 1 from sqlite_schema limit 1').first() === undefined;
    return storedVersion(database) ?? (isBlank ? null : catalogSchemaVersion);
  } finally {
    database.close();
  }
};

const emptyOlder = (path: string, wait: () => void): void => {
  for (let left = pausesMax; isOlder(path); left -= 1) {
    const unlock = tryLock(path, left > 0);
    if (unlock === null) {
      wait();
      continue;
    }
    try {
      closeIngest(openForIngest(path));
    } finally {
      unlock();
    }
  }
};

/** Also while another program has the right to write it: an import of this version empties it first. */
const isOlder = (path: string): boolean => (versionOf(path) ?? 0) < catalogSchemaVersion;

/** Null when another has the lock and `mayWait`. */
const tryLock = (path: string, mayWait: boolean): (() => void) | null => {
  try {
    return lockIngest(path);
  } catch (error) {
    if (mayWait && error instanceof AppError && error.code === 'catalog.ingest_running') return null;
    throw error;
  }
};

/**
 * openReadConnection opens the catalogue for reading only. `cacheKib` bounds the pages it keeps in memory.
 * Throws `storage.newer_schema`, `storage.corrupt`, `storage.unavailable`.
 */
export const openReadConnection = (path: string, cacheKib: number): DatabaseSync =>
  translating(path, () => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    try {
      database.exec(`pragma cache_size = -${cacheKib}; pragma temp_store = memory; pragma query_only = true`);
      refuseNewer(storedVersion(database), path);
      // Reading one row of the two main tables tells a foreign or damaged file from a catalogue at once.
      database.exec('select * from record limit 1; select * from record_body limit 1');
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  });

/**
 * endSnapshot ends the read transaction if one is open. Never throws: on a damaged file even the end of a read can fail,
 * and the read itself has said so already.
 */
export const endSnapshot = (database: DatabaseSync): void => {
  for (const statement of ['commit', 'rollback']) {
    if (!database.isOpen || !database.isTransaction) return;
    try {
      database.exec(statement);
    } catch {
      // The rollback comes next; when that fails too, the next snapshot tries again.
    }
  }
};

export const prepareQuery = (database: DatabaseSync, sql: string): Query => {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return {
    first: (...parameters) => asRow(statement.get(...parameters)),
    all: (...parameters) => asRows(statement.all(...parameters)),
  };
};

/** The type definitions know rows as objects only; `setReturnArrays` makes them arrays, which is checked here. */
const asRow = (row: ReturnType<StatementSync['get']>): SqlRow | undefined => (Array.isArray(row) ? row : undefined);
const asRows = (rows: ReturnType<StatementSync['all']>): SqlRow[] =>
  rows.flatMap((row) => (Array.isArray(row) ? [row] : []));

/** isQueryError tells SQLite's complaint about a query's text from trouble with the file. */
export const isQueryError = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === 1;

const damaged = new Set([11, 24, 26]);
const busy = new Set([5, 6]);

/** translating runs a piece of database work and turns SQLite's errors into the catalogue's own. */
export const translating = <Result>(path: string, work: () => Result): Result => {
  try {
    return work();
  } catch (error) {
    throw asStorageError(error, path);
  }
};

/** asStorageError names what is wrong with the file; errors that do not come from SQLite pass as they are. */
export const asStorageError = (error: unknown, path: string): unknown => {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const internal = `${path}: ${error.message}`;
  if (!('errcode' in error) || typeof error.errcode !== 'number') {
    return 'code' in error && error.code === 'ERR_INVALID_STATE'
      ? fail('catalog.unavailable', { internal, cause: error })
      : error;
  }
  const primary = error.errcode & 0xff;
  if (damaged.has(primary) || /no such (table|column)/.test(error.message)) {
    return fail('storage.corrupt', {
      message: 'The catalogue file is damaged or is not a catalogue; delete it and import the feeds again',
      internal,
      cause: error,
    });
  }
  if (busy.has(primary)) return fail('storage.busy', { internal, cause: error });
  return fail('storage.unavailable', { message: 'The catalogue file cannot be read', internal, cause: error });
};

/** Readers of one column value. A value of another type than the strict table declares means a damaged file. */
export const textOf = (value: SQLOutputValue | undefined): string => {
  if (typeof value === 'string') return value;
  throw fail('storage.corrupt', { internal: `expected a text, found ${typeof value}` });
};

export const numberOf = (value: SQLOutputValue | undefined): number => {
  if (typeof value === 'number') return value;
  throw fail('storage.corrupt', { internal: `expected a number, found ${typeof value}` });
};

export const textOrNull = (value: SQLOutputValue | undefined): string | null =>
  value === null || value === undefined ? null : textOf(value);

export const numberOrNull = (value: SQLOutputValue | undefined): number | null =>
  value === null || value === undefined ? null : numberOf(value);
