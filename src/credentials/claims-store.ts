import type { Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../storage/index.ts';

export type ClaimRow = Selectable<ControlTables['claims']>;

export const insertClaim = async (db: Db, row: ClaimRow): Promise<void> => {
  await db.insertInto('claims').values(row).execute();
};

export const findClaim = (db: Db, id: string): Promise<ClaimRow | undefined> =>
  db.selectFrom('claims').selectAll().where('id', '=', id).executeTakeFirst();

/** lockClaim reads a claim and lets no second opening past this point until the transaction ends. */
export const lockClaim = (engine: Control['engine'], tx: Db, id: string): Promise<ClaimRow | undefined> =>
  engine.lockRows(tx.selectFrom('claims').selectAll().where('id', '=', id)).executeTakeFirst();

export const updateClaim = async (
  db: Db,
  id: string,
  change: Partial<Pick<ClaimRow, 'openings' | 'credential_id' | 'claimed_at_ms'>>,
): Promise<void> => {
  await db.updateTable('claims').set(change).where('id', '=', id).execute();
};

/** hasClaimOrKey says whether a subscription was ever given a way to its first key. */
export const hasClaimOrKey = async (db: Db, subscriptionId: string): Promise<boolean> => {
  const claim = await db
    .selectFrom('claims')
    .select('id')
    .where('subscription_id', '=', subscriptionId)
    .limit(1)
    .executeTakeFirst();
  if (claim !== undefined) return true;
  const key = await db
    .selectFrom('credentials')
    .select('id')
    .where('owner_id', '=', subscriptionId)
    .limit(1)
    .executeTakeFirst();
  return key !== undefined;
};
