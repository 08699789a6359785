import type { Bought } from '../config/index.ts';
import { inOrder, type Holder, type RecordedEvent, type SnapshotNotice } from './notice.ts';

/** What the events of one subscription at the provider come to. Times are epoch milliseconds. */
export interface DerivedState {
  readonly bought: Bought;
  readonly status: 'active' | 'cancelled' | 'past_due';
  readonly startedAtMs: number;
  /** End of access, when it is cancelled or has ended. */
  readonly periodEndMs: number | null;
  readonly pastDueSinceMs: number | null;
}

interface Progress {
  readonly snapshot: SnapshotNotice | null;
  readonly bought: Bought | null;
  /** When the last snapshot was made. */
  readonly atMs: number;
  /** What payments since the last snapshot have made of it. */
  readonly payment: 'paid' | 'failed' | null;
  readonly pastDueSinceMs: number | null;
}

const nothing: Progress = { snapshot: null, bought: null, atMs: 0, payment: null, pastDueSinceMs: null };

const isOverdue = ({ status }: SnapshotNotice): boolean => status === 'past_due' || status === 'unpaid';

const after = (progress: Progress, { atMs, notice }: RecordedEvent, prices: ReadonlyMap<string, Bought>): Progress => {
  switch (notice.kind) {
    case 'snapshot': {
      const bought = notice.prices.map((price) => prices.get(price)).find((each) => each !== undefined);
      return {
        snapshot: notice,
        bought: bought ?? progress.bought,
        atMs,
        payment: null,
        pastDueSinceMs: isOverdue(notice) ? (progress.pastDueSinceMs ?? atMs) : null,
      };
    }
    case 'paid':
      return { ...progress, payment: 'paid', pastDueSinceMs: null };
    case 'payment_failed':
      return { ...progress, payment: 'failed', pastDueSinceMs: progress.pastDueSinceMs ?? atMs };
  }
};

/** accessOf is what a snapshot and the payments after it allow. */
const accessOf = ({
  snapshot,
  payment,
  pastDueSinceMs,
  atMs,
}: Progress & { readonly snapshot: SnapshotNotice }): Pick<
  DerivedState,
  'status' | 'periodEndMs' | 'pastDueSinceMs'
> | null => {
  const { cancelAtMs } = snapshot;
  const paid =
    cancelAtMs === null
      ? ({ status: 'active', periodEndMs: null, pastDueSinceMs: null } as const)
      : ({ status: 'cancelled', periodEndMs: cancelAtMs, pastDueSinceMs: null } as const);
  const overdue = { status: 'past_due', periodEndMs: cancelAtMs, pastDueSinceMs: pastDueSinceMs ?? atMs } as const;
  switch (snapshot.status) {
    case 'active':
    case 'trialing':
      return payment === 'failed' ? overdue : paid;
    case 'past_due':
    case 'unpaid':
      return payment === 'paid' ? paid : overdue;
    // Never paid for: there is nothing yet that could be given or taken.
    case 'incomplete':
      return payment === 'paid' ? paid : null;
    case 'incomplete_expired':
      return null;
    case 'paused':
      return { status: 'cancelled', periodEndMs: atMs, pastDueSinceMs: null };
    case 'canceled':
      return { status: 'cancelled', periodEndMs: snapshot.endedAtMs ?? atMs, pastDueSinceMs: null };
  }
};

/**
 * deriveState returns what all events of one subscription at the provider come to, in whatever order they are given; null
 * when nothing was bought that the configuration knows, or nothing was ever paid.
 */
export const deriveState = (
  events: readonly RecordedEvent[],
  prices: ReadonlyMap<string, Bought>,
): DerivedState | null => {
  const progress = inOrder(events).reduce((before, event) => after(before, event, prices), nothing);
  const { snapshot, bought } = progress;
  if (snapshot === null || bought === null) return null;
  const access = accessOf({ ...progress, snapshot });
  return access === null ? null : { bought, startedAtMs: snapshot.startedAtMs, ...access };
};

/** holderOf returns whom the newest event that knows somebody means. */
export const holderOf = (events: readonly RecordedEvent[]): Holder | null =>
  inOrder(events).reduce<Holder | null>(
    (found, { notice }) => (notice.kind === 'snapshot' ? (notice.holder ?? found) : found),
    null,
  );

const statusRank = { active: 2, past_due: 1, cancelled: 0 } as const;
const buyRank = (bought: Bought): number =>
  ['free', 'starter', 'plus', 'pro', 'business', 'enterprise'].indexOf(
    bought.kind === 'user' ? bought.plan : bought.tier,
  );

/** Null means for ever, which is later than any time. */
const laterFirst = (a: number | null, b: number | null): number => {
  const [left, right] = [a ?? Number.POSITIVE_INFINITY, b ?? Number.POSITIVE_INFINITY];
  return left === right ? 0 : left < right ? 1 : -1;
};

/**
 * bestState chooses among several subscriptions at the provider that stand for one of ours, such as an old one that is
 * replaced by a new one: what still gives access goes before what ends, what ends or has been overdue since later goes
 * first, the larger before the smaller, the newer before the older. Whichever order they are given in.
 */
export const bestState = (states: readonly DerivedState[]): DerivedState | null =>
  states.toSorted(
    (a, b) =>
      statusRank[b.status] - statusRank[a.status] ||
      laterFirst(a.periodEndMs, b.periodEndMs) ||
      buyRank(b.bought) - buyRank(a.bought) ||
      laterFirst(a.startedAtMs, b.startedAtMs) ||
      laterFirst(a.pastDueSinceMs, b.pastDueSinceMs) ||
      Number(b.bought.kind > a.bought.kind) - Number(a.bought.kind > b.bought.kind),
  )[0] ?? null;
