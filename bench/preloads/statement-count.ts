/**
 * Loaded before the server: counts the statements that its main thread runs on embedded databases, and answers any
 * message with the counts so far. The product needs no counter for it.
 */
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

export interface StatementCounts {
  readonly statements: number;
}

if (isMainThread) {
  let statements = 0;

  /** before runs `note` ahead of a method, which keeps its own behaviour. */
  const before = (prototype: object, name: string, note: () => void): void => {
    const method: unknown = Reflect.get(prototype, name);
    if (typeof method !== 'function') throw new Error(`node:sqlite has no ${name}`);
    Reflect.set(prototype, name, function (this: unknown, ...parameters: unknown[]): unknown {
      note();
      const result: unknown = Reflect.apply(method, this, parameters);
      return result;
    });
  };
  const count = (): void => {
    statements += 1;
  };
  for (const name of ['get', 'all', 'run', 'iterate']) before(StatementSync.prototype, name, count);
  before(DatabaseSync.prototype, 'exec', count);
  process.on('message', () => {
    const counts: StatementCounts = { statements };
    process.send?.(counts);
  });
  process.channel?.unref();
}
