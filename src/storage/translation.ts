import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult, TransactionSettings } from 'kysely';
import { AppError, fail, type ErrorCode } from '../kernel/index.ts';
import type { Engine } from './engine.ts';

const codes: Record<NonNullable<ReturnType<Engine['classify']>>, ErrorCode> = {
  unique: 'storage.unique',
  busy: 'storage.busy',
  unavailable: 'storage.unavailable',
  corrupt: 'storage.corrupt',
};

/** translateError turns an engine's error into one of the catalogue; anything else passes unchanged. */
export const translateError = (engine: Engine, error: unknown): unknown => {
  if (error instanceof AppError) return error;
  const kind = engine.classify(error);
  if (kind === null) return error;
  return fail(codes[kind], { internal: error instanceof Error ? error.message : String(error), cause: error });
};

/** unlessTaken runs a task; where a value that must be unique is taken, it throws what `taken` makes of that. */
export const unlessTaken = async <T>(task: () => Promise<T>, taken: (cause: AppError) => AppError): Promise<T> => {
  try {
    return await task();
  } catch (error) {
    throw error instanceof AppError && error.code === 'storage.unique' ? taken(error) : error;
  }
};

class TranslatingConnection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #engine: Engine;

  constructor(inner: DatabaseConnection, engine: Engine) {
    this.inner = inner;
    this.#engine = engine;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.inner.executeQuery<R>(query);
    } catch (error) {
      throw translateError(this.#engine, error);
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}

const innerOf = (connection: DatabaseConnection): DatabaseConnection =>
  connection instanceof TranslatingConnection ? connection.inner : connection;

class TranslatingDriver implements Driver {
  readonly #inner: Driver;
  readonly #engine: Engine;
  readonly #connections = new WeakMap<DatabaseConnection, TranslatingConnection>();

  constructor(inner: Driver, engine: Engine) {
    this.#inner = inner;
    this.#engine = engine;
  }

  async #translated<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw translateError(this.#engine, error);
    }
  }

  init(): Promise<void> {
    return this.#inner.init();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const inner = await this.#translated(() => this.#inner.acquireConnection());
    const known = this.#connections.get(inner) ?? new TranslatingConnection(inner, this.#engine);
    this.#connections.set(inner, known);
    return known;
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return this.#translated(() => this.#inner.beginTransaction(innerOf(connection), settings));
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#translated(() => this.#inner.commitTransaction(innerOf(connection)));
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.#translated(() => this.#inner.rollbackTransaction(innerOf(connection)));
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.#inner.releaseConnection(innerOf(connection));
  }

  destroy(): Promise<void> {
    return this.#inner.destroy();
  }
}

/** translating wraps a dialect so that every error of its engine leaves storage with a code of the catalogue. */
export const translating = (dialect: Dialect, engine: Engine): Dialect => ({
  createAdapter: () => dialect.createAdapter(),
  createDriver: () => new TranslatingDriver(dialect.createDriver(), engine),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
});
