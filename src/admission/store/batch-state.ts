import { decide, isRefunded, refund, type Meter } from '../meter.ts';
import type { AdmissionOutcome, AdmissionRequest, Ending } from '../types.ts';
import type { LedgerSettlement } from './ledger.ts';

/** What one credential did in a batch. */
export interface Activity {
  readonly ownerId: string;
  requests: number;
  address: string;
}

/** An admitted request, to be written as a usage row. */
export interface UsageEntry {
  readonly usageId: number;
  readonly request: AdmissionRequest;
  /** What was charged and not given back again by its ending. */
  readonly chargedMillicredits: number;
  /** Null while the request is being answered. */
  readonly ending: Ending | null;
}

/** The effect of a batch, worked out on meters that the ledger holds, and still to be written. */
export interface BatchEffect {
  readonly outcomes: readonly AdmissionOutcome[];
  readonly entries: readonly UsageEntry[];
  readonly activity: ReadonlyMap<string, Activity>;
  /** Owners whose row changed. */
  readonly changed: ReadonlySet<string>;
}

/**
 * workOut settles and decides a batch on the given meters. An owner without a row is answered `stale`, so that its
 * credential is looked up again and found gone. `nextUsageId` numbers the usage rows. Requests that can answer at once do
 * so here, with the figures of their decision.
 */
export const workOut = (
  meterOf: (ownerId: string) => Meter | undefined,
  requests: readonly AdmissionRequest[],
  settlements: readonly LedgerSettlement[],
  nowMs: number,
  nextUsageId: () => number,
): BatchEffect => {
  const entries: UsageEntry[] = [];
  const activity = new Map<string, Activity>();
  const changed = new Set<string>();
  for (const settlement of settlements) {
    const meter = meterOf(settlement.ownerId);
    if (settlement.refundMillicredits === 0 || meter === undefined) continue;
    refund(meter, settlement.refundMillicredits, settlement.chargedAtMs);
    changed.add(settlement.ownerId);
  }
  const outcomes = requests.map((request): AdmissionOutcome => {
    const { id, ownerId } = request.credential;
    const meter = meterOf(ownerId);
    if (meter === undefined) return { kind: 'stale' };
    const decision = decide(meter, request, nowMs);
    if (decision.kind !== 'admitted') return decision;
    changed.add(ownerId);
    const usageId = nextUsageId();
    const admitted = { ...decision, usageId, hasEnded: true };
    const ending = request.answer?.(admitted) ?? null;
    admitted.hasEnded = ending !== null;
    const isGivenBack = ending !== null && isRefunded(ending.status);
    if (isGivenBack) refund(meter, decision.chargedMillicredits, nowMs);
    const chargedMillicredits = isGivenBack ? 0 : decision.chargedMillicredits;
    entries.push({ usageId, request, chargedMillicredits, ending });
    const known = activity.get(id);
    if (known === undefined) activity.set(id, { ownerId, requests: 1, address: request.address });
    else {
      known.requests += 1;
      known.address = request.address;
    }
    return admitted;
  });
  return { outcomes, entries, activity, changed };
};

/** How a request ended whose commit was never confirmed. */
const unconfirmedStatus = 503;

/** refundOf is the ending of a request that was refused because nobody knows whether its charge was committed. */
export const refundOf = (entry: UsageEntry, chargedAtMs: number): LedgerSettlement => ({
  usageId: entry.usageId,
  ownerId: entry.request.credential.ownerId,
  status: unconfirmedStatus,
  latencyMicroseconds: 0,
  refundMillicredits: entry.chargedMillicredits,
  chargedAtMs,
  isVoid: true,
});
