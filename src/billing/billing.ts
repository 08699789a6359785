import type { BillingConfig, Bought, PlanName, SubscriptionTierName } from '../config/index.ts';
import { fail, systemActor, type Actor, type Clock, type Log } from '../kernel/index.ts';
import { inTransaction, type Control, type Db } from '../storage/index.ts';
import { bestState, deriveState, holderOf, type DerivedState } from './derived-state.ts';
import type { Holder, Notice, RecordedEvent } from './notice.ts';
import { readRecorded, recordedText } from './recorded.ts';
import { verifiedEvent } from './signature.ts';
import {
  findPerson,
  findSubscriber,
  hasEvent,
  insertEvent,
  listEvents,
  listLinks,
  lockPerson,
  takeLink,
  updateEventEffect,
  updateLink,
  type LinkRow,
} from './store.ts';
import { readStripeEvent, type Reference, type StripeEvent } from './stripe-event.ts';

type Target = Pick<LinkRow, 'target_kind' | 'target_id'>;
type RelevantEvent = StripeEvent & { readonly about: NonNullable<StripeEvent['about']> };

interface Dates {
  readonly status: DerivedState['status'];
  /** Null: no end in sight. */
  readonly periodEndMs: number | null;
  readonly pastDueSinceMs?: number;
}

/** The verbs of other modules that events lead to. Each joins the transaction that it is given. */
export interface BillingVerbs {
  createSubscription(
    tx: Db,
    input: {
      readonly actor: Actor;
      readonly email: string;
      readonly tier: SubscriptionTierName;
      readonly startMs: number;
    },
  ): Promise<{ readonly id: string }>;
  setSubscription(
    tx: Db,
    change: { readonly actor: Actor; readonly id: string; readonly tier: SubscriptionTierName } & Dates,
  ): Promise<unknown>;
  setPlan(
    tx: Db,
    change: {
      readonly actor: Actor;
      readonly userId: string;
      readonly plan: PlanName;
      readonly periodStartMs: number;
    } & Dates,
  ): Promise<unknown>;
  /** Mails a claim link for the first key of a subscription, unless it had a link or a key before. */
  createFirstClaim(
    tx: Db,
    claim: { readonly actor: Actor; readonly subscriptionId: string; readonly name: string; readonly email: string },
  ): Promise<unknown>;
  moveFence(tx: Db, ownerIds: readonly string[]): Promise<void>;
}

export interface BillingDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: BillingConfig;
  readonly verbs: BillingVerbs;
}

/**
 * `applied`: something of ours changed. `unchanged`: recorded, but nothing follows from it. `unlinked`: recorded; nobody of
 * ours is meant or nothing was bought yet, and the event may be sent again. `ignored`: of a kind that does not matter.
 * `repeated`: known already.
 */
export type BillingOutcome = 'applied' | 'unchanged' | 'unlinked' | 'ignored' | 'repeated';

export interface Billing {
  /**
   * handleStripeEvent takes the raw body of a webhook call and its Stripe-Signature header. Throws `billing.unsigned`,
   * `request.malformed`, and `request.route_unknown` when no signing secret is configured.
   */
  handleStripeEvent(rawBody: Uint8Array | string, signature: string | undefined): Promise<BillingOutcome>;
}

const firstKeyName = 'First key';

const isSame = (a: DerivedState | null, b: DerivedState | null): boolean => JSON.stringify(a) === JSON.stringify(b);

const datesOf = ({ status, periodEndMs, pastDueSinceMs }: DerivedState): Dates => ({
  status,
  periodEndMs,
  ...(pastDueSinceMs === null ? {} : { pastDueSinceMs }),
});

