import { z } from 'zod';
import type { BillingConfig, Bought } from './sections.ts';
import type { OptionValues, Problem } from './values.ts';

const Prices = z.record(
  z.string().regex(/^[A-Za-z0-9_]{1,255}$/, 'is not the id of a price'),
  z.union([
    z.strictObject({ tier: z.enum(['free', 'plus', 'pro', 'business', 'enterprise']) }),
    z.strictObject({ plan: z.enum(['starter', 'pro', 'enterprise']) }),
  ]),
);

/** billingOf reads the secret of the webhook and what each price buys. */
export const billingOf = (values: OptionValues, problems: Problem[]): BillingConfig => {
  const parsed = Prices.safeParse(values.stripePrices ?? {});
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`);
    const fix = 'Give {"price_…":{"tier":"plus"}} or {"price_…":{"plan":"pro"}}.';
    problems.push({ name: 'VULNGATE_STRIPE_PRICES', given: null, problem: issues.join('; '), fix });
  }
  const entries = Object.entries(parsed.data ?? {}).map(([price, bought]): [string, Bought] => [
    price,
    'tier' in bought ? { kind: 'subscription', tier: bought.tier } : { kind: 'user', plan: bought.plan },
  ]);
  return { webhookSecret: values.stripeWebhookSecret, prices: new Map(entries) };
};
