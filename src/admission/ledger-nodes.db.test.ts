/** Risk: several nodes on one database together serve more than one plan allows, or miss each other's changes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  admittedOf,
  holderOn,
  nodeOn,
  requestOf,
  secondNodeOn,
  subscriberOn,
  verifiedOn,
  type Holder,
  type Node,
} from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor } from '../kernel/index.ts';
import { inTransaction } from '../storage/index.ts';

const usedBy = async (node: Node, { subscription }: Holder): Promise<number> =>
  (await node.admission.reading(subscription.id, subscription.terms, node.clock.nowMs())).usedMillicredits;

eachEngine('ledger of two nodes', (makeDatabase) => {
  let nodes: readonly [Node, Node];
  let first: Node;
  let second: Node;
  beforeAll(async () => {
    const database = await makeDatabase();
    first = await nodeOn(database);
    second = await secondNodeOn(database, first);
    nodes = [first, second];
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });

  test('200 clients with 1,000 credits left get exactly 1,000 served', async () => {
    const holder = await holderOn(nodes[0], { creditsMillicredits: 1_000_000 });
    let served = 0;
    let refused = 0;
    const client = async ({ admission }: Node): Promise<void> => {
      for (;;) {
        const outcome = await admission.admit(requestOf(holder.verified));
        expect(outcome.kind).not.toBe('stale');
        if (outcome.kind !== 'admitted') break;
        served += 1;
      }
      refused += 1;
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => client(index % 2 === 0 ? nodes[0] : nodes[1])));
    expect([served, refused]).toEqual([1000, 200]);
    expect(await usedBy(nodes[1], holder)).toBe(1_000_000);
    expect(await nodes[0].admission.discrepancies()).toEqual([]);
    const rows = await first.control.db
      .selectFrom('usage')
      .select('id')
      .where('owner_id', '=', holder.subscription.id)
      .execute();
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1000);
  });

  test('no window of 60 seconds holds more than five requests of both nodes together', async () => {
    const holder = await holderOn(first, { tier: 'free' });
    const burst = async (): Promise<number> => {
      const outcomes = await Promise.all(
        Array.from({ length: 24 }, (_, index) =>
          (index % 3 === 0 ? first : second).admission.admit(requestOf(holder.verified)),
        ),
      );
      return outcomes.filter(({ kind }) => kind === 'admitted').length;
    };
    expect(await burst()).toBe(5);
    first.clock.advance(59_999);
    expect(await burst()).toBe(0);
    first.clock.advance(1);
    expect(await burst()).toBe(5);
    expect(await first.admission.discrepancies()).toEqual([]);
  });

  test('what answers at once answers with the figures that are committed, whoever was faster', async () => {
    const holder = await holderOn(first, { creditsMillicredits: 20_000 });
    for (let round = 0; round < 10; round += 1) {
      const shown: number[][] = [[], []];
      const outcomes = await Promise.all(
        nodes.map(({ admission }, index) =>
          admission.admit(
            requestOf(holder.verified, {
              answer: ({ meter }) => {
                shown[index]?.push(meter.usedMillicredits);
                return { status: 200, latencyMicroseconds: 1 };
              },
            }),
          ),
        ),
      );
      const used = outcomes.map((outcome) => admittedOf(outcome).meter.usedMillicredits);
      expect(shown.map((each) => each.at(-1))).toEqual(used);
      expect(used.toSorted((a, b) => a - b)).toEqual([round * 2000 + 1000, round * 2000 + 2000]);
    }
    expect(await usedBy(second, holder)).toBe(20_000);
    expect(await first.admission.discrepancies()).toEqual([]);
  });

  test('nothing that starts after a revocation elsewhere returned is served', async () => {
    const holder = await holderOn(first, { tier: 'enterprise' });
    let isRevoked = false;
    let servedAfter = 0;
    let servedBefore = 0;
    const client = async (): Promise<void> => {
      for (;;) {
        const startedRevoked = isRevoked;
        const outcome = await first.admission.admit(requestOf(holder.verified));
        if (outcome.kind !== 'admitted') return;
        if (startedRevoked) servedAfter += 1;
        else servedBefore += 1;
      }
    };
    const clients = Promise.all(Array.from({ length: 20 }, client));
    while (servedBefore < 50) await first.admission.admit(requestOf(holder.verified));
    await second.credentials.revoke({ actor: operatorActor, id: holder.id });
    isRevoked = true;
    await clients;
    expect(servedAfter).toBe(0);
    await expect(verifiedOn(first, holder.presented)).rejects.toThrow('credential.revoked');
  });

  test('a change of plan on one node decides the very next request on the other', async () => {
    const holder = await holderOn(first, { tier: 'free' });
    for (let count = 0; count < 5; count += 1) admittedOf(await first.admission.admit(requestOf(holder.verified)));
    expect((await first.admission.admit(requestOf(holder.verified))).kind).toBe('refused');
    await second.accounts.subscriptions.set({ actor: operatorActor, id: holder.subscription.id, tier: 'plus' });
    expect((await first.admission.admit(requestOf(holder.verified))).kind).toBe('stale');
    const renewed = await verifiedOn(first, holder.presented);
    expect(renewed.terms).toMatchObject({ planName: 'CyberSecFeed Plus', rate: null });
    admittedOf(await first.admission.admit(requestOf(renewed)));
  });

  test('a refund on one node leaves credits for the other', async () => {
    const holder = await holderOn(first, { creditsMillicredits: 1000 });
    const { usageId } = admittedOf(await first.admission.admit(requestOf(holder.verified)));
    expect((await second.admission.admit(requestOf(holder.verified))).kind).toBe('refused');
    await first.admission.settle({ usageId, status: 500, latencyMicroseconds: 1 });
    admittedOf(await second.admission.admit(requestOf(holder.verified)));
    expect((await first.admission.admit(requestOf(holder.verified))).kind).toBe('refused');
    expect(await second.admission.discrepancies()).toEqual([]);
  });

  test('corrections, charges and refunds at once on both nodes lose nothing', async () => {
    const holders = [
      await holderOn(nodes[0], { tier: 'enterprise' }),
      await holderOn(nodes[0], { creditsMillicredits: 20_000 }),
    ] as const;
    const work = async (node: Node, holder: Holder, round: number): Promise<void> => {
      if (round % 10 === 9) {
        const { id, terms } = holder.subscription;
        await node.admission.setUsed(node.control.db, id, terms, round * 100);
        return;
      }
      const fence = await node.admission.fenceOf(node.control.db, holder.subscription.id);
      const outcome = await node.admission.admit(requestOf({ ...holder.verified, fence: fence ?? 0 }));
      if (outcome.kind !== 'admitted') return;
      await node.admission.settle({
        usageId: outcome.usageId,
        status: 500,
        latencyMicroseconds: round,
      });
    };
    await Promise.all(
      Array.from({ length: 120 }, (_, round) =>
        work(round % 2 === 0 ? nodes[0] : nodes[1], round % 3 === 0 ? holders[0] : holders[1], round),
      ),
    );
    expect(await nodes[0].admission.discrepancies()).toEqual([]);
    for (const holder of holders) expect(await usedBy(nodes[1], holder)).toBeGreaterThanOrEqual(0);
  });

  test('a subscription made on one node is known to the other', async () => {
    const made = await subscriberOn(first);
    expect(await second.accounts.subscriptions.get(made.id)).toEqual(made);
    await inTransaction(second.control.db, (tx) => second.admission.moveFence(tx, [made.id]));
    expect(await first.admission.fenceOf(first.control.db, made.id)).toBe(2);
  });
});
