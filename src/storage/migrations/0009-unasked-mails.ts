import type { Db, Engine } from '../engine.ts';

/** Which organisation has mailed somebody who has not asked for it, and what is needed to count that. */
export const unaskedMails = async (db: Db, engine: Engine): Promise<void> => {
  await db.schema
    .alterTable('mails')
    .addColumn('asked_by', engine.text, (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema.createIndex('mails_asked_by').on('mails').columns(['asked_by', 'created_at_ms']).execute();
  await db.schema.createIndex('mails_recipient').on('mails').columns(['recipient', 'created_at_ms']).execute();
};
