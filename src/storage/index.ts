/**
 * Storage: the control plane's database. It owns the engines (SQLite and PostgreSQL), their schema, migrations and
 * transactions; it knows tables, not rules.
 *
 * Invariants: queries are written once, with Kysely, and what the engines disagree on comes from `Engine`; migrations
 * go forward only and are one tree for both engines; every error of an engine leaves with a `storage.…` code; a
 * transaction is reused, never nested. The catalogue is not here: it is a SQLite file of its own (module catalog).
 *
 * Fails with `storage.unavailable` when the server or folder cannot be reached, `storage.busy` after waiting for another
 * writer, `storage.corrupt` and `storage.newer_schema` at start.
 */
export { inSnapshot, openControl, ping, type Control, type ControlSettings, type Direct } from './control.ts';
export type { Db, Engine, EngineName } from './engine.ts';
export {
  clearUnused,
  insertRows,
  isTableName,
  resumeNumbers,
  rowsOf,
  tableNames,
  type StoredRow,
  type TableName,
} from './table-rows.ts';
export { controlSchemaVersion, readSchemaVersion } from './migrate.ts';
export { inTransaction } from './transaction.ts';
export { translateError, unlessTaken } from './translation.ts';
export type { ControlTables } from './schema/control.ts';
