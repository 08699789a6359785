/** Risk: a person scans more than the plan gives in a day, by asking from everywhere at once, or loses scans that failed. */
import { expect, test } from 'vitest';
import { holdersOf } from '../../src/holders.ts';
import { operatorActor as actor, scanMillicredits, type VerifiedCredential } from '../../src/kernel/index.ts';
import { callerAddress, nodeOn, requestOf, secondNodeOn, settleOn, type Node } from '../support/actors.ts';
import { eachEngine } from '../support/engines.ts';

const dayMs = 86_400_000;
const family = 'user-key' as const;

eachEngine('scans of a day', (makeDatabase) => {
  const start = async () => {
    const database = await makeDatabase();
    const node = await nodeOn(database);
    // An hour before midnight.
    node.clock.set(Date.UTC(2026, 10, 22, 23));
    const ada = await node.accounts.users.create({ actor, email: 'ada@example.org', plan: 'pro' });
    const { presented } = await node.credentials.issue({ actor, family, ownerId: ada.id, name: 'cli' });
    const byKey = async (on: Node): Promise<VerifiedCredential> => {
      const outcome = await on.credentials.verify({ family, presented, address: callerAddress, fresh: true });
      if (outcome.kind === 'refused') throw new Error(outcome.code);
      return outcome.credential;
    };
    const byWeb = async (on: Node): Promise<VerifiedCredential> => {
      const held = await holdersOf(on, on.clock).ofPerson(ada.id);
      if (held === null) throw new Error('nobody');
      return held;
    };
    const scan = async (on: Node, as = byWeb) =>
      on.admission.admit(requestOf(await as(on), { priceMillicredits: scanMillicredits, counted: false }));
    return { database, node, ada, byKey, byWeb, scan };
  };

  test('are as many as the plan says, by key and by web together, on all nodes, however many ask at once', async () => {
    const { database, node, scan, byKey, byWeb } = await start();
    const second = await secondNodeOn(database, node);
    const asked = async (): Promise<string[]> => {
      const outcomes = [];
      // Connections of one thread to one SQLite file cannot wait for each other: there, the nodes take turns.
      for (const on of [node, second]) {
        outcomes.push(
          ...(await Promise.all(Array.from({ length: 20 }, (_, index) => scan(on, index % 2 === 0 ? byKey : byWeb)))),
        );
      }
      return outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind)).toSorted();
    };
    const full = [
      ...Array.from({ length: 30 }, () => 'admission.credits_exhausted'),
      ...Array.from({ length: 10 }, () => 'admitted'),
    ];
    expect(await asked()).toEqual(full);
    const refused = await scan(node);
    expect(refused).toMatchObject({ kind: 'refused', retryAfterMs: 3_600_000 });
    node.clock.advance(3_600_000 - 1);
    expect(await scan(node)).toMatchObject({ kind: 'refused', retryAfterMs: 1 });
    node.clock.advance(1);
    expect(await asked()).toEqual(full);
    node.clock.advance(3 * dayMs);
    expect(await asked()).toEqual(full);
    expect(await node.admission.discrepancies()).toEqual([]);
    await second.close();
    await node.close();
  });

  test('come back when they fail, change with the plan at once, and everything else is free', async () => {
    const { node, ada, scan, byKey } = await start();
    const first = await scan(node);
    if (first.kind !== 'admitted') throw new Error(first.kind);
    await settleOn(node, { usageId: first.usageId, status: 503, latencyMicroseconds: 1 });
    const kinds = async (count: number): Promise<number> => {
      const outcomes = await Promise.all(Array.from({ length: count }, () => scan(node)));
      return outcomes.filter(({ kind }) => kind === 'admitted').length;
    };
    expect(await kinds(20)).toBe(10);
    const free = await node.admission.admit(requestOf(await byKey(node), { priceMillicredits: 0, counted: false }));
    expect(free.kind).toBe('admitted');
    await node.accounts.plans.set({ actor, userId: ada.id, plan: 'free' });
    expect(await kinds(5)).toBe(0);
    node.clock.advance(dayMs);
    expect(await kinds(5)).toBe(3);
    await node.close();
  });
});
