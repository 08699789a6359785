import { AppError, fail, type Clock, type Log } from '../kernel/index.ts';
import { isRefunded } from './meter.ts';
import type { Ledger, LedgerSettlement } from './store/ledger.ts';
import type { AdmissionOutcome, AdmissionRequest, Settlement } from './types.ts';

/** Requests and settlements in one transaction at most. */
const batchMax = 1000;
/** How long an ending may wait for a batch to ride on. */
const settleWithinMs = 25;
const retryAfterFailureMs = 250;
/** Endings kept for another try while the database is away; later ones are dropped and counted in the log. */
const endingsKept = 20_000;

interface Waiting {
  readonly request: AdmissionRequest;
  readonly resolve: (outcome: AdmissionOutcome) => void;
  readonly reject: (error: AppError) => void;
}

interface Ending {
  readonly settlement: LedgerSettlement;
  readonly done: (() => void) | null;
}

export interface Batcher {
  admit(request: AdmissionRequest): Promise<AdmissionOutcome>;
  settle(settlement: Settlement): Promise<void>;
  /** settleLater is `settle` for callers that do not wait: it allocates nothing to wait on. */
  settleLater(settlement: Settlement): void;
  /** Commits what is pending and then stops; nothing may be admitted afterwards. */
  close(): Promise<void>;
}

/**
 * createBatcher is the group commit: what arrives while one transaction runs goes into the next one. A request is
 * released only after its batch is committed. Endings without a refund wait for the next batch; endings with one ask for
 * a batch at once, so that the refund is committed before the answer is sent.
 */
export const createBatcher = (ledger: Ledger, clock: Clock, log: Log): Batcher => {
  /** Admitted requests that have not ended: what was charged to whom, and when. */
  const open = new Map<number, { ownerId: string; chargedMillicredits: number; atMs: number }>();
  let waiting: Waiting[] = [];
  let endings: Ending[] = [];
  let isRunning = false;
  let isScheduled = false;
  let cancelDelayed: (() => void) | null = null;
  let whenIdle: (() => void)[] = [];

  const schedule = (): void => {
    if (isRunning || isScheduled) return;
    isScheduled = true;
    // After the current round of input, so that every request that has arrived joins the batch.
    setImmediate(() => void run());
  };

  const scheduleLater = (delayMs: number): void => {
    cancelDelayed ??= clock.after(delayMs, () => {
      cancelDelayed = null;
      schedule();
    });
  };

  const remember = (request: AdmissionRequest, outcome: AdmissionOutcome, atMs: number): void => {
    if (outcome.kind !== 'admitted') return;
    const { ownerId } = request.credential;
    open.set(outcome.usageId, { ownerId, chargedMillicredits: outcome.chargedMillicredits, atMs });
  };

  const failed = (batch: readonly Waiting[], ended: readonly Ending[], error: unknown): void => {
    const reason = error instanceof AppError ? (error.internal ?? error.message) : String(error);
    log.error('admission.commit_failed', { reason, requests: batch.length, endings: ended.length });
    for (const { reject } of batch) reject(fail('admission.unavailable', { internal: reason, cause: error }));
    for (const { done } of ended) done?.();
    endings = [...ended, ...endings].slice(0, endingsKept);
    if (endings.length > 0) scheduleLater(retryAfterFailureMs);
  };

  const run = async (): Promise<void> => {
    isScheduled = false;
    isRunning = true;
    cancelDelayed?.();
    cancelDelayed = null;
    const batch = waiting.length > batchMax ? waiting.splice(0, batchMax) : waiting;
    if (batch === waiting) waiting = [];
    const ended = endings;
    endings = [];
    let hasFailed = false;
    const nowMs = clock.nowMs();
    try {
      const outcomes = await ledger.commit(
        batch.map(({ request }) => request),
        ended.map(({ settlement }) => settlement),
        nowMs,
      );
      batch.forEach(({ request, resolve }, index) => {
        const outcome = outcomes[index] ?? { kind: 'stale' };
        remember(request, outcome, nowMs);
        resolve(outcome);
      });
      for (const { done } of ended) done?.();
    } catch (error) {
      hasFailed = true;
      failed(batch, ended, error);
    }
    isRunning = false;
    if (waiting.length > 0) schedule();
    else if (endings.length > 0 && !hasFailed) scheduleLater(settleWithinMs);
    const idle = whenIdle;
    whenIdle = [];
    for (const wake of idle) wake();
  };

  const settled = (settlement: Settlement): LedgerSettlement | null => {
    const admitted = open.get(settlement.usageId);
    if (admitted === undefined) return null;
    open.delete(settlement.usageId);
    return {
      usageId: settlement.usageId,
      ownerId: admitted.ownerId,
      status: settlement.status,
      latencyMicroseconds: Math.round(settlement.latencyMicroseconds),
      refundMillicredits: isRefunded(settlement.status) ? admitted.chargedMillicredits : 0,
      chargedAtMs: admitted.atMs,
    };
  };

  /** end queues an ending; false when there is nothing to record. */
  const end = (given: Settlement, done: (() => void) | null): boolean => {
    const settlement = settled(given);
    if (settlement === null) return false;
    endings.push({ settlement, done });
    if (settlement.refundMillicredits > 0) schedule();
    else if (!isRunning && !isScheduled) scheduleLater(settleWithinMs);
    return true;
  };

  return {
    admit: (request) =>
      new Promise((resolve, reject) => {
        waiting.push({ request, resolve, reject });
        schedule();
      }),
    settle: (given) => new Promise((done) => (end(given, done) ? undefined : done())),
    settleLater: (given) => void end(given, null),
    close: async () => {
      // One failed try is enough at the end: a ledger that is away keeps the charges, and only endings are unknown.
      for (let tries = 0; tries < 3 && (isRunning || waiting.length > 0 || endings.length > 0); tries++) {
        const idle = new Promise<void>((wake) => whenIdle.push(wake));
        schedule();
        await idle;
      }
      cancelDelayed?.();
      await ledger.close();
    },
  };
};
