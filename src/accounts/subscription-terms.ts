import type { SubscriptionTiers } from '../config/index.ts';
import { fail, type Terms } from '../kernel/index.ts';
import { alwaysMs, type Standing } from './standing.ts';
import type { SubscriptionRow } from './store/subscription-store.ts';

/** termsOf resolves what the tier and the subscription's own figures allow. */
export const termsOf = (row: SubscriptionRow, tiers: SubscriptionTiers): Terms => {
  const tier = Object.values(tiers).find(({ name }) => name === row.tier);
  if (tier === undefined) throw fail('internal.unexpected', { internal: `subscription of unknown tier ${row.tier}` });
  return {
    planName: `CyberSecFeed ${tier.title}`,
    creditLimitMillicredits: row.credits_millicredits ?? tier.creditsMillicredits,
    rate: tier.rate,
    periodAnchorMs: row.started_at_ms,
  };
};

/** standingOf turns status and dates into refusals: cancelled ends with its period, past due after the grace. */
export const standingOf = (
  row: SubscriptionRow & { readonly user_state: 'active' | 'disabled' },
  tiers: SubscriptionTiers,
  graceMs: number,
): Standing => {
  const refusals: Standing['refusals'][number][] = [];
  if (row.user_state === 'disabled') refusals.push({ code: 'owner.disabled', fromMs: alwaysMs });
  switch (row.status) {
    case 'active':
      break;
    case 'expired':
      refusals.push({ code: 'plan.expired', fromMs: alwaysMs });
      break;
    case 'cancelled':
      refusals.push({ code: 'plan.ended', fromMs: row.period_end_ms ?? alwaysMs });
      break;
    case 'past_due':
      refusals.push({ code: 'plan.past_due', fromMs: (row.past_due_since_ms ?? alwaysMs) + graceMs });
      break;
  }
  return { terms: termsOf(row, tiers), refusals };
};
