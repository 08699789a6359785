import type { Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../storage/index.ts';

export type EventRow = Selectable<ControlTables['billing_events']>;
export type LinkRow = Selectable<ControlTables['billing_links']>;

/** insertEvent returns whether the event is new. */
export const insertEvent = async (db: Db, row: EventRow): Promise<boolean> => {
  const inserted = await db
    .insertInto('billing_events')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
};

export const hasEvent = async (db: Db, id: string): Promise<boolean> =>
  (await db.selectFrom('billing_events').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;

export const updateEventEffect = async (db: Db, id: string, effect: string): Promise<void> => {
  await db.updateTable('billing_events').set({ effect }).where('id', '=', id).execute();
};

export const listEvents = (db: Db, subjects: readonly string[]): Promise<EventRow[]> =>
  db.selectFrom('billing_events').selectAll().where('subject', 'in', subjects).execute();

/** takeLink makes the row of an object of the provider, tied to nobody, if there is none, and locks it for this transaction. */
export const takeLink = async (engine: Control['engine'], tx: Db, stripeId: string): Promise<LinkRow> => {
  await tx
    .insertInto('billing_links')
    .values({ stripe_id: stripeId, target_kind: 'user', target_id: '', last_event_at_ms: 0 })
    .onConflict((conflict) => conflict.column('stripe_id').doNothing())
    .execute();
  return engine
    .lockRows(tx.selectFrom('billing_links').selectAll().where('stripe_id', '=', stripeId))
    .executeTakeFirstOrThrow();
};

export const updateLink = async (
  db: Db,
  stripeId: string,
  change: Partial<Omit<LinkRow, 'stripe_id'>>,
): Promise<void> => {
  await db.updateTable('billing_links').set(change).where('stripe_id', '=', stripeId).execute();
};

/** listLinks returns the objects of the provider that stand for one of ours. */
export const listLinks = (db: Db, target: Pick<LinkRow, 'target_kind' | 'target_id'>): Promise<LinkRow[]> =>
  db
    .selectFrom('billing_links')
    .selectAll()
    .where('target_kind', '=', target.target_kind)
    .where('target_id', '=', target.target_id)
    .orderBy('stripe_id')
    .execute();

/** A person, as far as an event may name one. */
export interface PersonRow {
  readonly id: string;
  readonly email: string;
}

export const findPerson = (
  db: Db,
  by: { readonly column: 'id' | 'email'; readonly value: string },
): Promise<PersonRow | undefined> =>
  db.selectFrom('users').select(['id', 'email']).where(by.column, '=', by.value).executeTakeFirst();

/** findSubscriber returns the person that has a subscription. */
export const findSubscriber = (db: Db, subscriptionId: string): Promise<PersonRow | undefined> =>
  db
    .selectFrom('subscriptions')
    .innerJoin('users', 'users.id', 'subscriptions.user_id')
    .select(['users.id', 'users.email'])
    .where('subscriptions.id', '=', subscriptionId)
    .executeTakeFirst();

/** lockPerson makes concurrent changes of a person's plan wait for this transaction. */
export const lockPerson = async (engine: Control['engine'], tx: Db, userId: string): Promise<void> => {
  await engine.lockRows(tx.selectFrom('users').select('id').where('id', '=', userId)).executeTakeFirst();
};
