import type { ColumnDataType, Expression, Kysely, SelectQueryBuilder } from 'kysely';
import type { ControlTables } from './schema/control.ts';

export type EngineName = 'sqlite' | 'postgres';

/** Db is the control plane, or a transaction on it: every store function takes it first. */
export type Db = Kysely<ControlTables>;

/**
 * Engine is everything that differs between SQLite and PostgreSQL. Queries are written once and take from here what
 * the two disagree on; nothing else may ask which engine runs.
 */
export interface Engine {
  readonly name: EngineName;
  /** Column types of migrations: text that compares byte by byte, and 64-bit integers (read as numbers up to 2^53). */
  readonly text: ColumnDataType | Expression<unknown>;
  readonly int64: ColumnDataType;
  /** An integer primary key that numbers itself. */
  readonly serial: ColumnDataType;
  /** What such a key needs so that a number is never drawn again, not even when its row was the newest and is gone. */
  readonly serialOptions: string;
  /** What follows the closing bracket of `create table`; SQLite then refuses a wrong type as PostgreSQL does. */
  readonly tableOptions: string;
  /** lockRows keeps the selected rows for this transaction; SQLite has locked the whole file by then. */
  lockRows<TB extends keyof ControlTables, O>(
    query: SelectQueryBuilder<ControlTables, TB, O>,
  ): SelectQueryBuilder<ControlTables, TB, O>;
  /** claimRows is lockRows that passes over rows which another transaction holds, for workers that share a queue. */
  claimRows<TB extends keyof ControlTables, O>(
    query: SelectQueryBuilder<ControlTables, TB, O>,
  ): SelectQueryBuilder<ControlTables, TB, O>;
  /** takeTurns makes concurrent transactions that call it run one after the other; SQLite has done so at their begin. */
  takeTurns(tx: Db): Promise<void>;
  /** numbersAfter makes the serial key of a table go on after a number that it has given, as far as anybody knows. */
  numbersAfter(tx: Db, table: string, column: string, greatest: number): Promise<void>;
  /** refuseUnfit throws `storage.unavailable` for a database that cannot hold what is stored, before anything is changed. */
  refuseUnfit(db: Db): Promise<void>;
  /** What an engine error means, or null for an error that is none of the engine's. */
  classify(error: unknown): 'unique' | 'busy' | 'unavailable' | 'corrupt' | null;
}
