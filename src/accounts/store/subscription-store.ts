import type { Selectable } from 'kysely';
import type { ControlTables, Db } from '../../storage/index.ts';
import type { UserRow } from './user-store.ts';

export type SubscriptionRow = Omit<Selectable<ControlTables['subscriptions']>, 'number'>;

export const insertSubscription = async (db: Db, row: SubscriptionRow): Promise<void> => {
  await db.insertInto('subscriptions').values(row).execute();
};

export const findSubscription = (db: Db, id: string): Promise<SubscriptionRow | undefined> =>
  db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirst();

/** listSubscriptionsOf returns a person's subscriptions, oldest first. */
export const listSubscriptionsOf = (db: Db, userId: string): Promise<SubscriptionRow[]> =>
  db
    .selectFrom('subscriptions')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at_ms')
    .orderBy('number')
    .execute();

export const updateSubscription = async (
  db: Db,
  id: string,
  change: Partial<Omit<SubscriptionRow, 'id'>>,
): Promise<void> => {
  await db.updateTable('subscriptions').set(change).where('id', '=', id).execute();
};

/** findSubscriptionWithUser reads both in one statement, as of one moment. */
export const findSubscriptionWithUser = (
  db: Db,
  id: string,
): Promise<(SubscriptionRow & { user_state: UserRow['state'] }) | undefined> =>
  db
    .selectFrom('subscriptions')
    .innerJoin('users', 'users.id', 'subscriptions.user_id')
    .selectAll('subscriptions')
    .select('users.state as user_state')
    .where('subscriptions.id', '=', id)
    .executeTakeFirst();
