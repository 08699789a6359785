/**
 * Loaded before the server: counts the statements that its main thread runs on embedded databases, and answers any
 * message with the counts so far. The product needs no counter for it.
 */
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

export interface StatementCounts {
  /** Statements that give rows. */
  readonly reads: number;
  readonly all: number;
}

if (isMainThread) {
  let reads = 0;
  let all = 0;
  const count = (statement: StatementSync): void => {
    all += 1;
    if (/^\s*(select|with|pragma)\b/i.test(statement.sourceSQL)) reads += 1;
  };
  for (const name of ['get', 'all', 'run', 'iterate'] as const) {
    const run: unknown = Reflect.get(StatementSync.prototype, name);
    if (typeof run !== 'function') throw new Error(`node:sqlite has no statement.${name}`);
    Reflect.set(StatementSync.prototype, name, function (this: StatementSync, ...parameters: unknown[]): unknown {
      count(this);
      return Reflect.apply(run, this, parameters);
    });
  }
  const exec: unknown = Reflect.get(DatabaseSync.prototype, 'exec');
  if (typeof exec !== 'function') throw new Error('node:sqlite has no database.exec');
  Reflect.set(DatabaseSync.prototype, 'exec', function (this: DatabaseSync, sql: string): unknown {
    all += 1;
    if (/^\s*(select|with)\b/i.test(sql)) reads += 1;
    return Reflect.apply(exec, this, [sql]);
  });
  process.on('message', () => {
    const counts: StatementCounts = { reads, all };
    process.send?.(counts);
  });
  process.channel?.unref();
}
