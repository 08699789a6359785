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
const stale = { kind: 'stale' } as const;

interface Waiting {
  readonly request: AdmissionRequest;
  readonly done: (outcome: AdmissionOutcome | AppError) => void;
}

interface Ending {
  readonly settlement: LedgerSettlement;
  readonly done: (() => void) | null;
}

/** Somebody waits for it: the answer is not sent before the refund is committed. */
const isRefund = ({ settlement }: Ending): boolean => settlement.refundMillicredits > 0;

/** Told how a transaction ended: null when it was committed. */
type Asking = (failure: AppError | null) => void;

/** What goes into one transaction. */
interface Batch {
  readonly batch: readonly Waiting[];
  readonly ended: readonly Ending[];
  readonly asked: readonly Asking[];
  readonly atMs: number;
}

export interface Batcher {
  admit(request: AdmissionRequest): Promise<AdmissionOutcome>;
  /** enter is `admit` without a promise. `done` is called once, after the commit or when it failed; it must not throw. */
  enter(request: AdmissionRequest, done: (outcome: AdmissionOutcome | AppError) => void): void;
  settle(settlement: Settlement): Promise<void>;
  /** settleLater is `settle` for callers that do not wait: it allocates nothing to wait on. */
  settleLater(settlement: Settlement): void;
  /**
   * ready resolves when the last commit succeeded; after a failed one it tries another first, with what waits or a trial, so
   * that a node to which nobody sends anything finds out too. Throws `admission.unavailable`.
   */
  ready(): Promise<void>;
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
  const waiting: Waiting[] = [];
  let endings: Ending[] = [];
  let asking: Asking[] = [];
  let hasFailed = false;
  let isRunning = false;
  let isScheduled = false;
  let cancelDelayed: (() => void) | null = null;
  let whenIdle: (() => void)[] = [];

  const schedule = (): void => {
    if (isRunning || isScheduled) return;
    isScheduled = true;
    // After the current round of input, so that every request that has arrived joins the batch.
    setImmediate(run);
  };

  const scheduleLater = (delayMs: number): void => {
    cancelDelayed ??= clock.after(delayMs, () => {
      cancelDelayed = null;
      schedule();
    });
  };

  const remember = (request: AdmissionRequest, outcome: AdmissionOutcome, atMs: number): void => {
    if (outcome.kind !== 'admitted' || outcome.hasEnded) return;
    const { ownerId } = request.credential;
    open.set(outcome.usageId, { ownerId, chargedMillicredits: outcome.chargedMillicredits, atMs });
  };

  const wakeIdle = (): void => {
    const idle = whenIdle;
    whenIdle = [];
    for (const wake of idle) wake();
  };

  const failed = ({ batch, ended, asked }: Batch, error: unknown): void => {
    const reason = error instanceof AppError ? (error.internal ?? error.message) : String(error);
    log.error('admission.commit_failed', { reason, requests: batch.length, endings: ended.length });
    isRunning = false;
    hasFailed = true;
    for (const { done } of batch) done(fail('admission.unavailable', { internal: reason, cause: error }));
    for (const tell of asked) tell(fail('admission.unavailable', { internal: reason, cause: error }));
    for (const { done } of ended) done?.();
    endings = [...ended, ...endings].slice(0, endingsKept);
    if (waiting.length > 0 || asking.length > 0) schedule();
    else if (endings.length > 0) scheduleLater(retryAfterFailureMs);
    wakeIdle();
  };

  const committed = ({ batch, ended, asked, atMs }: Batch, outcomes: readonly AdmissionOutcome[]): void => {
    for (const [index, { request, done }] of batch.entries()) {
      const outcome = outcomes[index] ?? stale;
      remember(request, outcome, atMs);
      done(outcome);
    }
    for (const { done } of ended) done?.();
    for (const tell of asked) tell(null);
    const isUrgent = waiting.length > 0 || asking.length > 0 || endings.some(isRefund);
    if (isUrgent) schedule();
    else if (endings.length > 0 && !isRunning) scheduleLater(settleWithinMs);
    wakeIdle();
  };

  const run = (): void => {
    isScheduled = false;
    isRunning = true;
    cancelDelayed?.();
    cancelDelayed = null;
    const batch = { batch: waiting.splice(0, batchMax), ended: endings, asked: asking, atMs: clock.nowMs() };
    endings = [];
    asking = [];
    let outcomes: ReturnType<Ledger['commit']>;
    try {
      outcomes = ledger.commit(
        batch.batch.map(({ request }) => request),
        batch.ended.map(({ settlement }) => settlement),
        batch.atMs,
      );
    } catch (error) {
      return failed(batch, error);
    }
    if (!(outcomes instanceof Promise)) {
      isRunning = false;
      hasFailed = false;
      return committed(batch, outcomes);
    }
    outcomes.then(
      (late) =>
        // After the current round of input; and the next batch first: the database works on it while this one is answered.
        setImmediate(() => {
          isRunning = false;
          // Before the next batch, which may fail at once.
          hasFailed = false;
          if (waiting.length > 0) run();
          committed(batch, late);
        }),
      (error: unknown) => failed(batch, error),
    );
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
    const ending = { settlement, done };
    endings.push(ending);
    if (isRefund(ending)) schedule();
    else if (!isRunning && !isScheduled) scheduleLater(settleWithinMs);
    return true;
  };

  const enter = (request: AdmissionRequest, done: Waiting['done']): void => {
    waiting.push({ request, done });
    schedule();
  };

  return {
    enter,
    admit: (request) =>
      new Promise((resolve, reject) => {
        enter(request, (outcome) => (outcome instanceof AppError ? reject(outcome) : resolve(outcome)));
      }),
    settle: (given) => new Promise((done) => (end(given, done) ? undefined : done())),
    settleLater: (given) => void end(given, null),
    ready: () =>
      new Promise((resolve, reject) => {
        if (!hasFailed) return resolve();
        asking.push((failure) => (failure === null ? resolve() : reject(failure)));
        schedule();
      }),
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
