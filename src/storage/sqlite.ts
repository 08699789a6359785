import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { enterWriteAhead, sqliteCodeOf } from '../kernel/index.ts';
import type { Engine } from './engine.ts';
import type { Mutex } from './mutex.ts';

/** The statements kept prepared; the queries of the product are far fewer. */
const statementsKept = 256;

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, { statement: StatementSync; returnsRows: boolean }>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return Promise.resolve(this.#execute<R>(query));
  }

  #execute<R>(query: CompiledQuery): QueryResult<R> {
    let prepared = this.#statements.get(query.sql);
    if (prepared === undefined) {
      const statement = this.#database.prepare(query.sql);
      prepared = { statement, returnsRows: statement.columns().length > 0 };
      if (this.#statements.size < statementsKept) this.#statements.set(query.sql, prepared);
    }
    const parameters = query.parameters as SQLInputValue[];
    if (prepared.returnsRows) return { rows: prepared.statement.all(...parameters) as R[] };
    const { changes, lastInsertRowid } = prepared.statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  // eslint-disable-next-line require-yield -- the interface asks for a generator; nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not used on the control plane');
  }
}

class SqliteDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #connection: SqliteConnection;
  readonly #mutex: Mutex;

  constructor(database: DatabaseSync, mutex: Mutex) {
    this.#database = database;
    this.#connection = new SqliteConnection(database);
    this.#mutex = mutex;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#mutex.acquire();
    return this.#connection;
  }

  async beginTransaction(_connection: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    // Immediate: two transactions that both read first and then write would otherwise fail instead of waiting. One that
    // only reads must not keep writers of other processes waiting.
    this.#database.exec(accessMode === 'read only' ? 'begin' : 'begin immediate');
  }

  async commitTransaction(): Promise<void> {
    this.#database.exec('commit');
  }

  async rollbackTransaction(): Promise<void> {
    // A full disk has SQLite roll back by itself; a second time would hide why.
    if (this.#database.isTransaction) this.#database.exec('rollback');
  }

  async releaseConnection(): Promise<void> {
    this.#mutex.release();
  }

  async destroy(): Promise<void> {
    this.#database.close();
  }
}

/** openSqliteFile opens a control-plane file for one connection: WAL, waits 5 s for another process, commits to disk. */
export const openSqliteFile = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true });
  enterWriteAhead(database);
  database.exec('pragma synchronous = full; pragma wal_autocheckpoint = 4000');
  return database;
};

/** sqliteDialect runs Kysely on node:sqlite. The mutex is shared with the ledger, which writes on a connection of its own. */
export const sqliteDialect = (database: DatabaseSync, mutex: Mutex): Dialect => ({
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => new SqliteDriver(database, mutex),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

export const sqliteEngine: Engine = {
  name: 'sqlite',
  text: 'text',
  int64: 'integer',
  serial: 'integer',
  serialOptions: 'autoincrement',
  tableOptions: 'strict',
  lockRows: (query) => query,
  claimRows: (query) => query,
  takeTurns: () => Promise.resolve(),
  numbersAfter: async (tx, table, _column, greatest) => {
    // Rows written with their numbers have moved it as far as they go; a key that gives numbers again has no row here.
    await sql`update sqlite_sequence set seq = max(seq, ${greatest}) where name = ${table}`.execute(tx);
    await sql`insert into sqlite_sequence (name, seq) select ${table}, ${greatest}
      where not exists (select 1 from sqlite_sequence where name = ${table})
        and exists (select 1 from sqlite_master where name = ${table} and sql like '%autoincrement%')`.execute(tx);
  },
  refuseUnfit: () => Promise.resolve(),
  classify: (error) => {
    const code = sqliteCodeOf(error);
    if (code === null) return null;
    if (code === 2067 || code === 1555) return 'unique';
    switch (code & 0xff) {
      case 5: // busy
      case 6: // locked
        return 'busy';
      case 11: // corrupt
      case 26: // not a database
        return 'corrupt';
      case 8: // read-only
      case 10: // input/output error
      case 13: // disk full
      case 14: // cannot open
        return 'unavailable';
      default:
        return null;
    }
  },
};
