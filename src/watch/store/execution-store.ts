import type { Selectable } from 'kysely';
import type { ControlTables, Db } from '../../storage/index.ts';

export type ExecutionRow = Omit<Selectable<ControlTables['automation_executions']>, 'number'>;
export type ResultRow = Omit<Selectable<ControlTables['automation_results']>, 'number'>;

export const insertExecution = async (tx: Db, row: ExecutionRow, results: readonly ResultRow[]): Promise<void> => {
  await tx.insertInto('automation_executions').values(row).execute();
  if (results.length > 0)
    await tx
      .insertInto('automation_results')
      .values([...results])
      .execute();
};

/** listExecutions returns a page of an automation's executions, newest first. */
export const listExecutions = (
  db: Db,
  automationId: string,
  part: { readonly offset: number; readonly limit: number },
): Promise<ExecutionRow[]> =>
  db
    .selectFrom('automation_executions')
    .selectAll()
    .where('automation_id', '=', automationId)
    .orderBy('executed_at_ms', 'desc')
    .orderBy('number', 'desc')
    .offset(part.offset)
    .limit(part.limit)
    .execute();

export const countExecutions = async (db: Db, automationId: string): Promise<number> => {
  const row = await db
    .selectFrom('automation_executions')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('automation_id', '=', automationId)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

export const findExecution = (db: Db, automationId: string, id: string): Promise<ExecutionRow | undefined> =>
  db
    .selectFrom('automation_executions')
    .selectAll()
    .where('automation_id', '=', automationId)
    .where('id', '=', id)
    .executeTakeFirst();

/** listResults returns what an execution did, in the order in which it did it. */
export const listResults = (db: Db, executionId: string): Promise<ResultRow[]> =>
  db.selectFrom('automation_results').selectAll().where('execution_id', '=', executionId).orderBy('number').execute();

/** touchAutomation notes the latest time at which an automation ran; false when it is gone. */
export const touchAutomation = async (tx: Db, id: string, executedAtMs: number): Promise<boolean> => {
  const row = await tx.selectFrom('automations').select('last_execution_at_ms').where('id', '=', id).executeTakeFirst();
  if (row === undefined) return false;
  const last_execution_at_ms = Math.max(row.last_execution_at_ms ?? executedAtMs, executedAtMs);
  await tx.updateTable('automations').set({ last_execution_at_ms }).where('id', '=', id).execute();
  return true;
};
