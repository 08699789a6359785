/** Risk: two accounts of one address, or a change of a subscription that its running requests do not see. */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { nodeOn, requestOf, holderOn, subscriberOn, type Node } from '../../test/support/actors.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { operatorActor as actor } from '../kernel/index.ts';

const dayMs = 86_400_000;

eachEngine('accounts', (makeDatabase) => {
  let database: TestDatabase;
  let opened = 0;
  beforeAll(async () => {
    database = await makeDatabase();
  });
  const open = async (): Promise<Node> => {
    opened += 1;
    const node = await nodeOn(database, { seed: `accounts ${opened}` });
    onTestFinished(node.close);
    return node;
  };
  const emailOf = (): string => `person${opened}@example.org`;

  test('keeps one user of an address, in whatever case it is written', async () => {
    const { accounts, clock } = await open();
    const user = await accounts.users.create({ actor, email: 'Grace@Example.org' });
    expect(user).toEqual({
      id: expect.stringMatching(/^usr_/),
      email: 'grace@example.org',
      name: 'grace',
      state: 'active',
      isAdministrator: false,
      hasPassword: false,
      plan: 'free',
      planStatus: 'active',
      createdAtMs: clock.nowMs(),
    });
    expect(await accounts.users.findByEmail(' GRACE@example.org')).toEqual(user);
    const taken = accounts.users.create({ actor, email: 'GRACE@EXAMPLE.ORG', name: 'Other' });
    await expect(taken).rejects.toMatchObject({ code: 'account.email_taken' });
    expect(await accounts.users.findByEmail('nobody@example.org')).toBeNull();
  });

  test('lists people in the order of creation, also those of one millisecond', async () => {
    const { accounts } = await open();
    const emails = Array.from({ length: 8 }, (_, index) => `${'fabdhceg'[index]}-in-a-row@example.org`);
    for (const email of emails) await accounts.users.create({ actor, email });
    const listed = (await accounts.users.list({ actor })).map(({ email }) => email);
    expect(listed.filter((email) => email.endsWith('-in-a-row@example.org'))).toEqual(emails);
  });

  test('lets one of many at once have an address', async () => {
    const { accounts } = await open();
    const attempts = await Promise.allSettled(
      Array.from({ length: 6 }, () => accounts.users.create({ actor, email: 'race@example.org' })),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'account.email_taken' });
    }
  });

  test('refuses names that are too long or hold control characters', async () => {
    const { accounts } = await open();
    for (const name of ['x'.repeat(201), 'a\u0000b', 'a\nb']) {
      const attempt = accounts.users.create({ actor, email: emailOf(), name });
      await expect(attempt).rejects.toMatchObject({ code: 'request.invalid_parameter' });
    }
    expect((await accounts.users.create({ actor, email: emailOf(), name: ' Zoë 🔑 ' })).name).toBe('Zoë 🔑');
  });

  test('opens a subscription together with its ledger row, or neither', async () => {
    const node = await open();
    const subscription = await subscriberOn(node, { tier: 'free', startMs: 5 }, emailOf());
    expect(subscription).toMatchObject({ tier: 'free', status: 'active', startedAtMs: 5, periodEndMs: null });
    expect(await node.admission.fenceOf(database.db, subscription.id)).toBe(1);
    expect(await node.accounts.subscriptions.get(subscription.id)).toEqual(subscription);
    const nobody = node.accounts.subscriptions.create({ actor, email: 'nobody@example.org', tier: 'free' });
    await expect(nobody).rejects.toMatchObject({ code: 'account.not_found' });
    const missing = { code: 'subscription.not_found' };
    await expect(node.accounts.subscriptions.get('sub_gone')).rejects.toMatchObject(missing);
    const changed = node.accounts.subscriptions.set({ actor, id: 'sub_gone', status: 'expired' });
    await expect(changed).rejects.toMatchObject(missing);
    expect(await node.accounts.standing('sub_gone')).toBeNull();
  });

  test('cancels to the end of the running period, or to a given time', async () => {
    const node = await open();
    node.clock.set(Date.UTC(2026, 1, 10));
    const { id } = await subscriberOn(node, { startMs: Date.UTC(2025, 11, 31, 8) }, emailOf());
    expect(await node.accounts.subscriptions.set({ actor, id, status: 'cancelled' })).toMatchObject({
      status: 'cancelled',
      periodEndMs: Date.UTC(2026, 1, 28, 8),
    });
    const periodEndMs = node.clock.nowMs() + dayMs;
    expect(await node.accounts.subscriptions.set({ actor, id, periodEndMs })).toMatchObject({ periodEndMs });
    expect(await node.accounts.subscriptions.set({ actor, id, status: 'active' })).toMatchObject({
      status: 'active',
      periodEndMs: null,
    });
  });

  test('begins the grace with the first failed payment and forgets it with the next good one', async () => {
    const node = await open();
    const { id } = await subscriberOn(node, {}, emailOf());
    const sinceMs = node.clock.nowMs();
    await node.accounts.subscriptions.set({ actor, id, status: 'past_due' });
    node.clock.advance(dayMs);
    expect(await node.accounts.subscriptions.set({ actor, id, status: 'past_due' })).toMatchObject({
      pastDueSinceMs: sinceMs,
    });
    expect(await node.accounts.subscriptions.set({ actor, id, status: 'active' })).toMatchObject({
      pastDueSinceMs: null,
    });
    expect(await node.accounts.subscriptions.set({ actor, id, status: 'past_due' })).toMatchObject({
      pastDueSinceMs: node.clock.nowMs(),
    });
  });

  test('moves the fence with every change, so that running knowledge is void', async () => {
    const node = await open();
    const holder = await holderOn(node);
    await node.accounts.subscriptions.set({ actor, id: holder.subscription.id, tier: 'pro' });
    expect((await node.admission.admit(requestOf(holder.verified))).kind).toBe('stale');
  });

  test('changes tier and used credits in one step', async () => {
    const node = await open();
    const { id } = await subscriberOn(node, { tier: 'free' }, emailOf());
    const { terms } = await node.accounts.subscriptions.set({ actor, id, tier: 'plus', usedMillicredits: 29_999_500 });
    expect(await node.admission.reading(id, terms, node.clock.nowMs())).toMatchObject({
      usedMillicredits: 29_999_500,
      limitMillicredits: 30_000_000,
      rate: null,
    });
    expect(await node.admission.discrepancies()).toEqual([]);
  });
});
