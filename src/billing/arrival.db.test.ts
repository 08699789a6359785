import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eachEngine } from '../../test/support/engines.ts';
import { billingOn, changed, dayMs, invoiced, startMs, type TestEvent } from './events.suite.ts';

// Risk: events that arrive twice, late, or in another order leave somebody with more or less than was paid for.

const endMs = startMs + 60 * dayMs;

/** Two lives of a subscription and one of a plan, as Stripe tells them. */
const story = (userId: string): TestEvent[] => {
  const one = { id: 'sub_one', metadata: { email: 'ada@example.org' } };
  const two = { id: 'sub_two', metadata: { vulngate_user: userId } };
  return [
    changed('created', startMs, { ...one, status: 'incomplete' }),
    invoiced('paid', startMs + 1000, one),
    changed('updated', startMs + 1000, one),
    invoiced('payment_failed', startMs + 30 * dayMs, one),
    changed('updated', startMs + 30 * dayMs, { ...one, status: 'past_due' }),
    invoiced('paid', startMs + 33 * dayMs, { ...one, isOldForm: true }),
    changed('updated', startMs + 34 * dayMs, { ...one, price: 'price_business' }),
    changed('updated', startMs + 40 * dayMs, { ...one, price: 'price_business', cancelAtMs: endMs }),
    changed('created', startMs, { ...two, price: 'price_starter' }),
    changed('updated', startMs + 5 * dayMs, { ...two, price: 'price_pro' }),
    invoiced('payment_failed', startMs + 31 * dayMs, two),
    invoiced('payment_failed', startMs + 35 * dayMs, two),
  ];
};

eachEngine('what was paid for', (makeDatabase, engine) => {
  test('is the same for any order and repetition of the events', async () => {
    const indexes = Array.from({ length: story('').length }, (_, index) => index);
    const order = fc
      .tuple(
        fc.shuffledSubarray(indexes, { minLength: indexes.length }),
        fc.array(fc.constantFrom(...indexes), { maxLength: 8 }),
      )
      .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }));
    const runs = fc.sample(order, { numRuns: engine === 'sqlite' ? 40 : 10, seed: 20_261_121 });
    for (const run of runs) {
      const control = await makeDatabase();
      const { send, node, person } = await billingOn(control);
      const user = await person();
      const events = story(user.id);
      for (const index of run) {
        const event = events[index];
        if (event !== undefined) await send(event);
      }
      const subscriptions = await node.accounts.subscriptions.listOf(user.id);
      const context = JSON.stringify(run);
      expect(subscriptions, context).toHaveLength(1);
      expect(subscriptions[0], context).toMatchObject({
        tier: 'business',
        status: 'cancelled',
        startedAtMs: startMs,
        periodEndMs: endMs,
        pastDueSinceMs: null,
      });
      expect(await node.accounts.plans.get(user.id), context).toMatchObject({
        plan: 'pro',
        status: 'past_due',
        startedAtMs: startMs,
        periodEndMs: null,
        pastDueSinceMs: startMs + 31 * dayMs,
      });
      await control.close();
    }
  });

  test('is the same when all events arrive at once', async () => {
    const control = await makeDatabase();
    const { send, node, person } = await billingOn(control);
    const user = await person();
    await Promise.all(story(user.id).flatMap((event) => [send(event), send(event)]));
    expect(await node.accounts.subscriptions.listOf(user.id)).toMatchObject([
      { tier: 'business', status: 'cancelled', periodEndMs: endMs },
    ]);
    expect(await node.accounts.plans.get(user.id)).toMatchObject({
      plan: 'pro',
      status: 'past_due',
      pastDueSinceMs: startMs + 31 * dayMs,
    });
  });
});
