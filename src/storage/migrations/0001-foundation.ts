import type { Db, Engine } from '../engine.ts';
import { createTable } from './create-table.ts';

/** Accounts, subscriptions, credentials and the ledger. */
export const foundation = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'users',
    { number: 'serial', id: 'text', email: 'text', name: 'text', state: 'text', created_at_ms: 'int' },
    (table) => table.addUniqueConstraint('users_id', ['id']).addUniqueConstraint('users_email', ['email']),
  );
  await createTable(
    db,
    engine,
    'subscriptions',
    {
      number: 'serial',
      id: 'text',
      user_id: 'text',
      tier: 'text',
      status: 'text',
      started_at_ms: 'int',
      period_end_ms: 'int?',
      past_due_since_ms: 'int?',
      credits_millicredits: 'int?',
      created_at_ms: 'int',
      updated_at_ms: 'int',
    },
    (table) => table.addUniqueConstraint('subscriptions_id', ['id']),
  );
  await db.schema.createIndex('subscriptions_user').on('subscriptions').column('user_id').execute();
  await createTable(
    db,
    engine,
    'credentials',
    {
      id: 'text',
      family: 'text',
      owner_id: 'text',
      name: 'text',
      lookup: 'text',
      salt: 'text',
      digest: 'text',
      pepper_version: 'int',
      masked: 'text',
      state: 'text',
      expires_at_ms: 'int?',
      overlap_until_ms: 'int?',
      successor_id: 'text?',
      allowed_addresses: 'text',
      scopes: 'text',
      created_at_ms: 'int',
      state_changed_at_ms: 'int',
    },
    (table) =>
      table
        .addPrimaryKeyConstraint('credentials_pk', ['id'])
        .addUniqueConstraint('credentials_lookup', ['lookup', 'family']),
  );
  await db.schema.createIndex('credentials_owner').on('credentials').column('owner_id').execute();
  await createTable(
    db,
    engine,
    'credential_activity',
    { credential_id: 'text', owner_id: 'text', requests: 'int', last_used_at_ms: 'int?', last_used_address: 'text?' },
    (table) => table.addPrimaryKeyConstraint('credential_activity_pk', ['credential_id']),
  );
  await createTable(db, engine, 'exposures', {
    id: 'serial',
    credential_id: 'text?',
    place: 'text',
    address: 'text',
    at_ms: 'int',
  });
  await createTable(
    db,
    engine,
    'meters',
    {
      owner_id: 'text',
      fence: 'int',
      version: 'int',
      anchor_ms: 'int',
      period_start_ms: 'int',
      period_end_ms: 'int',
      used_millicredits: 'int',
      charged_total_millicredits: 'int',
      requests_total: 'int',
      recent: 'text',
    },
    (table) => table.addPrimaryKeyConstraint('meters_pk', ['owner_id']),
  );
  await createTable(db, engine, 'usage', {
    id: 'row',
    owner_id: 'text',
    credential_id: 'text',
    operation: 'text',
    at_ms: 'int',
    price_millicredits: 'int',
    charged_millicredits: 'int',
    status: 'int?',
    latency_us: 'int?',
    address: 'text',
    client: 'text',
  });
  await createTable(
    db,
    engine,
    'usage_hours',
    {
      owner_id: 'text',
      credential_id: 'text',
      operation: 'text',
      hour_ms: 'int',
      status: 'int',
      requests: 'int',
      charged_millicredits: 'int',
      latency_us_total: 'int',
    },
    (table) =>
      table.addPrimaryKeyConstraint('usage_hours_pk', ['owner_id', 'credential_id', 'operation', 'hour_ms', 'status']),
  );
};
