import type { Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../../storage/index.ts';
import { insertPlaceOnce } from './place-store.ts';

export type InvitationRow = Omit<Selectable<ControlTables['invitations']>, 'number'>;
export type InvitationTarget = Pick<InvitationRow, 'target_kind' | 'target_id'>;

export const insertInvitation = async (db: Db, row: InvitationRow): Promise<void> => {
  await db.insertInto('invitations').values(row).execute();
  const { target_kind, target_id: organization_id, id: holder, created_at_ms: invited_at_ms } = row;
  if (target_kind === 'organization') await insertPlaceOnce(db, { organization_id, holder, invited_at_ms });
};

export const findInvitation = (db: Db, id: string): Promise<InvitationRow | undefined> =>
  db.selectFrom('invitations').selectAll().where('id', '=', id).executeTakeFirst();

/** lockInvitation lets one of two answers to the same invitation be the first. */
export const lockInvitation = (engine: Control['engine'], tx: Db, id: string): Promise<InvitationRow | undefined> =>
  engine.lockRows(tx.selectFrom('invitations').selectAll().where('id', '=', id)).executeTakeFirst();

export const updateInvitationState = async (db: Db, id: string, state: InvitationRow['state']): Promise<void> => {
  await db.updateTable('invitations').set({ state }).where('id', '=', id).execute();
};

/** listOpenInvitations returns what may still be accepted, newest last. */
export const listOpenInvitations = (db: Db, target: InvitationTarget, nowMs: number): Promise<InvitationRow[]> =>
  db
    .selectFrom('invitations')
    .selectAll()
    .where('target_kind', '=', target.target_kind)
    .where('target_id', '=', target.target_id)
    .where('state', '=', 'open')
    .where('expires_at_ms', '>', nowMs)
    .orderBy('created_at_ms')
    .orderBy('number')
    .execute();

/** listInvitationsFor returns what may still be accepted by the person with that address. */
export const listInvitationsFor = (db: Db, email: string, nowMs: number): Promise<InvitationRow[]> =>
  db
    .selectFrom('invitations')
    .selectAll()
    .where('email', '=', email)
    .where('state', '=', 'open')
    .where('expires_at_ms', '>', nowMs)
    .orderBy('created_at_ms')
    .orderBy('number')
    .execute();

/** deleteInvitationsFor deletes every invitation of an address, answered or not. */
export const deleteInvitationsFor = async (db: Db, email: string): Promise<void> => {
  await db.deleteFrom('invitations').where('email', '=', email).execute();
};
