import type { SubscriptionTierName, SubscriptionTiers } from '../config/index.ts';
import { fail, newId, type Terms } from '../kernel/index.ts';
import { inTransaction } from '../storage/index.ts';
import type { AccountsDeps } from './deps.ts';
import { alwaysMs, type Standing } from './standing.ts';
import {
  findSubscription,
  findSubscriptionWithUser,
  findUserByEmail,
  insertSubscription,
  updateSubscription,
  type SubscriptionRow,
} from './store.ts';
import { normalEmail } from './users.ts';

export type SubscriptionStatus = SubscriptionRow['status'];

export interface Subscription {
  readonly id: string;
  readonly userId: string;
  readonly tier: string;
  readonly status: SubscriptionStatus;
  readonly startedAtMs: number;
  readonly periodEndMs: number | null;
  readonly pastDueSinceMs: number | null;
  readonly terms: Terms;
}

export interface NewSubscription {
  readonly email: string;
  readonly tier: SubscriptionTierName;
  /** Overrides the tier's monthly credits. */
  readonly creditsMillicredits?: number;
  /** The instant that monthly periods are anchored to. Default: now. */
  readonly startMs?: number;
}

export interface SubscriptionChange {
  readonly tier?: SubscriptionTierName;
  readonly status?: SubscriptionStatus;
  readonly periodEndMs?: number;
  readonly usedMillicredits?: number;
}

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
      refusals.push({ code: 'plan.ended', fromMs: alwaysMs });
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

export const subscriptionVerbs = (deps: AccountsDeps) => {
  const { control, clock, tiers } = deps;

  const subscriptionOf = (row: SubscriptionRow): Subscription => ({
    id: row.id,
    userId: row.user_id,
    tier: row.tier,
    status: row.status,
    startedAtMs: row.started_at_ms,
    periodEndMs: row.period_end_ms,
    pastDueSinceMs: row.past_due_since_ms,
    terms: termsOf(row, tiers),
  });

  const get = async (id: string): Promise<Subscription> => {
    const row = await findSubscription(control.db, id);
    if (row === undefined) throw fail('subscription.not_found', { message: `No subscription ${id}` });
    return subscriptionOf(row);
  };

  const create = async (input: NewSubscription): Promise<Subscription> => {
    const user = await findUserByEmail(control.db, normalEmail(input.email));
    if (user === undefined) throw fail('account.not_found', { message: `No user with the address ${input.email}` });
    const nowMs = clock.nowMs();
    const row: SubscriptionRow = {
      id: newId(deps.random, 'sub'),
      user_id: user.id,
      tier: input.tier,
      status: 'active',
      started_at_ms: input.startMs ?? nowMs,
      period_end_ms: null,
      past_due_since_ms: null,
      credits_millicredits: input.creditsMillicredits ?? null,
      created_at_ms: nowMs,
      updated_at_ms: nowMs,
    };
    await insertSubscription(control.db, row, deps.meters.openMeter);
    return subscriptionOf(row);
  };

  /** What a new status does to the dates; a reactivation forgets both. */
  const datesOf = (row: SubscriptionRow, change: SubscriptionChange): Partial<SubscriptionRow> => {
    const nowMs = clock.nowMs();
    const given = change.periodEndMs === undefined ? {} : { period_end_ms: change.periodEndMs };
    if (change.status === undefined) return given;
    switch (change.status) {
      case 'active':
        return { period_end_ms: null, past_due_since_ms: null, ...given };
      case 'cancelled':
        return { period_end_ms: deps.periodAt(row.started_at_ms, nowMs).endMs, past_due_since_ms: null, ...given };
      case 'past_due':
        return { past_due_since_ms: row.past_due_since_ms ?? nowMs, ...given };
      case 'expired':
        return { period_end_ms: row.period_end_ms ?? nowMs, ...given };
    }
  };

  const set = async (id: string, change: SubscriptionChange): Promise<Subscription> => {
    await inTransaction(control.db, async (tx) => {
      // The fence first: its row lock makes concurrent changes and charges of this owner wait for this one.
      await deps.meters.moveFence(tx, [id]);
      const row = await findSubscription(tx, id);
      if (row === undefined) throw fail('subscription.not_found', { message: `No subscription ${id}` });
      await updateSubscription(tx, id, {
        ...(change.tier === undefined ? {} : { tier: change.tier }),
        ...(change.status === undefined ? {} : { status: change.status }),
        ...datesOf(row, change),
        updated_at_ms: clock.nowMs(),
      });
      if (change.usedMillicredits !== undefined) {
        await deps.meters.setUsed(tx, id, termsOf(row, tiers), change.usedMillicredits);
      }
    });
    return get(id);
  };

  /** standing returns what the subscription may do, or null when it does not exist. */
  const standing = async (id: string): Promise<Standing | null> => {
    const row = await findSubscriptionWithUser(control.db, id);
    return row === undefined ? null : standingOf(row, tiers, deps.graceMs);
  };

  return { create, get, set, standing };
};
