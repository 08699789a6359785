import type { Db, Engine } from '../engine.ts';
import { createTable } from './create-table.ts';

/** The own tags of people, and the CVEs that they have put them on. */
export const tags = async (db: Db, engine: Engine): Promise<void> => {
  await createTable(
    db,
    engine,
    'user_tags',
    {
      number: 'serial',
      user_id: 'text',
      name: 'text',
      color: 'text',
      description: 'text?',
      created_at_ms: 'int',
      updated_at_ms: 'int',
    },
    (table) => table.addUniqueConstraint('user_tags_name', ['user_id', 'name']),
  );
  await createTable(db, engine, 'cve_tags', { tag_number: 'int', cve_id: 'text', created_at_ms: 'int' }, (table) =>
    table.addPrimaryKeyConstraint('cve_tags_pk', ['tag_number', 'cve_id']),
  );
};
