import type { SubscriptionTierName } from '../config/index.ts';
import { fail, newId, type Actor, type Terms } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import type { AccountsDeps } from './deps.ts';
import { normalEmail } from './email-address.ts';
import { requireAdministrator } from './permission.ts';
import {
  findSubscription,
  insertSubscription,
  listSubscriptionsOf,
  updateSubscription,
  type SubscriptionRow,
} from './store/subscription-store.ts';
import { findUserByEmail } from './store/user-store.ts';
import { termsOf } from './subscription-terms.ts';

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
  readonly actor: Actor;
  readonly email: string;
  readonly tier: SubscriptionTierName;
  /** Overrides the tier's monthly credits. */
  readonly creditsMillicredits?: number;
  /** The instant that monthly periods are anchored to. Default: now. */
  readonly startMs?: number;
}

export interface SubscriptionChange {
  readonly actor: Actor;
  readonly id: string;
  readonly tier?: SubscriptionTierName;
  readonly status?: SubscriptionStatus;
  /** Null forgets it. */
  readonly periodEndMs?: number | null;
  /** Of a payment that is overdue: since when. Default: now, or since it first was. */
  readonly pastDueSinceMs?: number;
  readonly usedMillicredits?: number;
}

/** What the audit log keeps of a subscription. */
const auditedOf = (row: SubscriptionRow): Record<string, unknown> => ({
  tier: row.tier,
  status: row.status,
  period_end_ms: row.period_end_ms,
  past_due_since_ms: row.past_due_since_ms,
});

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

  const getRow = async (db: Db, id: string): Promise<SubscriptionRow> => {
    const row = await findSubscription(db, id);
    if (row === undefined) throw fail('subscription.not_found', { message: `No subscription ${id}` });
    return row;
  };

  const get = async (id: string): Promise<Subscription> => subscriptionOf(await getRow(control.db, id));

  const listOf = async (userId: string): Promise<Subscription[]> =>
    (await listSubscriptionsOf(control.db, userId)).map(subscriptionOf);

  /** create with `within` joins that transaction. */
  const create = (input: NewSubscription, within: Db = control.db): Promise<Subscription> =>
    inTransaction(within, async (tx) => {
      await requireAdministrator(tx, input.actor);
      const user = await findUserByEmail(tx, normalEmail(input.email));
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
      await insertSubscription(tx, row);
      await deps.meters.openMeter(tx, row.id);
      await deps.audit.record(tx, {
        actor: input.actor,
        scope: { kind: 'subscription', id: row.id },
        action: 'subscription.created',
        object: { kind: 'subscription', id: row.id },
        after: { ...auditedOf(row), user_id: user.id, credits_millicredits: row.credits_millicredits },
      });
      return subscriptionOf(row);
    });

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
        return {
          past_due_since_ms:
            change.pastDueSinceMs ?? row.past_due_since_ms ?? Math.min(nowMs, change.periodEndMs ?? nowMs),
          ...given,
        };
      case 'expired':
        return { period_end_ms: row.period_end_ms ?? nowMs, ...given };
    }
  };

  /** set with `within` joins that transaction. */
  const set = (change: SubscriptionChange, within: Db = control.db): Promise<Subscription> =>
    inTransaction(within, async (tx) => {
      const { actor, id } = change;
      await requireAdministrator(tx, actor);
      // The fence first: its row lock makes concurrent changes and charges of this owner wait for this one.
      await deps.meters.moveFence(tx, [id]);
      const row = await getRow(tx, id);
      await updateSubscription(tx, id, {
        ...(change.tier === undefined ? {} : { tier: change.tier }),
        ...(change.status === undefined ? {} : { status: change.status }),
        ...datesOf(row, change),
        updated_at_ms: clock.nowMs(),
      });
      const { usedMillicredits } = change;
      if (usedMillicredits !== undefined) await deps.meters.setUsed(tx, id, termsOf(row, tiers), usedMillicredits);
      const changed = await getRow(tx, id);
      await deps.audit.record(tx, {
        actor,
        scope: { kind: 'subscription', id },
        action: 'subscription.changed',
        object: { kind: 'subscription', id },
        before: auditedOf(row),
        after: {
          ...auditedOf(changed),
          ...(usedMillicredits === undefined ? {} : { used_millicredits: usedMillicredits }),
        },
      });
      return subscriptionOf(changed);
    });

  return { create, get, listOf, set };
};
