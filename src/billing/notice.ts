/**
 * Notice is what one event says of a subscription at the provider: a small, lasting part of it, without personal data.
 * Times are epoch milliseconds.
 */
export type Notice = SnapshotNotice | { readonly kind: 'paid' } | { readonly kind: 'payment_failed' };

/** The whole subscription as it was when the event was made. */
export interface SnapshotNotice {
  readonly kind: 'snapshot';
  readonly status: ProviderStatus;
  readonly prices: readonly string[];
  readonly startedAtMs: number;
  readonly periodEndMs: number | null;
  /** When access ends although nothing is overdue: cancelled for then. */
  readonly cancelAtMs: number | null;
  readonly endedAtMs: number | null;
  /** Who of ours is meant, as far as the event says and we know. */
  readonly holder: Holder | null;
}

export interface Holder {
  readonly userId: string;
  /** Set when a subscription of ours is meant that exists already. */
  readonly subscriptionId: string | null;
}

/** In the order of a subscription's life: events of one second are put into this order. */
export const providerStatuses = [
  'incomplete',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'incomplete_expired',
  'canceled',
] as const;

export type ProviderStatus = (typeof providerStatuses)[number];

/** An event as recorded. */
export interface RecordedEvent {
  readonly id: string;
  readonly atMs: number;
  readonly notice: Notice;
}

const rankOf = (notice: Notice): number => {
  switch (notice.kind) {
    case 'snapshot':
      return providerStatuses.indexOf(notice.status);
    // After a snapshot of the same second that waits for the payment, before one that has ended.
    case 'payment_failed':
      return providerStatuses.indexOf('past_due') - 0.5;
    case 'paid':
      return providerStatuses.indexOf('paused') - 0.5;
  }
};

/** inOrder puts events into one order that does not depend on their arrival. */
export const inOrder = (events: readonly RecordedEvent[]): RecordedEvent[] =>
  events.toSorted(
    (a, b) => a.atMs - b.atMs || rankOf(a.notice) - rankOf(b.notice) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
