import type { Db, Engine } from '../engine.ts';
import { createTable } from './create-table.ts';

/** What projects are subscribed to, and how far they are with each CVE. */
export const watching = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'project_subscriptions',
    {
      project_id: 'int',
      vendor: 'text',
      /** Empty: every product of the vendor. */
      product: 'text',
      created_at_ms: 'int',
    },
    (table) => table.addPrimaryKeyConstraint('project_subscriptions_pk', ['project_id', 'vendor', 'product']),
  );
  await db.schema
    .createIndex('project_subscriptions_name')
    .on('project_subscriptions')
    .columns(['vendor', 'product'])
    .execute();
  await createTable(
    db,
    engine,
    'cve_trackers',
    {
      project_id: 'int',
      cve_id: 'text',
      status: 'text?',
      assignee_user_id: 'text?',
      assigned_at_ms: 'int?',
      updated_at_ms: 'int',
    },
    (table) => table.addPrimaryKeyConstraint('cve_trackers_pk', ['project_id', 'cve_id']),
  );
  await db.schema.createIndex('cve_trackers_assignee').on('cve_trackers').column('assignee_user_id').execute();
};
