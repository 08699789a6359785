import pg from 'pg';
import { PostgresDialect, sql, type Dialect } from 'kysely';
import { fail, type Secret } from '../kernel/index.ts';
import type { Engine } from './engine.ts';

/** int8 arrives as text; a value beyond 2^53 would lose digits, so it fails instead. */
const parseInt8 = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error('an integer beyond 2^53 came from the database');
  return value;
};

/** The driver types its parsers as returning anything. */
const defaultParser: (oid: number, format?: 'text' | 'binary') => (value: string) => unknown = pg.types.getTypeParser;

const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((value: string) => unknown) =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? parseInt8 : defaultParser(oid, format),
};

const lockMs = 5000;
/** The longest statement is a step of a migration or of the compaction. */
const queryMs = 60_000;
/** Requests wait for the ledger: its statements are short, and wait for a lock at the most. */
const ledgerQueryMs = lockMs + 3000;

/** Statements here lock what they decide on and read it anew; a database may have been given another default. */
const isolation = String.raw`default_transaction_isolation=read\ committed`;

/**
 * For statements that only look rows up by their keys. Their plans are kept from when the tables were small, and a plan that
 * reads a small table whole reads it whole for ever.
 */
const byKeysOnly = ['enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off'] as const;

interface PoolOptions {
  readonly url: Secret<string>;
  readonly poolSize: number;
  readonly onError: (error: Error) => void;
  readonly timeoutMs?: number;
  /** The server's, as `name=value`. */
  readonly settings?: readonly string[];
}

/** openPool connects lazily; a connection that the server closes is replaced by the next query. */
export const openPool = ({ url, poolSize, onError, timeoutMs = queryMs, settings = [] }: PoolOptions): pg.Pool => {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    max: poolSize,
    types: typeParsers,
    connectionTimeoutMillis: 5000,
    // A lock that is never released, or a server that stopped answering, must become an error and not a silence.
    options: [`lock_timeout=${lockMs}`, isolation, ...settings].map((setting) => `-c ${setting}`).join(' '),
    query_timeout: timeoutMs,
    application_name: 'vulngate',
    keepAlive: true,
  });
  pool.on('error', onError);
  // A connection that is lost while it is in use fails its query; without a listener the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};

/** openLedgerPool gives one connection, for look-ups by key that requests wait for. */
export const openLedgerPool = (
  { url, onError }: Pick<PoolOptions, 'url' | 'onError'>,
  durability: 'full' | 'process',
): pg.Pool =>
  openPool({
    url,
    poolSize: 1,
    onError,
    timeoutMs: ledgerQueryMs,
    settings: [
      ...byKeysOnly,
      // When a node is gone in silence, the server does not hold the rows of its transaction until the network finds out.
      `idle_in_transaction_session_timeout=${lockMs}`,
      ...(durability === 'process' ? ['synchronous_commit=off'] : []),
    ],
  });

export const postgresDialect = (pool: pg.Pool): Dialect => new PostgresDialect({ pool });

const sqlState = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/**
 * What a sound program meets while a server is stopped, full or changed over, or when somebody took away its password,
 * database or rights: connection (08), authorization (28), resources (53), operator (57), a standby that only reads (25006), a
 * transaction that was idle or ran for too long (25P03, 25P04).
 */
const unavailableStates = /^(08...|28...|53...|57P0.|57014|25006|25P03|25P04|3D000|42501)$/;

/** What the driver finds out itself, and reports by these texts alone. */
const driverTexts =
  /^(Connection terminated|timeout e|Query read timeout|The server does not support SSL|There was an error establishing an SSL|Client has encountered a connection error|SASL: )/;

/** Any number, as long as every version of the program uses the same one. */
const turnsKey = 7_381_240_551;

export const postgresEngine: Engine = {
  name: 'postgres',
  text: sql`text collate "C"`,
  int64: 'bigint',
  serial: 'bigserial',
  serialOptions: '',
  tableOptions: '',
  lockRows: (query) => query.forUpdate(),
  claimRows: (query) => query.forUpdate().skipLocked(),
  takeTurns: async (tx) => {
    await sql`select pg_advisory_xact_lock(${turnsKey})`.execute(tx);
  },
  numbersAfter: async (tx, table, column, greatest) => {
    await sql`select setval(pg_get_serial_sequence(${table}, ${column}), ${greatest})`.execute(tx);
  },
  refuseUnfit: async (db) => {
    const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(db);
    const encoding = rows[0]?.server_encoding ?? 'unknown';
    if (encoding === 'UTF8') return;
    // Others lack letters, and SQL_ASCII takes any bytes for text. It cannot be changed afterwards.
    const internal = `the database has the encoding ${encoding}; make one with: encoding 'UTF8' template template0`;
    throw fail('storage.unavailable', { internal });
  },
  classify: (error) => {
    const code = sqlState(error);
    if (code === '23505') return 'unique';
    if (code === '40001' || code === '40P01' || code === '55P03') return 'busy';
    if (code !== null && (networkCodes.has(code) || unavailableStates.test(code))) return 'unavailable';
    if (code === 'XX001' || code === 'XX002') return 'corrupt';
    if (error instanceof Error && driverTexts.test(error.message)) return 'unavailable';
    return null;
  },
};
