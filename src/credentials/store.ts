import type { Selectable } from 'kysely';
import type { ControlTables, Db } from '../storage/index.ts';

export type CredentialRow = Selectable<ControlTables['credentials']>;
export type ActivityRow = Selectable<ControlTables['credential_activity']>;

export const findSetting = async (db: Db, key: string): Promise<string | undefined> => {
  const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
};

/** insertSettingOnce writes a setting unless it is there; the first writer wins. */
export const insertSettingOnce = async (db: Db, key: string, value: string): Promise<void> => {
  await db
    .insertInto('settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
};

export const insertCredential = async (db: Db, row: CredentialRow): Promise<void> => {
  await db.insertInto('credentials').values(row).execute();
  await db
    .insertInto('credential_activity')
    .values({
      credential_id: row.id,
      owner_id: row.owner_id,
      requests: 0,
      last_used_at_ms: null,
      last_used_address: null,
    })
    .execute();
};

/** findForVerification reads a credential and its owner's fence in one statement: as of one moment. */
export const findForVerification = (
  db: Db,
  family: string,
  lookup: string,
): Promise<(CredentialRow & { fence: number }) | undefined> =>
  db
    .selectFrom('credentials')
    .innerJoin('meters', 'meters.owner_id', 'credentials.owner_id')
    .selectAll('credentials')
    .select('meters.fence')
    .where('credentials.lookup', '=', lookup)
    .where('credentials.family', '=', family)
    .executeTakeFirst();

export const findCredential = (
  db: Db,
  id: string,
): Promise<(CredentialRow & Omit<ActivityRow, 'credential_id'> & { fence: number }) | undefined> =>
  db
    .selectFrom('credentials')
    .innerJoin('meters', 'meters.owner_id', 'credentials.owner_id')
    .innerJoin('credential_activity', 'credential_activity.credential_id', 'credentials.id')
    .selectAll('credentials')
    .select(['meters.fence', 'requests', 'last_used_at_ms', 'last_used_address'])
    .where('credentials.id', '=', id)
    .executeTakeFirst();

export const listCredentials = (
  db: Db,
  filter: { readonly ownerId?: string; readonly family?: string },
): Promise<(CredentialRow & Omit<ActivityRow, 'credential_id'>)[]> => {
  let query = db
    .selectFrom('credentials')
    .innerJoin('credential_activity', 'credential_activity.credential_id', 'credentials.id')
    .selectAll('credentials')
    .select(['requests', 'last_used_at_ms', 'last_used_address']);
  if (filter.ownerId !== undefined) query = query.where('credentials.owner_id', '=', filter.ownerId);
  if (filter.family !== undefined) query = query.where('credentials.family', '=', filter.family);
  return query.orderBy('credentials.created_at_ms').orderBy('credentials.id').execute();
};

export const updateCredential = async (
  db: Db,
  id: string,
  change: Partial<Omit<CredentialRow, 'id' | 'owner_id' | 'family'>>,
): Promise<void> => {
  await db.updateTable('credentials').set(change).where('id', '=', id).execute();
};

export const insertExposure = async (
  db: Db,
  row: { credential_id: string | null; place: string; address: string; at_ms: number },
): Promise<void> => {
  await db.insertInto('exposures').values(row).execute();
};

export const countExposures = async (db: Db, credentialId: string): Promise<number> => {
  const row = await db
    .selectFrom('exposures')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};
