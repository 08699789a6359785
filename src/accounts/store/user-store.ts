import { CompiledQuery } from 'kysely';
import type { Insertable, Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../../storage/index.ts';

export type UserRow = Omit<Selectable<ControlTables['users']>, 'number'>;

export const insertUser = async (db: Db, row: Insertable<ControlTables['users']>): Promise<void> => {
  await db.insertInto('users').values(row).execute();
};

export const findUser = (db: Db, id: string): Promise<UserRow | undefined> =>
  db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();

/**
 * preparedUserByEmail is findUserByEmail for the hot path of HTTP Basic: the text of the query is made once, which is half
 * of what it costs.
 */
export const preparedUserByEmail = (db: Db): ((email: string) => Promise<UserRow | undefined>) => {
  const { sql } = db.selectFrom('users').selectAll().where('email', '=', '').compile();
  return async (email) => (await db.executeQuery<UserRow>(CompiledQuery.raw(sql, [email]))).rows[0];
};

export const findUserByEmail = (db: Db, email: string): Promise<UserRow | undefined> =>
  db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst();

/** lockUser reads a person and keeps everybody else from changing what hangs on the row until the transaction ends. */
export const lockUser = (engine: Control['engine'], tx: Db, id: string): Promise<UserRow | undefined> =>
  engine.lockRows(tx.selectFrom('users').selectAll().where('id', '=', id)).executeTakeFirst();

/** listUsers returns everybody in the order of creation. */
export const listUsers = (db: Db): Promise<UserRow[]> =>
  db.selectFrom('users').selectAll().orderBy('created_at_ms').orderBy('number').execute();

export const listUsersById = (db: Db, ids: readonly string[]): Promise<UserRow[]> =>
  db.selectFrom('users').selectAll().where('id', 'in', ids).execute();

export const updateUser = async (db: Db, id: string, change: Partial<Omit<UserRow, 'id'>>): Promise<void> => {
  await db.updateTable('users').set(change).where('id', '=', id).execute();
};

export const deleteUser = async (db: Db, id: string): Promise<void> => {
  await db.deleteFrom('users').where('id', '=', id).execute();
};

/** countAdministrators counts those who can sign in. */
export const countAdministrators = async (db: Db): Promise<number> => {
  const row = await db
    .selectFrom('users')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('is_administrator', '=', 1)
    .where('state', '=', 'active')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

/** Rows of `settings` that transactions take turns on, because what they count has no row of its own to lock. */
export type Turn = 'turn.administrators' | 'turn.sign_in';

/** takeTurn lets one transaction at a time past this point, until it ends. */
export const takeTurn = async (engine: Control['engine'], tx: Db, turn: Turn): Promise<void> => {
  await tx
    .insertInto('settings')
    .values({ key: turn, value: '' })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  await engine.lockRows(tx.selectFrom('settings').select('key').where('key', '=', turn)).executeTakeFirst();
};
