/**
 * Neighbours in a batch are mostly alike: the same caller asks for the same thing again. What differs in its number only is
 * written by one statement, which costs a third of one statement a row.
 */
import type { UsageEntry } from './batch-state.ts';
import type { LedgerSettlement } from './ledger.ts';

/** Rows in a run at most. */
export const runMax = 1000;

/** Usage rows `first.usageId` and the ones after it, which are the same but for their latencies. */
export interface UseRun {
  readonly first: UsageEntry;
  /** One a row; null while it has no ending. */
  readonly latencies: (number | null)[];
}

/** Endings without a refund of usage rows `first.usageId` and the ones after it, which are the same but for their latencies. */
export interface EndingRun {
  readonly first: LedgerSettlement;
  readonly latencies: number[];
}

export const useRuns = (entries: readonly UsageEntry[]): readonly UseRun[] => {
  const runs: UseRun[] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const latency = entry.ending?.latencyMicroseconds ?? null;
    if (run !== undefined && run.latencies.length < runMax && isSameUse(entry, run)) run.latencies.push(latency);
    else runs.push({ first: entry, latencies: [latency] });
  }
  return runs;
};

export const endingRuns = (endings: readonly LedgerSettlement[]): readonly EndingRun[] => {
  const runs: EndingRun[] = [];
  for (const ending of endings) {
    const run = runs.at(-1);
    if (run !== undefined && run.latencies.length < runMax && isSameEnding(ending, run)) {
      run.latencies.push(ending.latencyMicroseconds);
    } else runs.push({ first: ending, latencies: [ending.latencyMicroseconds] });
  }
  return runs;
};

const isSameUse = (entry: UsageEntry, { first, latencies }: UseRun): boolean =>
  entry.usageId === first.usageId + latencies.length &&
  entry.ending?.status === first.ending?.status &&
  entry.chargedMillicredits === first.chargedMillicredits &&
  entry.request.credential.id === first.request.credential.id &&
  entry.request.operationId === first.request.operationId &&
  entry.request.priceMillicredits === first.request.priceMillicredits &&
  entry.request.address === first.request.address &&
  entry.request.client === first.request.client;

const isSameEnding = (ending: LedgerSettlement, { first, latencies }: EndingRun): boolean =>
  ending.usageId === first.usageId + latencies.length &&
  ending.status === first.status &&
  ending.chargedAtMs === first.chargedAtMs;
