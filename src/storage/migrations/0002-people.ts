import type { Db, Engine } from '../engine.ts';
import { createTable } from './create-table.ts';

/** People and their organisations, sign-in, projects, mail, billing events, leaks and the audit log. */
export const people = async (db: Db, engine: Engine): Promise<void> => {
  await addUserColumns(db, engine);
  await createSignIn(db, engine);
  await createTenants(db, engine);
  await createWork(db, engine);
  await createAudit(db, engine);
};

const addUserColumns = async (db: Db, engine: Engine): Promise<void> => {
  const add = (name: string, kind: 'text' | 'int', fallback?: string | number) =>
    db.schema
      .alterTable('users')
      .addColumn(name, kind === 'text' ? engine.text : engine.int64, (column) =>
        fallback === undefined ? column : column.notNull().defaultTo(fallback),
      )
      .execute();
  await add('password_digest', 'text');
  await add('is_administrator', 'int', 0);
  await add('plan', 'text', 'free');
  await add('plan_status', 'text', 'active');
  await add('plan_started_at_ms', 'int', 0);
  await add('plan_period_end_ms', 'int');
  await add('plan_past_due_since_ms', 'int');
  const addCredential = (name: string) =>
    db.schema
      .alterTable('credentials')
      .addColumn(name, engine.text, (column) => column.notNull().defaultTo(''))
      .execute();
  await addCredential('description');
  /** User ids; empty for the operator's command line. */
  await addCredential('created_by');
  await addCredential('ended_by');
  await db.schema
    .alterTable('credentials')
    .addColumn('is_mcp_enabled', engine.int64, (column) => column.notNull().defaultTo(0))
    .execute();
};

const createSignIn = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'sign_in_requests',
    {
      id: 'text',
      email: 'text',
      user_id: 'text?',
      digest: 'text',
      attempts: 'int',
      state: 'text',
      address: 'text',
      created_at_ms: 'int',
      expires_at_ms: 'int',
    },
    (table) => table.addPrimaryKeyConstraint('sign_in_requests_pk', ['id']),
  );
  await db.schema
    .createIndex('sign_in_requests_email')
    .on('sign_in_requests')
    .columns(['email', 'created_at_ms'])
    .execute();
  await createTable(
    db,
    engine,
    'sessions',
    {
      number: 'serial',
      id: 'text',
      user_id: 'text',
      kind: 'text',
      digest: 'text',
      created_at_ms: 'int',
      last_seen_at_ms: 'int',
      expires_at_ms: 'int',
      ended_at_ms: 'int?',
      address: 'text',
      client: 'text',
    },
    (table) => table.addUniqueConstraint('sessions_id', ['id']),
  );
  await db.schema.createIndex('sessions_user').on('sessions').column('user_id').execute();
};

const createTenants = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'organizations',
    { id: 'text', name: 'text', is_basic_enabled: 'int', created_at_ms: 'int', updated_at_ms: 'int' },
    (table) =>
      table.addPrimaryKeyConstraint('organizations_pk', ['id']).addUniqueConstraint('organizations_name', ['name']),
  );
  await createTable(
    db,
    engine,
    'organization_members',
    { number: 'serial', organization_id: 'text', user_id: 'text', role: 'text', joined_at_ms: 'int' },
    (table) => table.addUniqueConstraint('organization_members_person', ['organization_id', 'user_id']),
  );
  await db.schema.createIndex('organization_members_user').on('organization_members').column('user_id').execute();
  await createTable(
    db,
    engine,
    'projects',
    {
      id: 'serial',
      organization_id: 'text',
      name: 'text',
      slug: 'text',
      description: 'text',
      owner_user_id: 'text',
      is_active: 'int',
      created_at_ms: 'int',
      updated_at_ms: 'int',
    },
    (table) => table.addUniqueConstraint('projects_name', ['organization_id', 'name']),
  );
  await createTable(
    db,
    engine,
    'project_members',
    { number: 'serial', project_id: 'int', user_id: 'text', role: 'text', joined_at_ms: 'int' },
    (table) => table.addUniqueConstraint('project_members_person', ['project_id', 'user_id']),
  );
  await db.schema.createIndex('project_members_user').on('project_members').column('user_id').execute();
  await createTable(
    db,
    engine,
    'invitations',
    {
      number: 'serial',
      id: 'text',
      target_kind: 'text',
      target_id: 'text',
      email: 'text',
      role: 'text',
      digest: 'text',
      invited_by: 'text',
      state: 'text',
      created_at_ms: 'int',
      expires_at_ms: 'int',
    },
    (table) => table.addUniqueConstraint('invitations_id', ['id']),
  );
  await db.schema.createIndex('invitations_target').on('invitations').columns(['target_kind', 'target_id']).execute();
};