export const createBilling = ({ control, clock, log, config, verbs }: BillingDeps): Billing => {
  /** Who is meant: a subscription of ours before a person, an id before an address. */
  const resolve = async (tx: Db, { subscriptionId, userId, email }: Reference): Promise<Holder | null> => {
    if (subscriptionId !== null) {
      const person = await findSubscriber(tx, subscriptionId);
      return person === undefined ? null : { userId: person.id, subscriptionId };
    }
    const by =
      userId !== null
        ? ({ column: 'id', value: userId } as const)
        : ({ column: 'email', value: email?.trim().toLowerCase() ?? '' } as const);
    const person = await findPerson(tx, by);
    return person === undefined ? null : { userId: person.id, subscriptionId: null };
  };

  const eventsOf = async (tx: Db, subjects: readonly string[]): Promise<Map<string, RecordedEvent[]>> =>
    new Map(
      Map.groupBy(await listEvents(tx, subjects), ({ subject }) => subject)
        .entries()
        .map(([subject, rows]) => [subject, rows.flatMap((row) => readRecorded(row) ?? [])]),
    );

  /** tie finds or makes what an object of the provider stands for; null when nobody is meant, or nothing was paid yet. */
  const tie = async (tx: Db, stripeId: string, actor: Actor): Promise<Target | null> => {
    const events = (await eventsOf(tx, [stripeId])).get(stripeId) ?? [];
    const [holder, state] = [holderOf(events), deriveState(events, config.prices)];
    if (holder === null || state === null) return null;
    const target: Target =
      state.bought.kind === 'user'
        ? { target_kind: 'user', target_id: holder.userId }
        : { target_kind: 'subscription', target_id: await subscriptionFor(tx, holder, state.bought, state, actor) };
    await updateLink(tx, stripeId, target);
    return target;
  };

  const subscriptionFor = async (
    tx: Db,
    { userId, subscriptionId }: Holder,
    { tier }: Extract<Bought, { kind: 'subscription' }>,
    { startedAtMs: startMs }: DerivedState,
    actor: Actor,
  ): Promise<string> => {
    if (subscriptionId !== null) return subscriptionId;
    const person = await findPerson(tx, { column: 'id', value: userId });
    if (person === undefined) throw fail('account.not_found');
    return (await verbs.createSubscription(tx, { actor, email: person.email, tier, startMs })).id;
  };

  const effect = async (tx: Db, targetId: string, state: DerivedState, actor: Actor): Promise<void> => {
    const { bought } = state;
    if (bought.kind === 'user') {
      const { startedAtMs: periodStartMs } = state;
      await verbs.setPlan(tx, { actor, userId: targetId, plan: bought.plan, periodStartMs, ...datesOf(state) });
      return;
    }
    await verbs.setSubscription(tx, { actor, id: targetId, tier: bought.tier, ...datesOf(state) });
    const person = state.status === 'cancelled' ? undefined : await findSubscriber(tx, targetId);
    if (person !== undefined) {
      const claim = { actor, subscriptionId: targetId, name: firstKeyName, email: person.email };
      await verbs.createFirstClaim(tx, claim);
    }
  };

  /** wantedOf derives what all that stands for one of ours comes to, with an event and as it was without. */
  const wantedOf = async (tx: Db, target: Target, eventId: string) => {
    const links = (await listLinks(tx, target)).map(({ stripe_id }) => stripe_id);
    const recorded = [...(await eventsOf(tx, links)).values()];
    const derive = (isCounted: (id: string) => boolean): DerivedState | null =>
      bestState(
        recorded
          .flatMap(
            (events) =>
              deriveState(
                events.filter(({ id }) => isCounted(id)),
                config.prices,
              ) ?? [],
          )
          .filter(({ bought }) => bought.kind === target.target_kind),
      );
    return { before: derive((id) => id !== eventId), after: derive(() => true) };
  };

  /** record writes what an event says. */
  const record = async (tx: Db, event: RelevantEvent): Promise<void> => {
    const { notice, reference, subscription } = event.about;
    const known: Notice = notice.kind === 'snapshot' ? { ...notice, holder: await resolve(tx, reference) } : notice;
    const isNew = await insertEvent(tx, {
      id: event.id,
      kind: event.type,
      subject: subscription,
      event_at_ms: event.atMs,
      received_at_ms: clock.nowMs(),
      effect: recordedText(known),
    });
    // Sent again, perhaps because the person exists by now.
    if (!isNew) await updateEventEffect(tx, event.id, recordedText(known));
  };

  const apply = async (tx: Db, event: RelevantEvent): Promise<BillingOutcome> => {
    const { subscription } = event.about;
    // Before the event is written: whoever comes second sees what the first one wrote.
    const link = await takeLink(control.engine, tx, subscription);
    const isTied = link.target_id !== '';
    if (isTied && (await hasEvent(tx, event.id))) return 'repeated';
    await record(tx, event);
    if (event.atMs > link.last_event_at_ms) await updateLink(tx, subscription, { last_event_at_ms: event.atMs });

    const actor: Actor = { ...systemActor, name: 'Stripe', client: 'Stripe', correlationId: event.id };
    const target = isTied ? link : await tie(tx, subscription, actor);
    if (target === null) return 'unlinked';
    if (target.target_kind === 'user') await lockPerson(control.engine, tx, target.target_id);
    else await verbs.moveFence(tx, [target.target_id]);
    const { before, after } = await wantedOf(tx, target, event.id);
    if (after === null || (isTied && isSame(before, after))) return 'unchanged';
    await effect(tx, target.target_id, after, actor);
    return 'applied';
  };

  return {
    handleStripeEvent: async (rawBody, signature) => {
      if (config.webhookSecret === null) throw fail('request.route_unknown');
      const event = readStripeEvent(
        await verifiedEvent({ rawBody, signature, secret: config.webhookSecret, nowMs: clock.nowMs() }),
      );
      const { about } = event;
      if (about === null) return 'ignored';
      const outcome = await inTransaction(control.db, (tx) => apply(tx, { ...event, about }));
      log.info('billing.event', { id: event.id, kind: event.type, outcome });
      return outcome;
    },
  };
};
