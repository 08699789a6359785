import { AppError } from '../kernel/index.ts';
import type { Db } from './engine.ts';

/** How often a transaction is tried again after another one was in its way. */
const attemptsMax = 8;

/**
 * inTransaction runs `task` in one transaction, or in the one that `db` already is. It is run again when another
 * transaction was in the way (`storage.busy`), so `task` must not act outside the database.
 */
export const inTransaction = async <T>(db: Db, task: (tx: Db) => Promise<T>): Promise<T> => {
  if (db.isTransaction) return task(db);
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(task);
    } catch (error) {
      if (attempt < attemptsMax && error instanceof AppError && error.code === 'storage.busy') continue;
      throw error;
    }
  }
};
