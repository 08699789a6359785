import type { Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../storage/index.ts';

export type JobRow = Selectable<ControlTables['jobs']>;

/** insertJob returns whether a row was written: not when its dedupe key has been used. */
export const insertJob = async (
  db: Db,
  job: Pick<JobRow, 'kind' | 'payload' | 'dedupe_key' | 'run_at_ms' | 'created_at_ms'>,
): Promise<boolean> => {
  const row = await db
    .insertInto('jobs')
    .values({ ...job, state: 'waiting', attempts: 0, locked_until_ms: 0, last_error: null })
    .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
};

/**
 * claimJobs takes up to `limit` due jobs for this process until the lease ends, counting the attempt. Nobody else gets
 * them before that.
 */
export const claimJobs = async (
  tx: Db,
  engine: Control['engine'],
  claim: {
    readonly kinds: readonly string[];
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  },
): Promise<JobRow[]> => {
  const due = await engine
    .claimRows(
      tx
        .selectFrom('jobs')
        .select('id')
        .where('state', '=', 'waiting')
        .where('run_at_ms', '<=', claim.nowMs)
        .where('locked_until_ms', '<=', claim.nowMs)
        .where('kind', 'in', claim.kinds)
        .orderBy('run_at_ms')
        .orderBy('id')
        .limit(claim.limit),
    )
    .execute();
  if (due.length === 0) return [];
  const claimed = await tx
    .updateTable('jobs')
    .set((expression) => ({
      attempts: expression('attempts', '+', 1),
      locked_until_ms: claim.nowMs + claim.leaseMs,
    }))
    .where(
      'id',
      'in',
      due.map(({ id }) => id),
    )
    .returningAll()
    .execute();
  return claimed.toSorted((a, b) => a.run_at_ms - b.run_at_ms || a.id - b.id);
};

/** updateAttempt changes a job that is still in the hands of the attempt; false when the lease went to another one. */
export const updateAttempt = async (
  db: Db,
  { id, attempts }: Pick<JobRow, 'id' | 'attempts'>,
  change: Partial<Pick<JobRow, 'state' | 'run_at_ms' | 'locked_until_ms' | 'last_error' | 'payload'>>,
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set(change)
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
};

/** deleteEnded forgets jobs that ended and were made before an instant, with their dedupe keys. */
export const deleteEnded = async (db: Db, beforeMs: number): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('jobs')
    .where('state', '!=', 'waiting')
    .where('created_at_ms', '<', beforeMs)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
