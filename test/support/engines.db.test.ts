import { afterAll, beforeAll, expect, test } from 'vitest';
import { eachEngine, type TestDatabase } from './engines.ts';

// Risk: tests that see each other's rows, or databases that pile up on a server that is not ours.

const count = async (database: TestDatabase): Promise<number> =>
  (await database.db.selectFrom('settings').selectAll().execute()).length;
const mark = (database: TestDatabase): Promise<unknown> =>
  database.db.insertInto('settings').values({ key: 'mark', value: '1' }).execute();

eachEngine('makeDatabase', (makeDatabase, engine) => {
  let ofSuite: TestDatabase;
  beforeAll(async () => {
    ofSuite = await makeDatabase();
    await mark(ofSuite);
  });
  afterAll(() => ofSuite.close());

  test('gives the engine that the suite is named after', () => {
    expect(ofSuite.engine.name).toBe(engine);
    expect(ofSuite.settings.engine).toBe(engine);
  });

  test('gives every caller a database of its own', async () => {
    const first = await makeDatabase();
    const second = await makeDatabase();
    const empty = await count(second);
    await mark(first);
    expect(await count(first)).toBe(empty + 1);
    expect(await count(second)).toBe(empty);
  });

  test('keeps a database of the suite open from test to test', async () => {
    expect(await ofSuite.db.selectFrom('settings').select('value').where('key', '=', 'mark').execute()).toHaveLength(1);
  });
});
