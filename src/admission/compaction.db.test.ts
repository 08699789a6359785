/** Risk: figures are lost, counted twice or briefly wrong while usage rows become hourly figures. */
import { expect, test } from 'vitest';
import {
  admittedOf,
  holderOn,
  nodeOn,
  requestOf,
  secondNodeOn,
  settleOn,
  type Node,
} from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { openControl } from '../storage/index.ts';
import { silentLog } from '../kernel/index.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const countOf = async (node: Node, table: 'usage' | 'usage_hours'): Promise<number> =>
  (await node.control.db.selectFrom(table).select('owner_id').execute()).length;
const hoursOf = (node: Node) => node.control.db.selectFrom('usage_hours').selectAll().orderBy('hour_ms').execute();

eachEngine('compaction', (makeDatabase) => {
  test('adds up by credential, operation, hour and status, and keeps what is younger', async () => {
    const node = await nodeOn(await makeDatabase());
    const { verified, ...holder } = await holderOn(node);
    const startMs = node.clock.nowMs();
    for (const [operationId, status, advanceMs] of [
      ['a', 200, 1000],
      ['a', 200, 1000],
      ['a', 500, 1000],
      ['b', 200, hourMs],
      ['a', 200, dayMs],
      ['a', 200, 0],
    ] as const) {
      const { usageId } = admittedOf(await node.admission.admit(requestOf(verified, { operationId })));
      await settleOn(node, { usageId, status, latencyMicroseconds: 100 });
      node.clock.advance(advanceMs);
    }
    expect(await node.admission.compact(node.clock.nowMs() - dayMs + 1000)).toBe(5);
    const owner = { owner_id: holder.subscription.id, credential_id: holder.id };
    const hours = await hoursOf(node);
    expect(hours).toHaveLength(4);
    expect(hours).toEqual(
      expect.arrayContaining([
        {
          ...owner,
          operation: 'a',
          hour_ms: startMs,
          status: 200,
          requests: 2,
          charged_millicredits: 2000,
          latency_us_total: 200,
        },
        {
          ...owner,
          operation: 'a',
          hour_ms: startMs,
          status: 500,
          requests: 1,
          charged_millicredits: 0,
          latency_us_total: 100,
        },
        {
          ...owner,
          operation: 'b',
          hour_ms: startMs,
          status: 200,
          requests: 1,
          charged_millicredits: 1000,
          latency_us_total: 100,
        },
        {
          ...owner,
          operation: 'a',
          hour_ms: startMs + hourMs,
          status: 200,
          requests: 1,
          charged_millicredits: 1000,
          latency_us_total: 100,
        },
      ]),
    );
    expect(await countOf(node, 'usage')).toBe(1);
    expect(await node.admission.discrepancies()).toEqual([]);
    expect(await node.admission.compact(node.clock.nowMs() - dayMs + 1000)).toBe(0);
  });

  test('adds to an hour that was compacted before', async () => {
    const node = await nodeOn(await makeDatabase());
    const { verified } = await holderOn(node);
    for (const _ of [1, 2]) {
      await node.admission.admit(requestOf(verified));
      node.clock.advance(dayMs);
      expect(await node.admission.compact(node.clock.nowMs())).toBe(1);
      node.clock.set(node.clock.nowMs() - dayMs);
    }
    expect(await hoursOf(node)).toMatchObject([{ requests: 2, charged_millicredits: 2000, status: 0 }]);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('leaves a request that has not ended for its ending, so that its refund is not lost', async () => {
    const node = await nodeOn(await makeDatabase());
    const { verified, subscription } = await holderOn(node);
    const { usageId } = admittedOf(await node.admission.admit(requestOf(verified)));
    expect(await node.admission.compact(node.clock.nowMs() + 1)).toBe(0);
    await node.admission.settle({ usageId, status: 500, latencyMicroseconds: 1 });
    expect(await node.admission.discrepancies()).toEqual([]);
    const { usedMillicredits } = await node.admission.reading(subscription.id, subscription.terms, node.clock.nowMs());
    expect(usedMillicredits).toBe(0);
  });

  test('takes an ending that comes after its row is gone for what it is: too late', async () => {
    const node = await nodeOn(await makeDatabase());
    const { verified } = await holderOn(node);
    const { usageId } = admittedOf(await node.admission.admit(requestOf(verified)));
    node.clock.advance(2 * dayMs);
    expect(await node.admission.compact(node.clock.nowMs() - dayMs)).toBe(1);
    await node.admission.settle({ usageId, status: 500, latencyMicroseconds: 1 });
    expect(await node.admission.discrepancies()).toEqual([]);
    const next = admittedOf(await node.admission.admit(requestOf(verified)));
    await settleOn(node, { usageId: next.usageId, status: 200, latencyMicroseconds: 1 });
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('reaches old rows behind young ones of a node that numbers its rows in an older block', async () => {
    const database = await makeDatabase();
    const quiet = await nodeOn(database);
    const { verified } = await holderOn(quiet, { tier: 'enterprise' });
    const busy = await secondNodeOn(database, quiet);
    await quiet.admission.admit(requestOf(verified));
    await Promise.all(Array.from({ length: 5100 }, () => busy.admission.admit(requestOf(verified))));
    quiet.clock.advance(2 * dayMs);
    await quiet.admission.admit(requestOf(verified));
    expect(await quiet.admission.compact(quiet.clock.nowMs() - dayMs)).toBe(5101);
    expect(await countOf(quiet, 'usage')).toBe(1);
    await busy.close();
  });

  test('keeps ledger and usage equal at every moment, also when it is cut off, and goes on later', async () => {
    const database = await makeDatabase();
    const node = await nodeOn(database);
    const { verified } = await holderOn(node, { tier: 'enterprise' });
    const total = 11_000;
    await Promise.all(Array.from({ length: total }, () => node.admission.admit(requestOf(verified))));
    node.clock.advance(2 * dayMs);
    const cut = await secondNodeOn(database, node);
    const attempt = cut.admission.compact(node.clock.nowMs() - dayMs).then(
      () => 'done',
      () => 'cut off',
    );
    while ((await countOf(node, 'usage_hours')) === 0) expect(await node.admission.discrepancies()).toEqual([]);
    await cut.close();
    expect(await attempt).toBe('cut off');
    const left = await countOf(node, 'usage');
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(total);
    expect(await node.admission.discrepancies()).toEqual([]);

    const control = await openControl(database.settings, silentLog);
    const again = await nodeOn(control, { clock: node.clock });
    expect(await again.admission.compact(node.clock.nowMs() - dayMs)).toBe(left);
    expect(await hoursOf(again)).toMatchObject([{ requests: total, charged_millicredits: total * 1000 }]);
    expect(await again.admission.discrepancies()).toEqual([]);
    await again.close();
    await control.close();
  });
});
