import type { DatabaseSync } from 'node:sqlite';

/** Batches keeps one transaction open across many writes and commits it when enough has gathered. */
export interface Batches {
  readonly enter: () => void;
  /** count adds to what is pending and commits at `limit`. */
  readonly count: (rows: number, limit: number) => void;
  readonly commit: () => void;
  readonly rollback: () => void;
}

export const inBatches = (db: DatabaseSync): Batches => {
  let pending = 0;
  const commit = (): void => {
    if (db.isTransaction) db.exec('commit');
    pending = 0;
  };
  return {
    enter: () => {
      if (!db.isTransaction) db.exec('begin immediate');
    },
    count: (rows, limit) => {
      pending += rows;
      if (pending >= limit) commit();
    },
    commit,
    rollback: () => {
      if (db.isTransaction) db.exec('rollback');
      pending = 0;
    },
  };
};
