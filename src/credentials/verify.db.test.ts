/** Risk: a credential that should no longer work gets in, from memory or otherwise; or a flood of guesses costs the database. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { SubscriptionChange } from '../accounts/index.ts';
import { createLog, ManualClock, operatorActor, seededRandom } from '../kernel/index.ts';
import { callerAddress, holderOn, nodeOn, requestOf, secondNodeOn, type Node } from '../../test/support/actors.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { subscriptionKey } from './formats/subscription-key.ts';
import type { VerifyInput } from './index.ts';

const hourMs = 3_600_000;

/** countingOn is the same database, counting what is asked of it. */
const countingOn = (database: TestDatabase): { control: TestDatabase; queries: () => number } => {
  let queries = 0;
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  return { control: { ...database, db }, queries: () => queries };
};

eachEngine('verify', (makeDatabase) => {
  let database: TestDatabase;
  let first: Node;
  let second: Node;
  let queries: () => number;
  beforeAll(async () => {
    database = await makeDatabase();
    const counting = countingOn(database);
    queries = counting.queries;
    first = await nodeOn(counting.control);
    second = await secondNodeOn(database, first);
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });

  const verify = async (node: Node, presented: string, rest: Partial<VerifyInput> = {}): Promise<string> => {
    const outcome = await node.credentials.verify({
      family: 'subscription-key',
      presented,
      address: callerAddress,
      ...rest,
    });
    return outcome.kind === 'verified' ? 'verified' : outcome.code;
  };
  const admit = async (node: Node, presented: string): Promise<string> => {
    const outcome = await node.credentials.verify({ family: 'subscription-key', presented, address: callerAddress });
    if (outcome.kind === 'refused') return outcome.code;
    return (await node.admission.admit(requestOf(outcome.credential))).kind;
  };

  test('lets a good credential in with its owner’s terms, its scopes and the fence of that moment', async () => {
    const holder = await holderOn(first, { tier: 'pro' }, { scopes: { cves: 'read' } });
    expect(holder.verified).toEqual({
      id: holder.id,
      family: 'subscription-key',
      ownerId: holder.subscription.id,
      fence: 2,
      terms: holder.subscription.terms,
      scopes: { cves: 'read' },
    });
  });

  test('asks the database nothing for what is mistyped, malformed or of another family', async () => {
    const { presented } = await holderOn(first);
    await first.credentials.settled();
    const before = queries();
    const last = presented.endsWith('0') ? '1' : '0';
    for (const wrong of [
      '',
      'x',
      presented.toUpperCase(),
      presented.slice(0, -1) + last,
      `${presented} `,
      'a'.repeat(73),
    ]) {
      expect(await verify(first, wrong)).toBe('credential.invalid');
    }
    for (const family of ['user-key', 'project-token', 'organization-token'] as const) {
      expect(await verify(first, presented, { family })).toBe('credential.invalid');
    }
    await first.credentials.reportExposure('a'.repeat(73), 'query', callerAddress);
    expect(queries()).toBe(before);
  });

  test('asks the database nothing for a good credential that it has seen', async () => {
    const { presented } = await holderOn(first);
    await first.credentials.settled();
    const before = queries();
    for (let count = 0; count < 5; count += 1) expect(await verify(first, presented)).toBe('verified');
    expect(queries()).toBe(before);
    expect(await verify(first, presented, { fresh: true })).toBe('verified');
    expect(queries()).toBeGreaterThan(before);
  });

  test('refuses an unknown credential and a wrong secret alike, and says nothing of whose it may be', async () => {
    const { presented } = await holderOn(first);
    const unknown = subscriptionKey.mint(seededRandom('unknown')).presented;
    const lookup = presented.slice(0, 19);
    const forged = subscriptionKey.mint({
      bytes: (length) => {
        const bytes = seededRandom('forged').bytes(length);
        Buffer.from(lookup.replaceAll('-', '').slice(0, 16), 'hex').copy(bytes);
        return bytes;
      },
    }).presented;
    expect(forged.slice(0, 18)).toBe(presented.slice(0, 18));
    for (const wrong of [unknown, forged]) {
      const input = { family: 'subscription-key', presented: wrong, address: callerAddress } as const;
      expect(await first.credentials.verify(input)).toEqual({
        kind: 'refused',
        code: 'credential.invalid',
        credentialId: null,
      });
    }
    expect(await verify(first, presented)).toBe('verified');
  });

  test('names the credential of a right secret that is refused', async () => {
    const { presented, id } = await holderOn(first);
    await first.credentials.revoke({ actor: operatorActor, id });
    const input = { family: 'subscription-key', presented, address: callerAddress, fresh: true } as const;
    expect(await first.credentials.verify(input)).toEqual({
      kind: 'refused',
      code: 'credential.revoked',
      credentialId: id,
    });
  });

  test('keeps a rotated credential until its overlap ends, to the millisecond', async () => {
    const { presented, id } = await holderOn(first);
    const { presented: next } = await first.credentials.rotate({ actor: operatorActor, id, overlapMs: hourMs });
    expect([await admit(first, presented), await admit(first, next)]).toEqual(['stale', 'admitted']);
    expect(await verify(first, presented, { fresh: true })).toBe('verified');
    expect(await admit(first, presented)).toBe('admitted');
    first.clock.advance(hourMs - 1);
    expect(await verify(first, presented)).toBe('verified');
    first.clock.advance(1);
    expect([await verify(first, presented), await verify(first, next)]).toEqual(['credential.revoked', 'verified']);
  });

  test('ends a rotated credential at once without an overlap, also where it is remembered', async () => {
    const { presented, id } = await holderOn(first);
    expect(await admit(second, presented)).toBe('admitted');
    const { presented: next } = await first.credentials.rotate({ actor: operatorActor, id, overlapMs: 0 });
    expect(await admit(second, presented)).toBe('stale');
    expect(await verify(second, presented, { fresh: true })).toBe('credential.revoked');
    expect(await admit(second, next)).toBe('admitted');
  });

  test('ends an expiring credential at its time, though it is remembered', async () => {
    const { presented } = await holderOn(first, {}, { expiresAtMs: first.clock.nowMs() + hourMs });
    first.clock.advance(hourMs - 1);
    expect(await verify(first, presented)).toBe('verified');
    first.clock.advance(1);
    expect(await verify(first, presented)).toBe('credential.expired');
  });

  test('follows suspension and resumption', async () => {
    const { presented, id } = await holderOn(first);
    await first.credentials.suspend({ actor: operatorActor, id });
    expect(await verify(first, presented, { fresh: true })).toBe('credential.suspended');
    await first.credentials.resume({ actor: operatorActor, id });
    expect(await verify(first, presented)).toBe('verified');
  });

  test('follows the owner’s subscription', async () => {
    const { presented, subscription } = await holderOn(first);
    const set = async (change: Omit<SubscriptionChange, 'actor' | 'id'>): Promise<string> => {
      await first.accounts.subscriptions.set({ actor: operatorActor, id: subscription.id, ...change });
      return verify(first, presented, { fresh: true });
    };
    expect(await set({ status: 'expired' })).toBe('plan.expired');
    expect(await set({ status: 'active' })).toBe('verified');
    expect(await set({ status: 'cancelled', periodEndMs: first.clock.nowMs() + hourMs })).toBe('verified');
    first.clock.advance(hourMs);
    expect(await verify(first, presented)).toBe('plan.ended');
    expect(await set({ status: 'past_due' })).toBe('verified');
    first.clock.advance(72 * hourMs - 1);
    expect(await verify(first, presented)).toBe('verified');
    first.clock.advance(1);
    expect(await verify(first, presented)).toBe('plan.past_due');
    expect(await set({ status: 'active' })).toBe('verified');
  });

  test('refuses the credentials of a disabled owner', async () => {
    const { presented, subscription } = await holderOn(first);
    const state = (to: 'active' | 'disabled') =>
      database.db.updateTable('users').set({ state: to }).where('id', '=', subscription.userId).execute();
    await state('disabled');
    expect(await verify(first, presented, { fresh: true })).toBe('owner.disabled');
    await state('active');
    expect(await verify(first, presented)).toBe('verified');
  });

  test('refuses an address outside the ranges, and remembers nothing of it', async () => {
    const { presented } = await holderOn(first, {}, { allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'] });
    for (const address of ['198.51.100.1', '::ffff:198.51.100.1', 'unknown', '']) {
      expect(await verify(first, presented, { address })).toBe('credential.address_refused');
    }
    for (const address of ['203.0.113.77', '::ffff:203.0.113.77', '2001:db8::5']) {
      expect(await verify(first, presented, { address })).toBe('verified');
    }
  });

  test('memory grants nothing that another node has taken away, and gives back at once what it returned', async () => {
    const { presented, id } = await holderOn(first);
    expect(await admit(first, presented)).toBe('admitted');
    await second.credentials.suspend({ actor: operatorActor, id });
    expect(await admit(first, presented)).toBe('stale');
    expect(await verify(first, presented, { fresh: true })).toBe('credential.suspended');
    expect(await admit(first, presented)).toBe('credential.suspended');
    await second.credentials.resume({ actor: operatorActor, id });
    expect(await admit(first, presented)).toBe('admitted');
    await second.credentials.revoke({ actor: operatorActor, id });
    expect(await admit(first, presented)).toBe('stale');
    expect(await verify(first, presented, { fresh: true })).toBe('credential.revoked');
    expect(await admit(first, presented)).toBe('credential.revoked');
  });

  test('records an exposure of our credentials only, and logs it without the secret', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'debug', nowMs: () => 0, write: (line) => lines.push(line) });
    const node = await nodeOn(database, { log, clock: new ManualClock(), seed: 'exposure' });
    onTestFinished(node.close);
    const { presented, id } = await holderOn(node);
    await node.credentials.reportExposure(presented, 'query', '198.51.100.1');
    await node.credentials.reportExposure(presented, 'body', '198.51.100.2');
    await node.credentials.reportExposure(subscriptionKey.mint(seededRandom('foreign')).presented, 'query', 'x');
    await node.credentials.reportExposure('nonsense', 'query', 'x');
    expect((await node.credentials.show({ actor: operatorActor, id })).exposures).toBe(2);
    expect(await database.db.selectFrom('exposures').select(['credential_id', 'place', 'address']).execute()).toEqual([
      { credential_id: id, place: 'query', address: '198.51.100.1' },
      { credential_id: id, place: 'body', address: '198.51.100.2' },
    ]);
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain(presented.slice(9));
    expect(await verify(node, presented)).toBe('verified');
  });

  test('explains what it would answer at another time and from another address', async () => {
    const expiresAtMs = first.clock.nowMs() + hourMs;
    const { id } = await holderOn(first, {}, { expiresAtMs, allowedAddresses: ['203.0.113.0/24'] });
    const explain = async (atMs: number, address: string) => (await first.credentials.explain(id, atMs, address)).code;
    expect(await explain(expiresAtMs - 1, callerAddress)).toBeNull();
    expect(await explain(expiresAtMs - 1, '198.51.100.1')).toBe('credential.address_refused');
    expect(await explain(expiresAtMs, callerAddress)).toBe('credential.expired');
    await expect(first.credentials.explain('crd_gone', 0, '')).rejects.toMatchObject({ code: 'credential.not_found' });
  });
});
