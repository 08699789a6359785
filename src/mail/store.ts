import type { Selectable } from 'kysely';
import type { ControlTables, Db } from '../storage/index.ts';

export type MailRow = Selectable<ControlTables['mails']>;

export const insertMail = async (db: Db, mail: Omit<MailRow, 'id' | 'last_error' | 'sent_at_ms'>): Promise<number> => {
  const { id } = await db
    .insertInto('mails')
    .values({ ...mail, last_error: null, sent_at_ms: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
};

/**
 * listUnaskedTimes lists when the newest mails were made that nobody had asked for, newest first: those of one organisation,
 * or those to one address.
 */
export const listUnaskedTimes = async (
  db: Db,
  whose: { readonly askedBy: string } | { readonly recipient: string },
  sinceMs: number,
  limit: number,
): Promise<number[]> => {
  const all = db.selectFrom('mails').select('created_at_ms').where('created_at_ms', '>', sinceMs);
  const own =
    'askedBy' in whose
      ? all.where('asked_by', '=', whose.askedBy)
      : all.where('recipient', '=', whose.recipient).where('asked_by', '!=', '');
  const rows = await own.orderBy('created_at_ms', 'desc').limit(limit).execute();
  return rows.map((row) => row.created_at_ms);
};

export const findMail = (db: Db, id: number): Promise<MailRow | undefined> =>
  db.selectFrom('mails').selectAll().where('id', '=', id).executeTakeFirst();

/** listMails returns the newest mails first. */
export const listMails = (db: Db, limit: number): Promise<MailRow[]> =>
  db.selectFrom('mails').selectAll().orderBy('id', 'desc').limit(limit).execute();

export const updateMail = async (
  db: Db,
  id: number,
  change: Partial<Pick<MailRow, 'state' | 'body' | 'last_error' | 'sent_at_ms'>>,
): Promise<void> => {
  await db.updateTable('mails').set(change).where('id', '=', id).execute();
};

export const deleteMail = async (db: Db, id: number): Promise<void> => {
  await db.deleteFrom('mails').where('id', '=', id).execute();
};

/** deleteMailsTo forgets all mails to an address, also those that wait. */
export const deleteMailsTo = async (db: Db, recipient: string): Promise<number> => {
  const { numDeletedRows } = await db.deleteFrom('mails').where('recipient', '=', recipient).executeTakeFirst();
  return Number(numDeletedRows);
};

/** deleteMailsBefore forgets mails that do not wait any more. */
export const deleteMailsBefore = async (db: Db, beforeMs: number): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('mails')
    .where('state', '!=', 'waiting')
    .where('created_at_ms', '<', beforeMs)
    .executeTakeFirst();
  return Number(numDeletedRows);
};
