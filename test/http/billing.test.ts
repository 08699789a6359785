/** Events of the payment provider over the wire: the raw bytes decide. */
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorActor } from '../../src/kernel/index.ts';
import { openPeopleApp, type PeopleApp } from '../support/people-app.ts';
import { ask, at } from '../support/wire.ts';

const secret = 'whsec_of_this_test';
let server: PeopleApp;
beforeAll(async () => {
  server = await openPeopleApp({
    stripeWebhookSecret: secret,
    stripePrices: '{"price_pro":{"plan":"pro"},"price_plus":{"tier":"plus"}}',
    publicUrl: 'https://vulns.example.org',
  });
});
afterAll(() => server.close());

const subscriptionEvent = (id: string, price: string, email: string, more: object = {}): string => {
  const seconds = Math.floor(server.clock.nowMs() / 1000);
  return JSON.stringify({
    id,
    object: 'event',
    type: 'customer.subscription.created',
    created: seconds,
    data: {
      object: {
        id: `sub_${id}`,
        object: 'subscription',
        customer: `cus_${id}`,
        status: 'active',
        created: seconds,
        start_date: seconds,
        cancel_at_period_end: false,
        metadata: { email },
        ...more,
        items: {
          data: [{ price: { id: price }, current_period_start: seconds, current_period_end: seconds + 2_592_000 }],
        },
      },
    },
  });
};

const post = (body: string, signature: string) =>
  ask(server.url, '/api/billing/stripe', {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
    body,
  });
const signatureOf = (payload: string): string =>
  Stripe.webhooks.generateTestHeaderString({
    payload,
    secret,
    timestamp: Math.floor(server.clock.nowMs() / 1000),
  });

describe('an event', () => {
  it('changes a plan at once, also of keys that were suspended', async () => {
    const ada = await server.person('ada@example.org', 'free');
    expect((await ada.call('POST', '/api/create-api-key', { name: 'x' })).status).toBe(403);
    const body = subscriptionEvent('evt_plan', 'price_pro', ada.email);
    const answer = await post(body, signatureOf(body));
    expect([answer.status, answer.json]).toEqual([200, { received: true }]);
    expect((await post(body, signatureOf(body))).status).toBe(200);
    expect((await ada.call('POST', '/api/create-api-key', { name: 'x' })).status).toBe(200);
  });

  it('of a new subscription mails a link that gives the key once, and raises an alarm the second time', async () => {
    await server.app.parts.accounts.users.create({ actor: operatorActor, email: 'bob@example.org' });
    const body = subscriptionEvent('evt_tier', 'price_plus', 'bob@example.org');
    expect((await post(body, signatureOf(body))).status).toBe(200);
    const { text } = await server.lastMail('bob@example.org');
    const token = /https:\/\/vulns\.example\.org\/claim#(\S+)/.exec(text)?.[1];
    const claimed = await server.call('POST', '/api/claim', { token });
    expect([claimed.status, claimed.headers['cache-control']]).toEqual([200, 'no-store']);
    const key = String(at(claimed.json, 'credential'));
    expect((await server.call('GET', '/api/v1/ping', undefined, { 'x-api-key': key })).status).toBe(200);
    const again = await server.call('POST', '/api/claim', { token });
    expect([again.status, at(again.json, 'error', 'code')]).toEqual([404, 'claim.refused']);
    expect((await server.lastMail('bob@example.org')).subject).toBe('A one-time link was opened again');
    expect(server.lines.join('')).not.toContain(key);
    expect(server.lines.join('')).not.toContain(String(token));
  });

  it('may be as large as an invoice with many lines, and no larger than that', async () => {
    const carl = await server.person('carl@example.org', 'free');
    const sized = (bytes: number): string =>
      subscriptionEvent('evt_large', 'price_pro', carl.email, { description: 'x'.repeat(bytes) });
    const body = sized(500 * 1024);
    expect((await post(body, signatureOf(body))).status).toBe(200);
    expect((await server.app.parts.accounts.users.get(carl.id))?.plan).toBe('pro');
    const beyond = sized(513 * 1024);
    const refused = await post(beyond, signatureOf(beyond));
    expect([refused.status, at(refused.json, 'error', 'code')]).toEqual([413, 'request.too_large']);
  });

  it('counts only when these very bytes are signed', async () => {
    const body = subscriptionEvent('evt_forged', 'price_pro', 'ada@example.org');
    for (const signature of ['', 't=1,v1=00', signatureOf(`${body} `)]) {
      const answer = await post(body, signature);
      expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([400, 'billing.unsigned']);
    }
  });
});

it('there is no such path where nobody bills', async () => {
  const without = await openPeopleApp();
  const answer = await without.call('POST', '/api/billing/stripe', { id: 'evt' });
  expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([404, 'request.route_unknown']);
  await without.close();
});
