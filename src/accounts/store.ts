import type { Insertable, Selectable } from 'kysely';
import { inTransaction, type ControlTables, type Db } from '../storage/index.ts';

export type UserRow = Selectable<ControlTables['users']>;
export type SubscriptionRow = Selectable<ControlTables['subscriptions']>;

export const insertUser = async (db: Db, row: Insertable<ControlTables['users']>): Promise<void> => {
  await db.insertInto('users').values(row).execute();
};

export const findUserByEmail = (db: Db, email: string): Promise<UserRow | undefined> =>
  db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();

/** insertSubscription writes the subscription and, through `openMeter`, its ledger row in one transaction. */
export const insertSubscription = (
  db: Db,
  row: SubscriptionRow,
  openMeter: (tx: Db, ownerId: string) => Promise<void>,
): Promise<void> =>
  inTransaction(db, async (tx) => {
    await tx.insertInto('subscriptions').values(row).execute();
    await openMeter(tx, row.id);
  });

export const findSubscription = (db: Db, id: string): Promise<SubscriptionRow | undefined> =>
  db.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirst();

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
