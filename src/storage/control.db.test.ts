/** Risk: a migration that runs twice or half, a schema that differs from its types, or an error without a code. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sql, type ColumnMetadata } from 'kysely';
import { eachEngine } from '../../test/support/engines.ts';
import { AppError, Secret, silentLog } from '../kernel/index.ts';
import { controlSchemaVersion, inTransaction, openControl, ping, type Control } from './index.ts';
import { migrate } from './migrate.ts';
import { serverSuite } from './postgres.suite.ts';
import type { Kind } from './schema-columns.suite.ts';
import { expectedTables } from './schema-tables.suite.ts';

const kindOf = ({ name, dataType, isNullable, isAutoIncrementing, hasDefaultValue }: ColumnMetadata): Kind => {
  // SQLite numbers every whole-number key; that audit entries are numbered in their chain is no matter of the schema.
  if (isAutoIncrementing && name !== 'seq') return 'serial';
  const kind = dataType.toLowerCase() === 'text' ? 'text' : 'int';
  if (isNullable) return `${kind}?`;
  return hasDefaultValue ? `${kind}=` : kind;
};

const shapeOf = async (control: Control): Promise<Record<string, Record<string, Kind>>> => {
  const shape: Record<string, Record<string, Kind>> = {};
  for (const table of await control.db.introspection.getTables()) {
    shape[table.name] = Object.fromEntries(
      table.columns.map((column) => {
        expect(['text', 'integer', 'int8']).toContain(column.dataType.toLowerCase());
        return [column.name, kindOf(column)];
      }),
    );
  }
  return shape;
};

const versionOf = async ({ db }: Control): Promise<string | undefined> =>
  (await db.selectFrom('settings').select('value').where('key', '=', 'schema_version').executeTakeFirst())?.value;

eachEngine('control plane', (makeDatabase, engine) => {
  if (engine === 'postgres') serverSuite(makeDatabase);

  test('has the tables and columns that its types say', async () => {
    expect(await shapeOf(await makeDatabase())).toEqual(expectedTables);
  });

  test('migrated again is unchanged', async () => {
    const database = await makeDatabase();
    await database.db.insertInto('settings').values({ key: 'kept', value: 'yes' }).execute();
    await migrate(database.db, database.engine);
    const again = await openControl(database.settings, silentLog);
    expect(await versionOf(again)).toBe(String(controlSchemaVersion));
    expect(await shapeOf(again)).toEqual(expectedTables);
    expect(await again.db.selectFrom('settings').select('key').where('key', '=', 'kept').execute()).toHaveLength(1);
    await ping(again.db);
    await again.close();
  });

  test('refuses a database of a newer program by its version, and leaves it as it is', async () => {
    const database = await makeDatabase();
    await database.db.updateTable('settings').set({ value: '99' }).where('key', '=', 'schema_version').execute();
    const attempt = openControl(database.settings, silentLog);
    await expect(attempt).rejects.toMatchObject({ code: 'storage.newer_schema' });
    await expect(attempt).rejects.toThrow('99');
    expect(await versionOf(database)).toBe('99');
  });

  test('leaves a failed transaction without a trace, and a transaction inside another is a part of it', async () => {
    const { db } = await makeDatabase();
    const set = (key: string) =>
      inTransaction(db, (tx) => tx.insertInto('settings').values({ key, value: '' }).execute());
    await expect(
      inTransaction(db, async (tx) => {
        await tx.insertInto('settings').values({ key: 'outer', value: '' }).execute();
        await inTransaction(tx, (inner) => inner.insertInto('settings').values({ key: 'inner', value: '' }).execute());
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await set('kept');
    const keys = (await db.selectFrom('settings').select('key').execute()).map(({ key }) => key);
    expect(keys.filter((key) => key !== 'schema_version')).toEqual(['kept']);
    await expect(set('kept')).rejects.toMatchObject({ code: 'storage.unique' });
  });

  test('takes turns: transactions at once lose no update', async () => {
    const { db } = await makeDatabase();
    await db.insertInto('settings').values({ key: 'count', value: '0' }).execute();
    const add = () =>
      inTransaction(db, async (tx) => {
        await tx.updateTable('settings').set({ key: 'count' }).where('key', '=', 'count').execute();
        const { value } = await tx
          .selectFrom('settings')
          .select('value')
          .where('key', '=', 'count')
          .executeTakeFirstOrThrow();
        await tx
          .updateTable('settings')
          .set({ value: String(Number(value) + 1) })
          .where('key', '=', 'count')
          .execute();
      });
    await Promise.all(Array.from({ length: 25 }, add));
    const count = await db.selectFrom('settings').select('value').where('key', '=', 'count').executeTakeFirst();
    expect(count?.value).toBe('25');
  });

  test('agrees with the other engine on what they are apart in', async () => {
    const { db } = await makeDatabase();
    for (const key of ['b', 'Z', 'a', 'é', 'A'])
      await db
        .insertInto('settings')
        .values({ key: `k${key}`, value: '' })
        .execute();
    const sorted = await db.selectFrom('settings').select('key').where('key', 'like', 'k%').orderBy('key').execute();
    expect(sorted.map(({ key }) => key)).toEqual(['kA', 'kZ', 'ka', 'kb', 'ké']);
    expect(await db.selectFrom('settings').select('key').where('key', 'in', []).execute()).toEqual([]);
    const big = 9_007_199_254_740_991;
    await db.insertInto('exposures').values({ credential_id: null, place: 'x', address: '', at_ms: big }).execute();
    expect(await db.selectFrom('exposures').select('at_ms').execute()).toEqual([{ at_ms: big }]);
    const wrong = sql`insert into exposures (place, address, at_ms) values ('x', '', 'soon')`.execute(db);
    await expect(wrong).rejects.toThrow();
  });

  test('refuses further work with a code when it is closed or away', async () => {
    const settings =
      engine === 'sqlite'
        ? ({ engine, path: join('/dev/null', 'control.db') } as const)
        : ({ engine, url: new Secret('postgres://me:hunter2@127.0.0.1:9/x'), poolSize: 1 } as const);
    const error: unknown = await openControl(settings, silentLog).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'storage.unavailable' });
    expect(String(error)).toContain(engine === 'sqlite' ? '/dev/null' : 'the PostgreSQL server');
    expect(String(error)).not.toContain('hunter2');
  });
});

test('a damaged file is refused by name and left as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-damaged-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'control.db');
  await writeFile(path, 'this is no database'.repeat(500));
  const attempt = openControl({ engine: 'sqlite', path }, silentLog);
  await expect(attempt).rejects.toMatchObject({ code: 'storage.corrupt' });
  await expect(attempt).rejects.toThrow(path);
});
