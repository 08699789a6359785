import type { Db, Engine } from '../engine.ts';
import { createTable } from './create-table.ts';

/** Numbers of credentials, the networks they are used from, and attempts after their end. */
export const credentialUse = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(db, engine, 'credential_numbers', { number: 'serial', credential_id: 'text' }, (table) =>
    table.addUniqueConstraint('credential_numbers_credential', ['credential_id']),
  );
  await db
    .insertInto('credential_numbers')
    .columns(['credential_id'])
    .expression(db.selectFrom('credentials').select('id').orderBy('created_at_ms').orderBy('id'))
    .execute();
  await createTable(
    db,
    engine,
    'credential_networks',
    { credential_id: 'text', network: 'text', first_seen_at_ms: 'int' },
    (table) => table.addPrimaryKeyConstraint('credential_networks_pk', ['credential_id', 'network']),
  );
  await createTable(
    db,
    engine,
    'credential_attempts',
    { credential_id: 'text', attempts: 'int', first_at_ms: 'int', last_at_ms: 'int', last_address: 'text' },
    (table) => table.addPrimaryKeyConstraint('credential_attempts_pk', ['credential_id']),
  );
  await db.schema.createIndex('exposures_credential').on('exposures').column('credential_id').execute();
  await db.schema.createIndex('leaks_credential').on('leaks').column('credential_id').execute();
};
