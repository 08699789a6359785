import type { Db, Engine } from '../engine.ts';
import { createTable } from './create-table.ts';

const createPlaces = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'organization_places',
    { number: 'serial', organization_id: 'text', holder: 'text', invited_at_ms: 'int' },
    (table) => table.addUniqueConstraint('organization_places_holder', ['organization_id', 'holder']),
  );
  await db
    .insertInto('organization_places')
    .columns(['organization_id', 'holder', 'invited_at_ms'])
    .expression((expression) =>
      expression
        .selectFrom('organization_members')
        .select(['organization_id', 'user_id as holder', 'joined_at_ms as invited_at_ms'])
        .orderBy('joined_at_ms'),
    )
    .execute();
  await db
    .insertInto('organization_places')
    .columns(['organization_id', 'holder', 'invited_at_ms'])
    .expression((expression) =>
      expression
        .selectFrom('invitations')
        .select(['target_id as organization_id', 'id as holder', 'created_at_ms as invited_at_ms'])
        .where('target_kind', '=', 'organization')
        .where('state', '=', 'open')
        .orderBy('created_at_ms'),
    )
    .execute();
};

const createAutomations = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'automations',
    {
      id: 'text',
      project_id: 'int',
      name: 'text',
      is_enabled: 'int',
      trigger_type: 'text',
      frequency: 'text?',
      schedule_timezone: 'text?',
      schedule_time: 'text?',
      schedule_weekday: 'text?',
      configuration: 'text',
      last_execution_at_ms: 'int?',
      created_at_ms: 'int',
      updated_at_ms: 'int',
    },
    (table) =>
      table
        .addPrimaryKeyConstraint('automations_pk', ['id'])
        .addUniqueConstraint('automations_name', ['project_id', 'name']),
  );
  await createTable(
    db,
    engine,
    'automation_executions',
    {
      number: 'serial',
      id: 'text',
      automation_id: 'text',
      executed_at_ms: 'int',
      window_start_ms: 'int',
      window_end_ms: 'int',
      matched_cves_count: 'int',
      impact_summary: 'text',
      cves_table_data: 'text',
      created_at_ms: 'int',
    },
    (table) => table.addUniqueConstraint('automation_executions_id', ['id']),
  );
  await db.schema
    .createIndex('automation_executions_automation')
    .on('automation_executions')
    .columns(['automation_id', 'executed_at_ms'])
    .execute();
  await createTable(
    db,
    engine,
    'automation_results',
    {
      number: 'serial',
      id: 'text',
      execution_id: 'text',
      output_type: 'text',
      label: 'text',
      status: 'text',
      details: 'text',
      created_at_ms: 'int',
    },
    (table) => table.addUniqueConstraint('automation_results_id', ['id']),
  );
  await db.schema.createIndex('automation_results_execution').on('automation_results').column('execution_id').execute();
};

const createReports = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'reports',
    {
      number: 'serial',
      id: 'text',
      project_id: 'int',
      automation_id: 'text',
      day: 'text',
      period_type: 'text',
      period_timezone: 'text',
      ai_summary: 'text?',
      created_at_ms: 'int',
      updated_at_ms: 'int',
    },
    (table) =>
      table
        .addUniqueConstraint('reports_id', ['id'])
        .addUniqueConstraint('reports_period', ['project_id', 'day', 'period_type', 'automation_id']),
  );
  await createTable(
    db,
    engine,
    'report_cves',
    { report_id: 'text', cve_id: 'text', cve_year: 'int', cve_number: 'int' },
    (table) => table.addPrimaryKeyConstraint('report_cves_pk', ['report_id', 'cve_id']),
  );
};

/** What a project sends, what it does by itself and what it reports; and numbers for members and invited people. */
export const automation = async (db: Db, engine: Engine): Promise<void> => {
  await createPlaces(db, engine);
  await createTable(
    db,
    engine,
    'notifications',
    {
      id: 'text',
      project_id: 'int',
      name: 'text',
      type: 'text',
      is_enabled: 'int',
      sealed: 'text',
      pepper_version: 'int',
      confirmation_digest: 'text',
      confirmation_expires_at_ms: 'int?',
      created_at_ms: 'int',
      updated_at_ms: 'int',
    },
    (table) =>
      table
        .addPrimaryKeyConstraint('notifications_pk', ['id'])
        .addUniqueConstraint('notifications_name', ['project_id', 'name']),
  );
  await createAutomations(db, engine);
  await createReports(db, engine);
};
