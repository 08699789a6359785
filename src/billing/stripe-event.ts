import { z } from 'zod';
import { fail } from '../kernel/index.ts';
import { providerStatuses, type Notice } from './notice.ts';

/** An event of Stripe, as far as it matters here. */
export interface StripeEvent {
  readonly id: string;
  readonly type: string;
  readonly atMs: number;
  /** The subscription at Stripe that it is about, and what it says of it; null for events that say nothing of one. */
  readonly about: { readonly subscription: string; readonly notice: Notice; readonly reference: Reference } | null;
}

/** Who is meant on our side, from the metadata that the operator's checkout puts on the subscription. */
export interface Reference {
  readonly userId: string | null;
  readonly subscriptionId: string | null;
  readonly email: string | null;
}

const Id = z.string().min(1).max(255);
const Seconds = z.number().int().min(0).max(1e11);
const Reffed = z
  .union([Id, z.looseObject({ id: Id })])
  .transform((value) => (typeof value === 'string' ? value : value.id));

const Event = z.looseObject({
  id: Id,
  type: z.string().max(255),
  created: Seconds,
  data: z.looseObject({ object: z.looseObject({}) }),
});

const Subscription = z.looseObject({
  id: Id,
  status: z.enum(providerStatuses),
  created: Seconds,
  start_date: Seconds.nullish(),
  cancel_at_period_end: z.boolean().nullish(),
  cancel_at: Seconds.nullish(),
  ended_at: Seconds.nullish(),
  current_period_end: Seconds.nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  items: z.looseObject({
    data: z.array(z.looseObject({ current_period_end: Seconds.nullish(), price: z.looseObject({ id: Id }).nullish() })),
  }),
});

const Invoice = z.looseObject({
  subscription: Reffed.nullish(),
  parent: z
    .looseObject({ subscription_details: z.looseObject({ subscription: Reffed.nullish() }).nullish() })
    .nullish(),
});

const ms = (seconds: number | null | undefined): number | null =>
  (seconds ?? null) === null ? null : Number(seconds) * 1000;
/** What comes from a form of the operator's may hold anything; PostgreSQL takes no NUL, even to compare. */
const withoutNul = (text: string | undefined): string | null => text?.replaceAll('\0', '') ?? null;
const nobody: Reference = { userId: null, subscriptionId: null, email: null };

const readSubscription = (object: unknown): StripeEvent['about'] => {
  const { id, status, items, metadata, ...rest } = readAs(Subscription, object);
  // Newer versions of the API keep the period with the items.
  const ends = items.data.flatMap((item) => item.current_period_end ?? []);
  const periodEndMs = ms(rest.current_period_end ?? (ends.length === 0 ? null : Math.max(...ends)));
  const cancelAtMs = ms(rest.cancel_at) ?? (rest.cancel_at_period_end === true ? periodEndMs : null);
  return {
    subscription: id,
    notice: {
      kind: 'snapshot',
      status,
      prices: items.data.flatMap(({ price }) => price?.id ?? []),
      startedAtMs: (rest.start_date ?? rest.created) * 1000,
      periodEndMs,
      cancelAtMs,
      endedAtMs: ms(rest.ended_at),
      holder: null,
    },
    reference: {
      userId: withoutNul(metadata?.['vulngate_user']),
      subscriptionId: withoutNul(metadata?.['vulngate_subscription']),
      email: withoutNul(metadata?.['email']),
    },
  };
};

const readInvoice = (object: unknown, kind: 'paid' | 'payment_failed'): StripeEvent['about'] => {
  const { subscription, parent } = readAs(Invoice, object);
  const id = subscription ?? parent?.subscription_details?.subscription ?? null;
  return id === null ? null : { subscription: id, notice: { kind }, reference: nobody };
};

const readAs = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => path.join('.') || 'body').join(', ');
  throw fail('request.malformed', { message: `Not an event of the kind that it names: ${places}` });
};

const readAbout = (type: string, object: unknown): StripeEvent['about'] => {
  switch (type) {
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
    case 'customer.subscription.paused':
    case 'customer.subscription.resumed':
      return readSubscription(object);
    case 'invoice.paid':
      return readInvoice(object, 'paid');
    case 'invoice.payment_failed':
      return readInvoice(object, 'payment_failed');
    default:
      return null;
  }
};

/** readStripeEvent reads an event whose signature has been checked. Throws `request.malformed`. */
export const readStripeEvent = (value: unknown): StripeEvent => {
  const { id, type, created, data } = readAs(Event, value);
  const about = readAbout(type, data.object);
  // Stripe makes no ids with a NUL. Refused, the event would be sent again for days, and be no better.
  const isKeepable = !`${id}${about?.subscription ?? ''}`.includes('\0');
  return { id, type, atMs: created * 1000, about: isKeepable ? about : null };
};
