import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { HandleEmptyInListsPlugin, Kysely, replaceWithNoncontingentExpression } from 'kysely';
import type pg from 'pg';
import { AppError, fail, type Log, type Secret } from '../kernel/index.ts';
import type { Db, Engine } from './engine.ts';
import { controlSchemaVersion, migrate } from './migrate.ts';
import { Mutex } from './mutex.ts';
import type { ControlTables } from './schema/control.ts';
import { openSqliteFile, sqliteDialect, sqliteEngine } from './sqlite.ts';
import { translateError, translating } from './translation.ts';

export type ControlSettings =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly url: Secret<string>; readonly poolSize: number };

/**
 * Direct is the engine's own door for the ledger's charging statements, the one place where a query builder costs too
 * much. Nothing else may use it.
 */
export type Direct =
  | { readonly engine: 'sqlite'; readonly path: string; readonly writer: Mutex; open(): DatabaseSync }
  /** `open` gives a connection of its own, of the given durability, for look-ups by key; the caller ends it. */
  | { readonly engine: 'postgres'; open(durability: 'full' | 'process'): pg.Pool };

export interface Control {
  readonly db: Db;
  readonly engine: Engine;
  readonly direct: Direct;
  close(): Promise<void>;
}

/**
 * openControl opens the control plane and migrates it, to an older schema version only for what a backup of it holds. Throws `storage.unavailable`, `storage.corrupt` or
 * `storage.newer_schema` with a message that names the file or server (never the password).
 */
export const openControl = async (
  settings: ControlSettings,
  log: Log,
  schemaVersion = controlSchemaVersion,
): Promise<Control> => {
  const control = settings.engine === 'sqlite' ? openSqlite(settings.path) : await openPostgres(settings, log);
  try {
    await control.engine.refuseUnfit(control.db);
    await migrate(control.db, control.engine, schemaVersion);
  } catch (error) {
    await control.close();
    throw named(translateError(control.engine, error), settings);
  }
  return control;
};

/** What is wrong when nothing could be opened: this is for the operator who starts the program, so the reason is told. */
const named = (error: unknown, settings: ControlSettings): unknown => {
  const known = error instanceof AppError ? error : refusal(error);
  if (known === null || known.code === 'storage.newer_schema') return error;
  const place = settings.engine === 'sqlite' ? settings.path : 'the PostgreSQL server';
  const internal = known.internal;
  return fail(known.code, {
    message: `${known.entry.title}: ${place}${internal === undefined ? '' : ` (${internal})`}`,
    ...(internal === undefined ? {} : { internal }),
    cause: error,
  });
};

/** A server that turns us away (password, database, rights, certificate) has a code of its own and a text without secrets. */
const refusal = (error: unknown): AppError | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? fail('storage.unavailable', { internal: error.message, cause: error })
    : null;

const kyselyOf = (dialect: ConstructorParameters<typeof Kysely>[0]['dialect']): Db =>
  new Kysely<ControlTables>({
    dialect,
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });

const openSqlite = (path: string): Control => {
  const writer = new Mutex();
  let database: DatabaseSync;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = openSqliteFile(path);
  } catch (error) {
    const translated = translateError(sqliteEngine, error);
    throw named(
      translated instanceof AppError
        ? translated
        : fail('storage.unavailable', { internal: String(error), cause: error }),
      { engine: 'sqlite', path },
    );
  }
  const db = kyselyOf(translating(sqliteDialect(database, writer), sqliteEngine));
  return {
    db,
    engine: sqliteEngine,
    direct: { engine: 'sqlite', path, writer, open: () => openSqliteFile(path) },
    close: async () => {
      await db.destroy();
      // Kysely closes only what it has used; a database that failed before its first query is still open.
      if (database.isOpen) database.close();
    },
  };
};

const openPostgres = async (settings: Extract<ControlSettings, { engine: 'postgres' }>, log: Log): Promise<Control> => {
  // The driver is loaded where it is used: most servers run on the embedded engine.
  const { openLedgerPool, openPool, postgresDialect, postgresEngine } = await import('./postgres.ts');
  const { url, poolSize } = settings;
  const onError = (error: Error): void => log.warn('storage.connection_lost', { reason: error.message });
  // One connection of those that a process may hold is the ledger's.
  const pool = openPool({ url, poolSize: Math.max(1, poolSize - 1), onError });
  const db = kyselyOf(translating(postgresDialect(pool), postgresEngine));
  return {
    db,
    engine: postgresEngine,
    direct: {
      engine: 'postgres',
      open: (durability) => openLedgerPool({ url, onError }, durability),
    },
    close: async () => {
      await db.destroy();
      if (!pool.ended && !pool.ending) await pool.end();
    },
  };
};

/**
 * inSnapshot runs `task` on the control plane as of one moment: it reads, others go on writing. On SQLite it holds back the
 * other queries of this process until it has ended, so it is for the operator's commands.
 */
export const inSnapshot = <T>(db: Db, task: (tx: Db) => Promise<T>): Promise<T> =>
  db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(task);

/** ping resolves when the control plane answers a query, and rejects with a `storage.…` code when it does not. */
export const ping = async (db: Db): Promise<void> => {
  await db.selectFrom('settings').select('key').limit(1).execute();
};
