import type { Selectable } from 'kysely';
import type { ControlTables, Db } from '../../storage/index.ts';

export type AutomationRow = Selectable<ControlTables['automations']>;

export const insertAutomation = async (tx: Db, row: AutomationRow): Promise<void> => {
  await tx.insertInto('automations').values(row).execute();
};

export const findAutomation = (db: Db, projectId: number, name: string): Promise<AutomationRow | undefined> =>
  db
    .selectFrom('automations')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('name', '=', name)
    .executeTakeFirst();

export const listAutomations = (db: Db, projectId: number): Promise<AutomationRow[]> =>
  db.selectFrom('automations').selectAll().where('project_id', '=', projectId).orderBy('name').execute();

export const updateAutomation = async (
  tx: Db,
  id: string,
  change: Partial<Omit<AutomationRow, 'id'>>,
): Promise<void> => {
  await tx.updateTable('automations').set(change).where('id', '=', id).execute();
};

/** deleteAutomation deletes it with its executions. */
export const deleteAutomation = async (tx: Db, id: string): Promise<void> => {
  await tx
    .deleteFrom('automation_results')
    .where('execution_id', 'in', (from) =>
      from.selectFrom('automation_executions').select('id').where('automation_id', '=', id),
    )
    .execute();
  await tx.deleteFrom('automation_executions').where('automation_id', '=', id).execute();
  await tx.deleteFrom('automations').where('id', '=', id).execute();
};

/** deleteAutomationsOf deletes all of a project, with their executions. */
export const deleteAutomationsOf = async (tx: Db, projectId: number): Promise<void> => {
  for (const { id } of await listAutomations(tx, projectId)) await deleteAutomation(tx, id);
};
