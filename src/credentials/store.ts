import { sql, type Selectable } from 'kysely';
import type { ControlTables, Db } from '../storage/index.ts';

export type CredentialRow = Selectable<ControlTables['credentials']>;
/** A credential with its number and its use. */
export type CredentialRead = CredentialRow & {
  readonly number: number;
  readonly requests: number;
  readonly last_used_at_ms: number | null;
  readonly last_used_address: string | null;
};

/** insertCredential writes the credential with an empty activity and returns its number. */
export const insertCredential = async (db: Db, row: CredentialRow): Promise<number> => {
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
  const { number } = await db
    .insertInto('credential_numbers')
    .values({ credential_id: row.id })
    .returning('number')
    .executeTakeFirstOrThrow();
  return Number(number);
};

/**
 * findForVerification reads a credential and its owner's fence in one statement: as of one moment. When none has this
 * look-up it returns the next one in the family's order, so that database and reader do the same for both: whether it is
 * the one that was meant, the digest says. Undefined only beyond the last one. The text is written out because this is read
 * on every refusal, and to build it would cost more than to run it.
 */
export const findForVerification = async (
  db: Db,
  family: string,
  lookup: string,
): Promise<(CredentialRow & { readonly fence: number }) | undefined> => {
  const { rows } = await sql<CredentialRow & { readonly fence: number }>`
    select credentials.*, meters.fence
    from credentials inner join meters on meters.owner_id = credentials.owner_id
    where (credentials.family, credentials.lookup) >= (${family}, ${lookup})
    order by credentials.family, credentials.lookup
    limit 1`.execute(db);
  return rows[0];
};

export const isLookupTaken = async (db: Db, family: string, lookup: string): Promise<boolean> => {
  const row = await db
    .selectFrom('credentials')
    .select('id')
    .where('lookup', '=', lookup)
    .where('family', '=', family)
    .executeTakeFirst();
  return row !== undefined;
};

const reading = (db: Db) =>
  db
    .selectFrom('credentials')
    .innerJoin('credential_activity', 'credential_activity.credential_id', 'credentials.id')
    .innerJoin('credential_numbers', 'credential_numbers.credential_id', 'credentials.id')
    .selectAll('credentials')
    .select(['number', 'requests', 'last_used_at_ms', 'last_used_address']);

export const findCredential = (db: Db, id: string): Promise<(CredentialRead & { fence: number }) | undefined> =>
  reading(db)
    .innerJoin('meters', 'meters.owner_id', 'credentials.owner_id')
    .select('meters.fence')
    .where('credentials.id', '=', id)
    .executeTakeFirst();

export const listCredentials = (
  db: Db,
  filter: { readonly ownerId?: string; readonly family?: string },
): Promise<CredentialRead[]> => {
  let query = reading(db);
  if (filter.ownerId !== undefined) query = query.where('credentials.owner_id', '=', filter.ownerId);
  if (filter.family !== undefined) query = query.where('credentials.family', '=', filter.family);
  return query.orderBy('credentials.created_at_ms').orderBy('credential_numbers.number').execute();
};

/** countUsable counts an owner's credentials that work, or could be resumed. */
export const countUsable = async (db: Db, ownerId: string, family: string, nowMs: number): Promise<number> => {
  const row = await db
    .selectFrom('credentials')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('owner_id', '=', ownerId)
    .where('family', '=', family)
    .where('state', 'in', ['active', 'suspended'])
    .where((expression) =>
      expression.or([expression('expires_at_ms', 'is', null), expression('expires_at_ms', '>', nowMs)]),
    )
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

export const updateCredential = async (
  db: Db,
  id: string,
  change: Partial<Omit<CredentialRow, 'id' | 'owner_id' | 'family'>>,
): Promise<void> => {
  await db.updateTable('credentials').set(change).where('id', '=', id).execute();
};

export const hasMeter = async (db: Db, ownerId: string): Promise<boolean> => {
  const row = await db.selectFrom('meters').select('fence').where('owner_id', '=', ownerId).executeTakeFirst();
  return row !== undefined;
};

/** listExpiring lists what is active or suspended and ends after `afterMs`, at `untilMs` at the latest. */
export const listExpiring = async (
  db: Db,
  afterMs: number,
  untilMs: number,
): Promise<(CredentialRead & { readonly expires_at_ms: number })[]> =>
  reading(db)
    .where('credentials.state', 'in', ['active', 'suspended'])
    .where('credentials.expires_at_ms', '>', afterMs)
    .where('credentials.expires_at_ms', '<=', untilMs)
    .orderBy('credentials.id')
    .$narrowType<{ expires_at_ms: number }>()
    .execute();
