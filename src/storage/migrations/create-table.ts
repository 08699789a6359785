import { sql, type CreateTableBuilder } from 'kysely';
import type { Db, Engine } from '../engine.ts';

/**
 * Columns by name: text or 64-bit integer, `?` when it may be null, `serial` for a key that numbers itself and never gives a
 * number twice, `row` for one that may: it costs a write less for each row, and nobody outside keeps its numbers.
 */
export type Columns = Readonly<Record<string, 'text' | 'text?' | 'int' | 'int?' | 'serial' | 'row'>>;

/** createTable creates a table with the engine's own column types. */
export const createTable = async (
  db: Db,
  engine: Engine,
  name: string,
  columns: Columns,
  refine: (table: CreateTableBuilder<string, string>) => CreateTableBuilder<string, string> = (table) => table,
): Promise<void> => {
  let table: CreateTableBuilder<string, string> = db.schema.createTable(name);
  for (const [column, kind] of Object.entries(columns)) {
    if (kind === 'serial' || kind === 'row') {
      const options = kind === 'serial' ? engine.serialOptions : '';
      table = table.addColumn(column, engine.serial, (built) => {
        const key = built.primaryKey().notNull();
        return options === '' ? key : key.modifyEnd(sql.raw(options));
      });
    } else {
      const type = kind.startsWith('text') ? engine.text : engine.int64;
      table = table.addColumn(column, type, (built) => (kind.endsWith('?') ? built : built.notNull()));
    }
  }
  table = refine(table);
  if (engine.tableOptions !== '') table = table.modifyEnd(sql.raw(engine.tableOptions));
  await table.execute();
};
