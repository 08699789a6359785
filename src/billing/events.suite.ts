import { Stripe } from 'stripe';
import { createClaims } from '../credentials/index.ts';
import { operatorActor, Secret, seededRandom, silentLog, type ManualClock } from '../kernel/index.ts';
import { createMailer } from '../mail/index.ts';
import { createQueue } from '../queue/index.ts';
import type { Bought } from '../config/index.ts';
import { nodeOn } from '../../test/support/actors.ts';
import type { TestDatabase } from '../../test/support/engines.ts';
import { createBilling, type BillingOutcome } from './index.ts';

export const webhookSecret = 'whsec_test_4f9c2d';

const prices = new Map<string, Bought>([
  ['price_plus', { kind: 'subscription', tier: 'plus' }],
  ['price_business', { kind: 'subscription', tier: 'business' }],
  ['price_starter', { kind: 'user', plan: 'starter' }],
  ['price_pro', { kind: 'user', plan: 'pro' }],
]);

/** An event as Stripe sends it; `atMs` is cut to whole seconds. */
export interface TestEvent {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  readonly data: { readonly object: Readonly<Record<string, unknown>> };
}

export const startMs = Date.UTC(2026, 0, 10, 8);
export const dayMs = 86_400_000;
const seconds = (atMs: number): number => Math.floor(atMs / 1000);

export interface SubscriptionFields {
  readonly id?: string;
  readonly status?: string;
  readonly price?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly cancelAtMs?: number;
  readonly endedAtMs?: number;
}

/** changed is a `customer.subscription.…` event. */
export const changed = (
  what: 'created' | 'updated' | 'deleted',
  atMs: number,
  fields: SubscriptionFields,
): TestEvent => {
  const { id = 'sub_stripe1', status = 'active', price = 'price_plus', metadata = {}, cancelAtMs, endedAtMs } = fields;
  return {
    id: `evt_${what}_${id}_${status}_${price}_${seconds(atMs)}_${cancelAtMs ?? ''}`,
    type: `customer.subscription.${what}`,
    created: seconds(atMs),
    data: {
      object: {
        id,
        object: 'subscription',
        status,
        created: seconds(startMs),
        start_date: seconds(startMs),
        cancel_at_period_end: cancelAtMs !== undefined,
        cancel_at: null,
        ended_at: endedAtMs === undefined ? null : seconds(endedAtMs),
        metadata,
        items: { data: [{ current_period_end: seconds(cancelAtMs ?? startMs + 30 * dayMs), price: { id: price } }] },
      },
    },
  };
};

/** invoiced is an `invoice.…` event, in the newer or the older form of the API. */
export const invoiced = (
  what: 'paid' | 'payment_failed',
  atMs: number,
  { id = 'sub_stripe1', isOldForm = false }: { readonly id?: string; readonly isOldForm?: boolean } = {},
): TestEvent => ({
  id: `evt_${what}_${id}_${seconds(atMs)}`,
  type: `invoice.${what}`,
  created: seconds(atMs),
  data: {
    object: isOldForm
      ? { object: 'invoice', subscription: id }
      : { object: 'invoice', parent: { subscription_details: { subscription: id } } },
  },
});

/** signed is the body of an event and its Stripe-Signature header. */
export const signed = (event: unknown, atMs: number, secret = webhookSecret) => {
  const payload = JSON.stringify(event);
  const header = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds(atMs) });
  return { payload, header };
};

/** billingOn builds billing with the real accounts, claims and mails on a control plane. */
export const billingOn = async (control: TestDatabase, clock?: ManualClock) => {
  const node = await nodeOn(control, clock === undefined ? {} : { clock });
  const { accounts, admission, audit, credentials } = node;
  const queue = createQueue({ control, clock: node.clock, random: seededRandom('queue'), log: silentLog });
  const mailConfig = { smtp: null, from: { name: '', address: 'vulngate@localhost' }, unaskedPerDay: 100 };
  const mail = createMailer({ control, clock: node.clock, log: silentLog, queue, config: mailConfig });
  const claims = createClaims({
    control,
    clock: node.clock,
    random: seededRandom('claims'),
    audit,
    mail,
    publicUrl: 'https://vulngate.example.org',
    issue: credentials.issue,
    contactsOf: accounts.contactsOf,
  });
  const billing = createBilling({
    control,
    clock: node.clock,
    log: silentLog,
    config: { webhookSecret: new Secret(webhookSecret), prices },
    verbs: {
      createSubscription: (tx, subscription) => accounts.subscriptions.create(subscription, tx),
      setSubscription: (tx, change) => accounts.subscriptions.set(change, tx),
      setPlan: (tx, change) => accounts.plans.set(change, tx),
      createFirstClaim: claims.createFirst,
      moveFence: admission.moveFence,
    },
  });
  const send = (event: TestEvent): Promise<BillingOutcome> => {
    const { payload, header } = signed(event, node.clock.nowMs());
    return billing.handleStripeEvent(payload, header);
  };
  const person = (email = 'ada@example.org') => accounts.users.create({ actor: operatorActor, email });
  const actions = async (): Promise<string[]> =>
    (await control.db.selectFrom('audit_entries').select('action').orderBy('seq').execute())
      .map(({ action }) => action)
      .filter((action) => !action.startsWith('user.') && !action.startsWith('account.'));
  return { node, billing, mail, claims, send, person, actions };
};
