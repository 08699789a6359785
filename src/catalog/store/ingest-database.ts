import { DatabaseSync } from 'node:sqlite';
import { existsSync, statSync } from 'node:fs';
import { enterWriteAhead, fail, sqliteCodeOf } from '../../kernel/index.ts';
import { catalogPageBytes, catalogSchema, catalogSchemaVersion } from '../schema.ts';

/** Words gathered in memory before the text index writes a segment; a batch of records fits. */
const textIndexBytes = 32 * 1024 * 1024;

/** A log of this size is copied into the database file; larger than SQLite's default, so that a load copies less often. */
const checkpointPages = 4_000;

/**
 * lockIngest takes the one right to write a catalogue, for this process, until the returned function is called. The lock is
 * a transaction on a file beside the database, so it ends with the process however that ends. Throws
 * `catalog.ingest_running` when another holds it.
 */
export const lockIngest = (databasePath: string): (() => void) => {
  const lock = new DatabaseSync(`${databasePath}.ingest-lock`, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (isBusy(error)) throw fail('catalog.ingest_running', { cause: error });
    throw translated(error);
  }
  return () => {
    lock.exec('rollback');
    lock.close();
  };
};

/**
 * openForIngest opens the catalogue for writing and creates its tables; a catalogue of an older schema version is emptied,
 * to be filled anew. Throws `storage.newer_schema`, `storage.unavailable` or `storage.corrupt`.
 */
export const openForIngest = (databasePath: string): DatabaseSync => {
  const isNew = !existsSync(databasePath);
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(databasePath, { timeout: 10_000 });
    refuseNewer(storedVersion(db), databasePath);
    if (isNew) db.exec(`pragma page_size = ${catalogPageBytes}`);
    enterWriteAhead(db);
    db.exec(`pragma synchronous = normal; pragma temp_store = memory;
      pragma cache_size = -131072; pragma wal_autocheckpoint = ${checkpointPages}; pragma journal_size_limit = 134217728`);
    migrate(db);
    db.exec(`insert into record_text (record_text, rank) values ('hashsize', ${textIndexBytes})`);
    return db;
  } catch (error) {
    if (db?.isOpen === true) db.close();
    throw translated(error);
  }
};

/** closeIngest copies the log into the database file, as far as readers allow, and closes. */
export const closeIngest = (db: DatabaseSync): void => {
  db.exec('pragma wal_checkpoint(passive)');
  db.close();
};

/**
 * isSettled tells whether everything is in the database file: there is one, and no log beside it. Readers cannot merge a
 * log, and while one of them is connected a writer's end does not remove it.
 */
export const isSettled = (databasePath: string): boolean =>
  existsSync(databasePath) && (statSync(`${databasePath}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;

/** storedVersion returns the schema version that the file states; null when it has no tables yet. */
export const storedVersion = (db: DatabaseSync): number | null => {
  if (db.prepare("select 1 from sqlite_schema where name = 'meta'").get() === undefined) return null;
  return Number(db.prepare("select value from meta where key = 'schema_version'").get()?.['value'] ?? 0);
};

/** refuseNewer throws `storage.newer_schema` for a version that this program does not know. */
export const refuseNewer = (version: number | null, path: string): void => {
  if (version === null || version <= catalogSchemaVersion) return;
  throw fail('storage.newer_schema', {
    message: `The catalogue was written by a newer version (schema ${version}, this one knows ${catalogSchemaVersion})`,
    internal: path,
  });
};

const migrate = (db: DatabaseSync): void => {
  db.exec('begin immediate');
  try {
    const version = storedVersion(db);
    if (version !== null && version < catalogSchemaVersion) dropAll(db);
    db.exec(catalogSchema);
    db.prepare(
      "insert into meta (key, value) values ('schema_version', ?) on conflict do update set value = excluded.value",
    ).run(String(catalogSchemaVersion));
    db.exec('commit');
  } catch (error) {
    db.exec('rollback');
    throw error;
  }
};

const dropAll = (db: DatabaseSync): void => {
  const names = db
    .prepare(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like 'record_text_%'",
    )
    .all();
  for (const { name } of names) if (typeof name === 'string') db.exec(`drop table "${name.replaceAll('"', '""')}"`);
};

const errcodeOf = (error: unknown): number => (sqliteCodeOf(error) ?? 0) & 0xff;

const isBusy = (error: unknown): boolean => errcodeOf(error) === 5 || errcodeOf(error) === 6;

/** translated turns SQLite's own errors into the catalogue of codes: busy, damaged, full or not writable. */
export const translated = (error: unknown): unknown => {
  switch (errcodeOf(error)) {
    case 0:
      return error;
    case 5:
    case 6:
      return fail('storage.busy', { cause: error });
    case 11:
    case 26:
      return fail('storage.corrupt', { message: 'the catalogue file is damaged', cause: error });
    case 8:
      return fail('storage.unavailable', {
        message: 'the catalogue cannot be written: its folder or file is read-only',
        cause: error,
      });
    case 13:
      return fail('storage.unavailable', {
        message: 'the catalogue cannot be written: the disk is full',
        cause: error,
      });
    default:
      return fail('storage.unavailable', {
        message: `the catalogue cannot be used: ${error instanceof Error ? error.message : ''}`,
        cause: error,
      });
  }
};
