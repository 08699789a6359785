import { describe, expect, test } from 'vitest';
import { operatorActor, silentLog } from '../kernel/index.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { billingOn, changed, dayMs, invoiced, signed, startMs } from './events.suite.ts';
import { createBilling } from './index.ts';

// Risk: somebody pays and gets nothing, gets something for nothing, or a forged event gives it away.

const byEmail = { metadata: { email: 'Ada@Example.org' } };
const hourMs = 3_600_000;

eachEngine('billing', (makeDatabase) => {
  const start = async () => {
    const control = await makeDatabase();
    const built = await billingOn(control);
    const user = await built.person();
    const subscription = async () => (await built.node.accounts.subscriptions.listOf(user.id))[0];
    const plan = () => built.node.accounts.plans.get(user.id);
    const refusedAt = async (ownerId: string, atMs: number): Promise<string | null> => {
      const standing = await built.node.accounts.standing(ownerId);
      return standing?.refusals.find(({ fromMs }) => atMs >= fromMs)?.code ?? null;
    };
    return { ...built, control, user, subscription, plan, refusedAt };
  };

  test('makes a subscription of the paid tier and mails one claim link', async () => {
    const { send, subscription, mail, actions } = await start();
    expect(await send(changed('created', startMs, byEmail))).toBe('applied');
    expect(await subscription()).toMatchObject({ tier: 'plus', status: 'active', startedAtMs: startMs });
    expect(await mail.list()).toMatchObject([{ to: 'ada@example.org', subject: 'Your API key is ready' }]);
    expect(await actions()).toEqual(['subscription.created', 'subscription.changed', 'claim.created']);
    await send(changed('updated', startMs + dayMs, { ...byEmail, price: 'price_business' }));
    expect(await subscription()).toMatchObject({ tier: 'business', status: 'active' });
    expect(await mail.list()).toHaveLength(1);
  });

  test('takes each event once', async () => {
    const { send, actions } = await start();
    const event = changed('created', startMs, byEmail);
    await send(event);
    const before = await actions();
    expect(await Promise.all([send(event), send(event), send(event)])).toEqual(['repeated', 'repeated', 'repeated']);
    expect(await actions()).toEqual(before);
  });

  test('takes one event once when it arrives many times at the same moment', async () => {
    const { send, control } = await start();
    const event = changed('created', startMs, byEmail);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => send(event)));
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
    expect(await control.db.selectFrom('subscriptions').select('id').execute()).toHaveLength(1);
    expect(await control.db.selectFrom('claims').select('id').execute()).toHaveLength(1);
  });

  test('gives 72 hours of grace after a failed payment, and access back with the payment', async () => {
    const { send, subscription, refusedAt } = await start();
    await send(changed('created', startMs, byEmail));
    const id = (await subscription())?.id ?? '';
    const failedMs = startMs + 30 * dayMs;
    await send(invoiced('payment_failed', failedMs, { isOldForm: true }));
    await send(changed('updated', failedMs + 1000, { ...byEmail, status: 'past_due' }));
    expect(await subscription()).toMatchObject({ status: 'past_due', pastDueSinceMs: failedMs });
    expect(await refusedAt(id, failedMs + 72 * hourMs - 1)).toBeNull();
    expect(await refusedAt(id, failedMs + 72 * hourMs)).toBe('plan.past_due');
    await send(changed('updated', failedMs + 9 * dayMs, { ...byEmail, status: 'unpaid' }));
    expect(await subscription()).toMatchObject({ status: 'past_due', pastDueSinceMs: failedMs });
    await send(invoiced('paid', failedMs + 10 * dayMs));
    expect(await subscription()).toMatchObject({ status: 'active', pastDueSinceMs: null });
    expect(await refusedAt(id, failedMs + 11 * dayMs)).toBeNull();
  });

  test('lets a cancelled subscription work to the end of its period, and takes the cancellation back', async () => {
    const { send, subscription, refusedAt } = await start();
    await send(changed('created', startMs, byEmail));
    const id = (await subscription())?.id ?? '';
    const endMs = startMs + 30 * dayMs;
    await send(changed('updated', startMs + dayMs, { ...byEmail, cancelAtMs: endMs }));
    expect(await subscription()).toMatchObject({ status: 'cancelled', periodEndMs: endMs });
    expect([await refusedAt(id, endMs - 1), await refusedAt(id, endMs)]).toEqual([null, 'plan.ended']);
    await send(changed('updated', startMs + 2 * dayMs, byEmail));
    expect(await subscription()).toMatchObject({ status: 'active', periodEndMs: null });
    await send(changed('deleted', endMs, { ...byEmail, status: 'canceled', endedAtMs: endMs }));
    expect(await refusedAt(id, endMs)).toBe('plan.ended');
  });

  test('moves the fence of the owner with every effect', async () => {
    const { send, subscription, control } = await start();
    await send(changed('created', startMs, byEmail));
    const id = (await subscription())?.id ?? '';
    const fence = async () =>
      (await control.db.selectFrom('meters').select('fence').where('owner_id', '=', id).executeTakeFirst())?.fence ?? 0;
    const before = await fence();
    await send(invoiced('payment_failed', startMs + dayMs));
    expect(await fence()).toBeGreaterThan(before);
  });

  test('changes the plan of the person who is named, and chooses the one that gives access', async () => {
    const { send, plan, user } = await start();
    const metadata = { vulngate_user: user.id };
    await send(changed('created', startMs, { id: 'sub_old', price: 'price_starter', metadata }));
    expect(await plan()).toMatchObject({ plan: 'starter', status: 'active', startedAtMs: startMs });
    await send(changed('created', startMs + dayMs, { id: 'sub_new', price: 'price_pro', metadata }));
    expect(await plan()).toMatchObject({ plan: 'pro', status: 'active' });
    const endedAtMs = startMs + 2 * dayMs;
    const old = { id: 'sub_old', status: 'canceled', price: 'price_starter', metadata, endedAtMs };
    expect(await send(changed('deleted', endedAtMs, old))).toBe('unchanged');
    expect(await plan()).toMatchObject({ plan: 'pro', status: 'active' });
    await send(invoiced('payment_failed', startMs + 3 * dayMs, { id: 'sub_new' }));
    expect(await plan()).toMatchObject({ plan: 'pro', status: 'past_due', pastDueSinceMs: startMs + 3 * dayMs });
  });

  test('ties an existing subscription that is named, and sends no link when it has a key', async () => {
    const { send, node, mail } = await start();
    const own = await node.accounts.subscriptions.create({
      actor: operatorActor,
      email: 'ada@example.org',
      tier: 'free',
    });
    await node.credentials.issue({ actor: operatorActor, family: 'subscription-key', ownerId: own.id, name: 'mine' });
    await send(changed('created', startMs, { metadata: { vulngate_subscription: own.id } }));
    expect(await node.accounts.subscriptions.get(own.id)).toMatchObject({ tier: 'plus', status: 'active' });
    expect(await mail.list()).toEqual([]);
  });

  test('records what names nobody, without effect, and takes it when it is sent again later', async () => {
    const { send, person, control, node } = await start();
    const event = changed('created', startMs, { metadata: { email: 'bob@example.org' } });
    expect(await send(event)).toBe('unlinked');
    expect(await control.db.selectFrom('subscriptions').select('id').execute()).toEqual([]);
    expect(JSON.stringify(await control.db.selectFrom('billing_events').selectAll().execute())).not.toContain('bob');
    const bob = await person('bob@example.org');
    expect(await send(event)).toBe('applied');
    expect(await node.accounts.subscriptions.listOf(bob.id)).toMatchObject([{ tier: 'plus' }]);
  });

  test('gives nothing for a price that is not configured, or before anything was paid', async () => {
    const { send, subscription } = await start();
    expect(await send(changed('created', startMs, { ...byEmail, id: 'sub_x', price: 'price_other' }))).toBe('unlinked');
    await send(changed('created', startMs, { ...byEmail, status: 'incomplete' }));
    expect(await subscription()).toBeUndefined();
    await send(invoiced('paid', startMs));
    expect(await subscription()).toMatchObject({ tier: 'plus', status: 'active' });
  });

  test('leaves what the operator decided alone while the events say nothing new', async () => {
    const { send, subscription, node } = await start();
    await send(changed('created', startMs, byEmail));
    const id = (await subscription())?.id ?? '';
    await node.accounts.subscriptions.set({ actor: operatorActor, id, tier: 'enterprise' });
    expect(await send(invoiced('paid', startMs + dayMs))).toBe('unchanged');
    expect(await subscription()).toMatchObject({ tier: 'enterprise' });
  });

  test('refuses a body that was changed, another secret, an old signature, none, and a second body', async () => {
    const { billing, node, control } = await start();
    const event = changed('created', startMs, byEmail);
    const nowMs = node.clock.nowMs();
    const { payload, header } = signed(event, nowMs);
    const calls = [
      billing.handleStripeEvent(payload.replace('price_plus', 'price_business'), header),
      billing.handleStripeEvent(payload, signed(event, nowMs, 'whsec_other').header),
      billing.handleStripeEvent(payload, signed(event, nowMs - 301_000).header),
      billing.handleStripeEvent(payload, undefined),
      billing.handleStripeEvent(`${payload} `, header),
    ];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'billing.unsigned' } });
    }
    expect(await control.db.selectFrom('billing_events').select('id').execute()).toEqual([]);
    expect(await billing.handleStripeEvent(Buffer.from(payload), header)).toBe('applied');
  });

  test('ignores an event whose ids hold a NUL, which Stripe makes none of and would send again for days', async () => {
    const { send, control } = await start();
    const whole = changed('created', startMs, byEmail);
    const odd = [
      { ...whole, id: 'evt_\0' },
      { ...changed('created', startMs, { ...byEmail, id: 'sub_\0' }), id: 'evt_1' },
      { ...invoiced('paid', startMs, { id: 'sub_\0' }), id: 'evt_2' },
      { ...whole, type: 'customer.subscription.created\0' },
    ];
    for (const event of odd) expect(await send(event)).toBe('ignored');
    expect(await control.db.selectFrom('billing_events').select('id').execute()).toEqual([]);
  });

  test.each([
    ['email', 'ada@\0example.org\0', 'applied'],
    ['vulngate_user', 'usr_\0', 'unlinked'],
    ['vulngate_subscription', 'sub_\0', 'unlinked'],
  ] as const)('reads the metadata %s without its NULs: %j', async (name, text, outcome) => {
    const { send } = await start();
    expect(await send(changed('created', startMs, { metadata: { [name]: text } }))).toBe(outcome);
  });

  test('takes an unknown price that holds a NUL as any other unknown one', async () => {
    const { send } = await start();
    const event = changed('created', startMs, { ...byEmail, price: 'price_\0' });
    expect(await send({ ...event, id: 'evt_1' })).toBe('unlinked');
  });

  test('ignores other kinds of events, and refuses a signed one that is not what it says', async () => {
    const { send, billing, node } = await start();
    const created = Math.floor(startMs / 1000);
    expect(await send({ id: 'evt_1', type: 'customer.created', created, data: { object: {} } })).toBe('ignored');
    const broken = { id: 'evt_2', type: 'customer.subscription.updated', created, data: { object: { id: 7 } } };
    await expect(send(broken)).rejects.toMatchObject({ code: 'request.malformed' });
    const { payload, header } = signed([1], node.clock.nowMs());
    await expect(billing.handleStripeEvent(payload, header)).rejects.toMatchObject({ code: 'request.malformed' });
  });
});

describe('without a signing secret', () => {
  test('there is no billing', async () => {
    const nothing = {} as Parameters<typeof createBilling>[0];
    const billing = createBilling({ ...nothing, log: silentLog, config: { webhookSecret: null, prices: new Map() } });
    await expect(billing.handleStripeEvent('{}', 'x')).rejects.toMatchObject({ code: 'request.route_unknown' });
  });
});
