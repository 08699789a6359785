import { z } from 'zod';

export type SubscriptionTierName = 'free' | 'plus' | 'pro' | 'business' | 'enterprise';

/** SubscriptionTier is what a tier of the subscription-key family gives. null means without limit, or by agreement. */
export interface SubscriptionTier {
  readonly name: SubscriptionTierName;
  /** For people: "Plus". */
  readonly title: string;
  readonly creditsMillicredits: number | null;
  readonly priceCents: number | null;
  readonly rate: { readonly limit: number; readonly windowMs: number } | null;
  readonly support: string;
}

export type SubscriptionTiers = Readonly<Record<SubscriptionTierName, SubscriptionTier>>;

const minuteMs = 60_000;

const tier = (
  name: SubscriptionTierName,
  title: string,
  credits: number | null,
  priceDollars: number | null,
  support: string,
): SubscriptionTier => ({
  name,
  title,
  creditsMillicredits: credits === null ? null : credits * 1000,
  priceCents: priceDollars === null ? null : priceDollars * 100,
  rate: name === 'free' ? { limit: 5, windowMs: minuteMs } : null,
  support,
});

/** documentedTiers are the tiers as the service documents them. */
export const documentedTiers: SubscriptionTiers = {
  free: tier('free', 'Free', 1000, 0, 'Community forums'),
  plus: tier('plus', 'Plus', 30_000, 49, 'Email support (24h)'),
  pro: tier('pro', 'Pro', 200_000, 299, 'Priority support (8h)'),
  business: tier('business', 'Business', 2_000_000, 1999, 'Dedicated support'),
  enterprise: tier('enterprise', 'Enterprise', null, null, 'Custom SLA & features'),
};

const Change = z.strictObject({
  credits: z.number().min(0).max(1e12).multipleOf(0.001).nullable().optional(),
  price: z.number().min(0).max(1e9).multipleOf(0.01).nullable().optional(),
  rateLimit: z.number().int().min(1).max(1e6).nullable().optional(),
  support: z.string().min(1).max(200).optional(),
});

const Changes = z.strictObject({
  free: Change.optional(),
  plus: Change.optional(),
  pro: Change.optional(),
  business: Change.optional(),
  enterprise: Change.optional(),
});

/** TierOutcome holds the tiers, or every issue found, each with its path. */
export type TierOutcome =
  | { readonly ok: true; readonly tiers: SubscriptionTiers }
  | { readonly ok: false; readonly issues: readonly string[] };

/** applyTierChanges lays changes (`{plus: {credits, price, rateLimit, support}}`) over the documented tiers. */
export const applyTierChanges = (given: unknown): TierOutcome => {
  if (given === null) return { ok: true, tiers: documentedTiers };
  const parsed = Changes.safeParse(given);
  if (!parsed.success) {
    return {
      ok: false,
      issues: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`),
    };
  }
  const changed = (name: SubscriptionTierName): SubscriptionTier => {
    const before = documentedTiers[name];
    const change = parsed.data[name] ?? {};
    const { credits, price, rateLimit } = change;
    return {
      ...before,
      support: change.support ?? before.support,
      creditsMillicredits: credits === undefined ? before.creditsMillicredits : scaled(credits, 1000),
      priceCents: price === undefined ? before.priceCents : scaled(price, 100),
      rate:
        rateLimit === undefined ? before.rate : rateLimit === null ? null : { limit: rateLimit, windowMs: minuteMs },
    };
  };
  return {
    ok: true,
    tiers: {
      free: changed('free'),
      plus: changed('plus'),
      pro: changed('pro'),
      business: changed('business'),
      enterprise: changed('enterprise'),
    },
  };
};

const scaled = (value: number | null, factor: number): number | null =>
  value === null ? null : Math.round(value * factor);
