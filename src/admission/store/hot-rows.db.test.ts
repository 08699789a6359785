/** Risk: a row that is brought to the others is lost, doubled or no longer found; or the others are never reached. */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { admittedOf, holderOn, nodeOn, requestOf, type Holder, type Node } from '../../../test/support/actors.ts';
import { eachEngine, type TestDatabase } from '../../../test/support/engines.ts';
import { sql } from 'kysely';

const strangers = 40_000;

eachEngine('a ledger of many callers', (makeDatabase, engine) => {
  let database: TestDatabase;
  let node: Node;
  const early: Holder[] = [];
  const late: Holder[] = [];
  beforeAll(async () => {
    database = await makeDatabase();
    node = await nodeOn(database);
    for (let count = 0; count < 20; count += 1) early.push(await holderOn(node, { tier: 'enterprise' }));
    const numbers = sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < ${strangers})`;
    await sql`insert into meters (owner_id, fence, version, anchor_ms, period_start_ms, period_end_ms, used_millicredits,
      charged_total_millicredits, requests_total, recent)
      ${numbers} select 'stranger_' || i, 1, 1, 0, 0, 0, 0, 0, 0, '' from n`.execute(database.db);
    for (let count = 0; count < 5; count += 1) late.push(await holderOn(node, { tier: 'enterprise' }));
  });

  const admitAll = (): Promise<unknown> =>
    Promise.all(
      [...early, ...late].map(async ({ verified }) => admittedOf(await node.admission.admit(requestOf(verified)))),
    );

  /** Rows, and different owners among them. */
  const counted = async (): Promise<unknown> =>
    (await sql`select count(*) as meters, count(distinct owner_id) as owners from meters`.execute(database.db)).rows;

  test('charges and finds every caller, whenever it was stored', async () => {
    onTestFinished(() => node.close());
    const before = await counted();
    for (let round = 0; round < 4; round += 1) await admitAll();
    for (const { subscription } of [...early, ...late]) {
      const { usedMillicredits } = await node.admission.reading(
        subscription.id,
        subscription.terms,
        node.clock.nowMs(),
      );
      expect(usedMillicredits).toBe(4000);
    }
    expect(await counted()).toEqual(before);
    expect(await node.admission.discrepancies()).toEqual([]);
    if (engine !== 'sqlite') return;
    const owners = early.map(({ subscription }) => subscription.id);
    const places = await sql<{ place: number }>`
      select rowid as place from meters where owner_id in (${sql.join(owners)})`.execute(database.db);
    expect(places.rows.every(({ place }) => place > strangers)).toBe(true);
  });
});
