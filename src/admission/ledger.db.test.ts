/**
 * Risk: a credit is spent twice or not at all, a request passes on knowledge that is no longer true, or a refund is given
 * twice. Concurrency of several nodes is in ledger-nodes, lost databases are in ledger-failure.
 */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  admittedOf,
  callerAddress,
  credentialOf,
  holderOn,
  nodeOn,
  requestOf,
  settleOn,
  subscriberOn,
  type Holder,
  type Node,
} from '../../test/support/actors.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { operatorActor } from '../kernel/index.ts';
import { inTransaction } from '../storage/index.ts';
import type { AdmissionOutcome } from './index.ts';

const reading = (node: Node, { subscription }: Holder) =>
  node.admission.reading(subscription.id, subscription.terms, node.clock.nowMs());
const usageRows = (node: Node, { subscription }: Holder) =>
  node.control.db.selectFrom('usage').selectAll().where('owner_id', '=', subscription.id).orderBy('id').execute();
const codesOf = (outcomes: readonly AdmissionOutcome[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = outcome.kind === 'refused' ? outcome.code : outcome.kind;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

eachEngine('ledger', (makeDatabase) => {
  let database: TestDatabase;
  let opened = 0;
  beforeAll(async () => {
    database = await makeDatabase();
  });

  /** A node with a clock of its own; each test has its own owners. */
  const open = async (): Promise<Node> => {
    opened += 1;
    const node = await nodeOn(database, { seed: `ledger ${opened}` });
    onTestFinished(node.close);
    return node;
  };

  test('serves exactly as many of many requests at once as there are credits', async () => {
    const node = await open();
    const holder = await holderOn(node, { creditsMillicredits: 10_500 });
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => node.admission.admit(requestOf(holder.verified))),
    );
    expect(codesOf(outcomes)).toEqual({ admitted: 10, 'admission.credits_exhausted': 40 });
    expect(outcomes.slice(0, 10).every(({ kind }) => kind === 'admitted')).toBe(true);
    expect(await reading(node, holder)).toMatchObject({ usedMillicredits: 10_000, limitMillicredits: 10_500 });
    const half = await node.admission.admit(requestOf(holder.verified, { priceMillicredits: 500 }));
    expect(half.kind).toBe('admitted');
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('answers more requests than a batch holds, each with a usage number of its own', async () => {
    const node = await open();
    const holder = await holderOn(node, { tier: 'enterprise' });
    const outcomes = await Promise.all(
      Array.from({ length: 2300 }, () => node.admission.admit(requestOf(holder.verified))),
    );
    expect(new Set(outcomes.map((outcome) => admittedOf(outcome).usageId)).size).toBe(2300);
    expect(await usageRows(node, holder)).toHaveLength(2300);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('has the charge committed before the answer, with who, what, when and from where', async () => {
    const node = await open();
    const holder = await holderOn(node);
    const outcome = admittedOf(
      await node.admission.admit(requestOf(holder.verified, { priceMillicredits: 1500, client: 'curl/8.1 “é”' })),
    );
    expect(await usageRows(node, holder)).toEqual([
      {
        id: outcome.usageId,
        owner_id: holder.subscription.id,
        credential_id: holder.id,
        operation: 'test.read',
        at_ms: node.clock.nowMs(),
        price_millicredits: 1500,
        charged_millicredits: 1500,
        status: null,
        latency_us: null,
        address: callerAddress,
        client: 'curl/8.1 “é”',
      },
    ]);
    expect(outcome.meter).toEqual(await reading(node, holder));
  });

  test('commits charge and ending together for what answers at once', async () => {
    const node = await open();
    const holder = await holderOn(node);
    const statuses = [200, 200, 404, 304, 400, 500];
    const outcomes = await Promise.all(
      statuses.map((status, latencyMicroseconds) =>
        node.admission.admit(requestOf(holder.verified, { answer: () => ({ status, latencyMicroseconds }) })),
      ),
    );
    expect(outcomes.map((outcome) => admittedOf(outcome).hasEnded)).toEqual(statuses.map(() => true));
    const rows = await usageRows(node, holder);
    expect(rows.map((row) => [row.status, row.latency_us, row.price_millicredits, row.charged_millicredits])).toEqual([
      [200, 0, 1000, 1000],
      [200, 1, 1000, 1000],
      [404, 2, 1000, 1000],
      [304, 3, 1000, 0],
      [400, 4, 1000, 0],
      [500, 5, 1000, 0],
    ]);
    expect((await reading(node, holder)).usedMillicredits).toBe(3000);
    await settleOn(node, {
      usageId: admittedOf(outcomes[0] ?? { kind: 'stale' }).usageId,
      status: 500,
      latencyMicroseconds: 9,
    });
    expect(await usageRows(node, holder)).toEqual(rows);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('answers at once with the figures of its decision, and only who is in', async () => {
    const node = await open();
    const holder = await holderOn(node, { creditsMillicredits: 2000 });
    const seen: number[] = [];
    const answering = requestOf(holder.verified, {
      answer: ({ meter }) => {
        seen.push(meter.usedMillicredits);
        return seen.length === 1 ? null : { status: 200, latencyMicroseconds: 1 };
      },
    });
    const outcomes = await Promise.all([1, 2, 3].map(() => node.admission.admit(answering)));
    expect(codesOf(outcomes)).toEqual({ admitted: 2, 'admission.credits_exhausted': 1 });
    expect(seen).toEqual([1000, 2000]);
    expect((await usageRows(node, holder)).map(({ status }) => status)).toEqual([null, 200]);
  });

  test('writes nothing for a refused request', async () => {
    const node = await open();
    const holder = await holderOn(node, { creditsMillicredits: 0 });
    expect((await node.admission.admit(requestOf(holder.verified))).kind).toBe('refused');
    expect(await usageRows(node, holder)).toEqual([]);
    expect(await node.credentials.show({ actor: operatorActor, id: holder.id })).toMatchObject({
      requests: 0,
      lastUsedAtMs: null,
    });
    expect((await node.admission.admit(requestOf(holder.verified, { priceMillicredits: 0 }))).kind).toBe('admitted');
  });

  test('counts per credential and remembers the last use', async () => {
    const node = await open();
    const holder = await holderOn(node);
    const other = await node.credentials.issue({
      actor: operatorActor,
      family: 'subscription-key',
      ownerId: holder.subscription.id,
      name: 'other',
    });
    const seen = await node.credentials.verify({
      family: 'subscription-key',
      presented: other.presented,
      address: callerAddress,
    });
    const { fence } = seen.kind === 'verified' ? seen.credential : credentialOf();
    const verified = { ...holder.verified, fence };
    await Promise.all([
      node.admission.admit(requestOf(verified)),
      node.admission.admit(requestOf({ ...verified, id: other.id })),
      node.admission.admit(requestOf(verified, { address: '198.51.100.7' })),
    ]);
    node.clock.advance(5000);
    await node.admission.admit(requestOf({ ...verified, id: other.id }, { address: '2001:db8::1' }));
    expect(await node.credentials.show({ actor: operatorActor, id: holder.id })).toMatchObject({
      requests: 2,
      lastUsedAtMs: node.clock.nowMs() - 5000,
      lastUsedAddress: '198.51.100.7',
    });
    expect(await node.credentials.show({ actor: operatorActor, id: other.id })).toMatchObject({
      requests: 2,
      lastUsedAtMs: node.clock.nowMs(),
      lastUsedAddress: '2001:db8::1',
    });
  });

  test('is stale on knowledge from before the fence moved, and charges nothing', async () => {
    const node = await open();
    const holder = await holderOn(node);
    expect((await node.admission.admit(requestOf(holder.verified))).kind).toBe('admitted');
    await inTransaction(node.control.db, (tx) => node.admission.moveFence(tx, [holder.subscription.id]));
    expect(await node.admission.admit(requestOf(holder.verified))).toEqual({ kind: 'stale' });
    const fence = await node.admission.fenceOf(node.control.db, holder.subscription.id);
    expect(fence).toBe(holder.verified.fence + 1);
    expect((await node.admission.admit(requestOf({ ...holder.verified, fence: fence ?? 0 }))).kind).toBe('admitted');
    expect(await usageRows(node, holder)).toHaveLength(2);
  });

  test('keeps the fence where it was when the change is rolled back', async () => {
    const node = await open();
    const holder = await holderOn(node);
    const attempt = inTransaction(node.control.db, async (tx) => {
      await node.admission.moveFence(tx, [holder.subscription.id]);
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    expect((await node.admission.admit(requestOf(holder.verified))).kind).toBe('admitted');
  });

  test('decides each owner of a batch for itself', async () => {
    const node = await open();
    const rich = await holderOn(node, { tier: 'enterprise' });
    const poor = await holderOn(node, { creditsMillicredits: 1000 });
    const gone = credentialOf({ ownerId: 'sub_gone' });
    const outcomes = await Promise.all(
      [rich.verified, poor.verified, gone, poor.verified, rich.verified].map((credential) =>
        node.admission.admit(requestOf(credential)),
      ),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'stale', 'refused', 'admitted']);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('stores status and latency of an ending, and charges stay for served requests', async () => {
    const node = await open();
    const holder = await holderOn(node);
    for (const status of [200, 404, 429]) {
      const { usageId } = admittedOf(await node.admission.admit(requestOf(holder.verified)));
      await settleOn(node, { usageId, status, latencyMicroseconds: 1234.4 });
    }
    expect(
      (await usageRows(node, holder)).map((row) => [row.status, row.latency_us, row.charged_millicredits]),
    ).toEqual([
      [200, 1234, 1000],
      [404, 1234, 1000],
      [429, 1234, 1000],
    ]);
    expect(await reading(node, holder)).toMatchObject({ usedMillicredits: 3000 });
  });

  test.each([304, 400, 500, 503])(
    'gives the charge of a %i back once, committed when settle resolves',
    async (status) => {
      const node = await open();
      const holder = await holderOn(node, { creditsMillicredits: 3000 });
      const kept = admittedOf(await node.admission.admit(requestOf(holder.verified)));
      const { usageId } = admittedOf(await node.admission.admit(requestOf(holder.verified)));
      await node.admission.settle({ usageId, status, latencyMicroseconds: 5 });
      expect(await reading(node, holder)).toMatchObject({ usedMillicredits: 1000 });
      await settleOn(node, { usageId, status, latencyMicroseconds: 5 });
      await settleOn(node, { usageId: usageId + 1000, status, latencyMicroseconds: 5 });
      expect(await reading(node, holder)).toMatchObject({ usedMillicredits: 1000 });
      expect((await usageRows(node, holder)).map((row) => [row.id, row.status, row.charged_millicredits])).toEqual([
        [kept.usageId, null, 1000],
        [usageId, status, 0],
      ]);
      expect(await node.admission.discrepancies()).toEqual([]);
    },
  );

  test('gives nothing back to the credits of the next period', async () => {
    const node = await open();
    const holder = await holderOn(node, { creditsMillicredits: 3000 });
    const { usageId } = admittedOf(await node.admission.admit(requestOf(holder.verified)));
    node.clock.set((await reading(node, holder)).resetAtMs);
    await node.admission.admit(requestOf(holder.verified));
    await node.admission.settle({ usageId, status: 500, latencyMicroseconds: 5 });
    expect(await reading(node, holder)).toMatchObject({ usedMillicredits: 1000 });
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('corrects the used credits at once, with a usage row that says so', async () => {
    const node = await open();
    const holder = await holderOn(node, { creditsMillicredits: 5000 });
    const { subscription } = holder;
    await node.admission.admit(requestOf(holder.verified));
    await node.admission.setUsed(node.control.db, subscription.id, subscription.terms, 4500);
    expect(await node.admission.discrepancies()).toEqual([]);
    expect(await node.admission.admit(requestOf(holder.verified))).toEqual({ kind: 'stale' });
    const verified = { ...holder.verified, fence: holder.verified.fence + 1 };
    expect(await node.admission.admit(requestOf(verified))).toMatchObject({
      code: 'admission.credits_exhausted',
      meter: { usedMillicredits: 4500 },
    });
    expect((await usageRows(node, holder)).at(-1)).toMatchObject({
      charged_millicredits: 3500,
      credential_id: '',
      status: 0,
    });
    await node.admission.setUsed(node.control.db, subscription.id, subscription.terms, 0);
    expect(await node.admission.discrepancies()).toEqual([]);
    const again = await node.admission.admit(requestOf({ ...verified, fence: verified.fence + 1 }));
    expect(again).toMatchObject({ kind: 'admitted', meter: { usedMillicredits: 1000 } });
  });

  test('never falls below zero when used credits were lowered before a refund', async () => {
    const node = await open();
    const holder = await holderOn(node, { creditsMillicredits: 5000 });
    const { usageId } = admittedOf(await node.admission.admit(requestOf(holder.verified)));
    await node.admission.setUsed(node.control.db, holder.subscription.id, holder.subscription.terms, 0);
    await node.admission.settle({ usageId, status: 500, latencyMicroseconds: 5 });
    expect(await reading(node, holder)).toMatchObject({ usedMillicredits: 0 });
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('reads a quiet owner’s figures of now, and knows no other owner', async () => {
    const node = await open();
    const subscription = await subscriberOn(node, { tier: 'free', startMs: Date.UTC(2025, 11, 31) });
    expect(await node.admission.reading(subscription.id, subscription.terms, Date.UTC(2026, 1, 28, 1))).toEqual({
      usedMillicredits: 0,
      limitMillicredits: 1_000_000,
      resetAtMs: Date.UTC(2026, 2, 31),
      rate: { limit: 5, remaining: 5, resetAtMs: Date.UTC(2026, 1, 28, 1) + 60_000 },
    });
    await expect(node.admission.reading('sub_gone', subscription.terms, 0)).rejects.toMatchObject({
      code: 'account.not_found',
    });
    const lost = node.admission.setUsed(node.control.db, 'sub_gone', subscription.terms, 0);
    await expect(lost).rejects.toMatchObject({ code: 'account.not_found' });
    expect(await node.admission.fenceOf(node.control.db, 'sub_gone')).toBeUndefined();
  });

  test('commits the endings that still wait when it closes', async () => {
    const node = await nodeOn(database, { seed: 'closing' });
    const holder = await holderOn(node);
    const { usageId } = admittedOf(await node.admission.admit(requestOf(holder.verified)));
    const settled = node.admission.settle({ usageId, status: 200, latencyMicroseconds: 7 });
    const late = node.admission.admit(requestOf(holder.verified));
    await node.close();
    await settled;
    expect((await late).kind).toBe('admitted');
    expect((await usageRows(node, holder)).map(({ status }) => status)).toEqual([200, null]);
  });
});
