import type { Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../../storage/index.ts';

export type NotificationRow = Selectable<ControlTables['notifications']>;

export const insertNotification = async (tx: Db, row: NotificationRow): Promise<void> => {
  await tx.insertInto('notifications').values(row).execute();
};

export const findNotification = (db: Db, projectId: number, name: string): Promise<NotificationRow | undefined> =>
  db
    .selectFrom('notifications')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('name', '=', name)
    .executeTakeFirst();

export const findNotificationById = (db: Db, id: string): Promise<NotificationRow | undefined> =>
  db.selectFrom('notifications').selectAll().where('id', '=', id).executeTakeFirst();

/** lockNotification lets one of two confirmations of the same address be the first. */
export const lockNotification = (engine: Control['engine'], tx: Db, id: string): Promise<NotificationRow | undefined> =>
  engine.lockRows(tx.selectFrom('notifications').selectAll().where('id', '=', id)).executeTakeFirst();

export const listNotifications = (db: Db, projectId: number): Promise<NotificationRow[]> =>
  db.selectFrom('notifications').selectAll().where('project_id', '=', projectId).orderBy('name').execute();

export const updateNotification = async (
  tx: Db,
  id: string,
  change: Partial<Omit<NotificationRow, 'id'>>,
): Promise<void> => {
  await tx.updateTable('notifications').set(change).where('id', '=', id).execute();
};

export const deleteNotification = async (tx: Db, id: string): Promise<void> => {
  await tx.deleteFrom('notifications').where('id', '=', id).execute();
};

export const deleteNotificationsOf = async (tx: Db, projectId: number): Promise<void> => {
  await tx.deleteFrom('notifications').where('project_id', '=', projectId).execute();
};

/** lockSealedOtherwise returns what was sealed with another pepper than that one, and keeps it for this transaction. */
export const lockSealedOtherwise = (
  engine: Control['engine'],
  tx: Db,
  pepperVersion: number,
): Promise<NotificationRow[]> =>
  engine
    .lockRows(tx.selectFrom('notifications').selectAll().where('pepper_version', '<>', pepperVersion).orderBy('id'))
    .execute();
