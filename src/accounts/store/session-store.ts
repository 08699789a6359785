import type { Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../../storage/index.ts';
import type { UserRow } from './user-store.ts';

export type SessionRow = Omit<Selectable<ControlTables['sessions']>, 'number'>;
export type SignInRequestRow = Selectable<ControlTables['sign_in_requests']>;

export const insertSession = async (db: Db, row: SessionRow): Promise<void> => {
  await db.insertInto('sessions').values(row).execute();
};

/** findSessionWithUser reads both in one statement, as of one moment. */
export const findSessionWithUser = (
  db: Db,
  id: string,
): Promise<(SessionRow & Pick<UserRow, 'state' | 'email' | 'name' | 'is_administrator'>) | undefined> =>
  db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .selectAll('sessions')
    .select(['users.state', 'users.email', 'users.name', 'users.is_administrator'])
    .where('sessions.id', '=', id)
    .executeTakeFirst();

/** listLiveSessions returns a person's sessions that have not been ended, newest first. */
export const listLiveSessions = (db: Db, userId: string): Promise<SessionRow[]> =>
  db
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('ended_at_ms', 'is', null)
    .orderBy('created_at_ms', 'desc')
    .orderBy('number', 'desc')
    .execute();

export const updateSessionSeen = async (db: Db, id: string, nowMs: number): Promise<void> => {
  await db
    .updateTable('sessions')
    .set({ last_seen_at_ms: nowMs })
    .where('id', '=', id)
    .where('last_seen_at_ms', '<', nowMs)
    .execute();
};

/** updateSessionsEnded ends a person's sessions, or those of them that are named, and returns how many were alive. */
export const updateSessionsEnded = async (
  db: Db,
  userId: string,
  which: { readonly only?: string; readonly except?: string },
  nowMs: number,
): Promise<number> => {
  let query = db
    .updateTable('sessions')
    .set({ ended_at_ms: nowMs })
    .where('user_id', '=', userId)
    .where('ended_at_ms', 'is', null);
  if (which.only !== undefined) query = query.where('id', '=', which.only);
  if (which.except !== undefined) query = query.where('id', '!=', which.except);
  const { numUpdatedRows } = await query.executeTakeFirst();
  return Number(numUpdatedRows);
};

export const insertSignInRequest = async (db: Db, row: SignInRequestRow): Promise<void> => {
  await db.insertInto('sign_in_requests').values(row).execute();
};

/** countSignInRequests counts by address of the mail and by address of the client, known or not. */
export const countSignInRequests = async (
  db: Db,
  by: { readonly email: string } | { readonly address: string },
  sinceMs: number,
): Promise<number> => {
  const query = db
    .selectFrom('sign_in_requests')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('created_at_ms', '>', sinceMs);
  const row = await (
    'email' in by ? query.where('email', '=', by.email) : query.where('address', '=', by.address)
  ).executeTakeFirst();
  return Number(row?.count ?? 0);
};

/** claimSignInAttempt counts an attempt before it is judged, and returns the request when it may still be tried. */
export const claimSignInAttempt = async (
  engine: Control['engine'],
  tx: Db,
  id: string,
  attemptsMax: number,
  nowMs: number,
): Promise<SignInRequestRow | undefined> => {
  const row = await engine
    .lockRows(tx.selectFrom('sign_in_requests').selectAll().where('id', '=', id))
    .executeTakeFirst();
  if (row === undefined || row.state !== 'open' || row.expires_at_ms <= nowMs) return undefined;
  const attempts = row.attempts + 1;
  await tx
    .updateTable('sign_in_requests')
    .set({ attempts, state: attempts >= attemptsMax ? 'void' : 'open' })
    .where('id', '=', id)
    .execute();
  return { ...row, attempts };
};

/** useSignInRequest marks a request used and says whether this call was the one that did. */
export const useSignInRequest = async (db: Db, id: string): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('sign_in_requests')
    .set({ state: 'used' })
    .where('id', '=', id)
    .where('state', '!=', 'used')
    .executeTakeFirst();
  return Number(numUpdatedRows) === 1;
};

export const deleteSignInRequests = async (db: Db, createdBeforeMs: number): Promise<void> => {
  await db.deleteFrom('sign_in_requests').where('created_at_ms', '<', createdBeforeMs).execute();
};

/** deleteSessionsOf deletes a person's sessions with the addresses they came from; they are over at once. */
export const deleteSessionsOf = async (db: Db, userId: string): Promise<void> => {
  await db.deleteFrom('sessions').where('user_id', '=', userId).execute();
};

export const deleteSignInRequestsFor = async (db: Db, email: string): Promise<void> => {
  await db.deleteFrom('sign_in_requests').where('email', '=', email).execute();
};