const createWork = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'jobs',
    {
      id: 'serial',
      kind: 'text',
      payload: 'text',
      /** At most one job a key, done or not; null for jobs that may repeat. */
      dedupe_key: 'text?',
      state: 'text',
      attempts: 'int',
      run_at_ms: 'int',
      locked_until_ms: 'int',
      last_error: 'text?',
      created_at_ms: 'int',
    },
    (table) => table.addUniqueConstraint('jobs_dedupe', ['dedupe_key']),
  );
  await db.schema.createIndex('jobs_due').on('jobs').columns(['state', 'run_at_ms']).execute();
  await createTable(db, engine, 'mails', {
    id: 'serial',
    recipient: 'text',
    subject: 'text',
    body: 'text',
    state: 'text',
    last_error: 'text?',
    created_at_ms: 'int',
    sent_at_ms: 'int?',
  });
  await createTable(
    db,
    engine,
    'claims',
    {
      id: 'text',
      subscription_id: 'text',
      name: 'text',
      digest: 'text',
      openings: 'int',
      credential_id: 'text?',
      created_at_ms: 'int',
      expires_at_ms: 'int',
      claimed_at_ms: 'int?',
    },
    (table) => table.addPrimaryKeyConstraint('claims_pk', ['id']),
  );
  await createTable(
    db,
    engine,
    'billing_events',
    { id: 'text', kind: 'text', subject: 'text', event_at_ms: 'int', received_at_ms: 'int', effect: 'text' },
    (table) => table.addPrimaryKeyConstraint('billing_events_pk', ['id']),
  );
  await createTable(
    db,
    engine,
    'billing_links',
    { stripe_id: 'text', target_kind: 'text', target_id: 'text', last_event_at_ms: 'int' },
    (table) => table.addPrimaryKeyConstraint('billing_links_pk', ['stripe_id']),
  );
  await createTable(db, engine, 'leaks', {
    id: 'serial',
    credential_id: 'text',
    reporter: 'text',
    place: 'text',
    reported_at_ms: 'int',
  });
};

const createAudit = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'audit_entries',
    {
      seq: 'int',
      at_ms: 'int',
      scope_kind: 'text',
      scope_id: 'text',
      actor_kind: 'text',
      actor_id: 'text',
      action: 'text',
      object_kind: 'text',
      object_id: 'text',
      /** JSON without personal data. */
      detail: 'text',
      /** Commitment to the personal data, which may be erased without breaking the chain. */
      personal_digest: 'text',
      previous_hash: 'text',
      hash: 'text',
    },
    (table) => table.addPrimaryKeyConstraint('audit_entries_pk', ['seq']),
  );
  await db.schema
    .createIndex('audit_entries_scope')
    .on('audit_entries')
    .columns(['scope_kind', 'scope_id', 'seq'])
    .execute();
  await createTable(
    db,
    engine,
    'audit_personal',
    { seq: 'int', user_id: 'text', salt: 'text', data: 'text?' },
    (table) => table.addPrimaryKeyConstraint('audit_personal_pk', ['seq']),
  );
  await db.schema.createIndex('audit_personal_user').on('audit_personal').column('user_id').execute();
  await createTable(
    db,
    engine,
    'audit_checkpoints',
    { seq: 'int', at_ms: 'int', hash: 'text', key_id: 'text', signature: 'text' },
    (table) => table.addPrimaryKeyConstraint('audit_checkpoints_pk', ['seq']),
  );
};
