import type { Db } from '../storage/index.ts';

export interface AttemptRow {
  readonly credential_id: string;
  readonly attempts: number;
  readonly first_at_ms: number;
  readonly last_at_ms: number;
  readonly last_address: string;
}

export interface NetworkRow {
  readonly credential_id: string;
  readonly network: string;
  readonly first_seen_at_ms: number;
}

export const insertExposure = async (
  db: Db,
  row: { readonly credential_id: string; readonly place: string; readonly address: string; readonly at_ms: number },
): Promise<void> => {
  await db.insertInto('exposures').values(row).execute();
};

/** countExposures counts the exposures of a credential since a time. */
export const countExposures = async (db: Db, credentialId: string, sinceMs = 0): Promise<number> => {
  const row = await db
    .selectFrom('exposures')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('credential_id', '=', credentialId)
    .where('at_ms', '>=', sinceMs)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

/** findLastExposure returns when a credential was last seen where it must not be, or undefined. */
export const findLastExposure = async (
  db: Db,
  credentialId: string,
): Promise<{ at_ms: number; place: string } | undefined> =>
  db
    .selectFrom('exposures')
    .select(['at_ms', 'place'])
    .where('credential_id', '=', credentialId)
    .orderBy('at_ms', 'desc')
    .limit(1)
    .executeTakeFirst();

export const findAttempts = (db: Db, credentialId: string): Promise<AttemptRow | undefined> =>
  db.selectFrom('credential_attempts').selectAll().where('credential_id', '=', credentialId).executeTakeFirst();

/** upsertAttempts adds attempts to the one row of a credential. */
export const upsertAttempts = async (db: Db, row: AttemptRow): Promise<void> => {
  await db
    .insertInto('credential_attempts')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('credential_id').doUpdateSet((expression) => ({
        attempts: expression('credential_attempts.attempts', '+', row.attempts),
        last_at_ms: row.last_at_ms,
        last_address: row.last_address,
      })),
    )
    .execute();
};

export const listNetworks = (db: Db, credentialId: string): Promise<NetworkRow[]> =>
  db
    .selectFrom('credential_networks')
    .selectAll()
    .where('credential_id', '=', credentialId)
    .orderBy('first_seen_at_ms')
    .orderBy('network')
    .execute();

export const listNetworksOf = (db: Db, credentialIds: readonly string[]): Promise<NetworkRow[]> =>
  db.selectFrom('credential_networks').selectAll().where('credential_id', 'in', credentialIds).execute();

/** insertNetworksOnce writes first sights of networks; later ones change nothing. */
export const insertNetworksOnce = async (db: Db, rows: readonly NetworkRow[]): Promise<void> => {
  await db
    .insertInto('credential_networks')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['credential_id', 'network']).doNothing())
    .execute();
};

/** insertLeak writes that a credential was found somewhere. */
export const insertLeak = async (
  db: Db,
  row: {
    readonly credential_id: string;
    readonly reporter: string;
    readonly place: string;
    readonly reported_at_ms: number;
  },
): Promise<void> => {
  await db.insertInto('leaks').values(row).execute();
};

export const listLeaks = (
  db: Db,
  credentialId: string,
): Promise<{ reporter: string; place: string; reported_at_ms: number }[]> =>
  db
    .selectFrom('leaks')
    .select(['reporter', 'place', 'reported_at_ms'])
    .where('credential_id', '=', credentialId)
    .orderBy('id')
    .execute();
