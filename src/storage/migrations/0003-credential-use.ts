import { sql } from 'kysely';
import type { Db, Engine } from '../engine.ts';
import { createTable } from './create-table.ts';

/** Numbers of credentials, the networks they are used from, attempts after their end, and ledger rows of people. */
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
  await openMetersOfPeople(db);
};

/** People of older databases own credentials from now on, and an owner has a ledger row. */
const openMetersOfPeople = async (db: Db): Promise<void> => {
  const zero = sql<number>`0`;
  const one = sql<number>`1`;
  await db
    .insertInto('meters')
    .columns([
      'owner_id',
      'fence',
      'version',
      'anchor_ms',
      'period_start_ms',
      'period_end_ms',
      'used_millicredits',
      'charged_total_millicredits',
      'requests_total',
      'recent',
    ])
    .expression(
      db
        .selectFrom('users')
        .leftJoin('meters', 'meters.owner_id', 'users.id')
        .where('meters.owner_id', 'is', null)
        .select([
          'users.id as owner_id',
          one.as('fence'),
          one.as('version'),
          zero.as('anchor_ms'),
          zero.as('period_start_ms'),
          zero.as('period_end_ms'),
          zero.as('used_millicredits'),
          zero.as('charged_total_millicredits'),
          zero.as('requests_total'),
          sql<string>`''`.as('recent'),
        ]),
    )
    .execute();
};
