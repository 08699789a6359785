import { asAppError, fail, type Clock, type Log, type Random } from '../kernel/index.ts';
import { inTransaction, type Control, type Db } from '../storage/index.ts';
import { backoffMs, type JobOutcome, type JobRules, type JobTurn, type JobWorker, type NewJob } from './job.ts';
import { claimJobs, deleteEnded, insertJob, updateAttempt, type JobRow } from './store.ts';

export interface QueueDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Queue {
  /** enqueue adds a job in the caller's transaction and returns false when its dedupe key has been used before. */
  enqueue(tx: Db, job: NewJob): Promise<boolean>;
  /** register says who does the jobs of a kind in this process; jobs of other kinds are left to other nodes. */
  register(kind: string, work: JobWorker, rules: JobRules): void;
  /** start looks for due jobs every second, and right after `enqueue`. */
  start(): void;
  /** stop takes no more jobs and waits for those that run. */
  stop(): Promise<void>;
  /** runDue does every job that is due now, and those that become due by it, and returns how many attempts that were. */
  runDue(): Promise<number>;
  /** prune forgets ended jobs made before an instant, and returns how many. */
  prune(beforeMs: number): Promise<number>;
}

const pollMs = 1000;
/** An enqueueing transaction has mostly committed by then; when not, the next poll finds the job. */
const nudgeMs = 20;
/** A process that ended keeps its jobs that long; one that lives renews it. */
const leaseMs = 60_000;
const concurrency = 4;
const reasonLength = 300;

interface Registered {
  readonly work: JobWorker;
  readonly rules: JobRules;
}

const reasonOf = (error: unknown): string => {
  const { code, message, internal } = asAppError(error);
  // The first line only: what follows is a stack of this program.
  return `${code}: ${(internal ?? message).split('\n')[0] ?? ''}`;
};

export const createQueue = ({ control, clock, random, log }: QueueDeps): Queue => {
  const workers = new Map<string, Registered>();
  const running = new Set<Promise<void>>();
  let isStarted = false;
  let filling: Promise<number> | null = null;
  let cancelPoll: () => void = () => undefined;

  const giveUp = (job: JobRow, { rules }: Registered, turn: JobTurn, reason: string): Promise<boolean> =>
    inTransaction(control.db, async (tx) => {
      const last_error = reason.slice(0, reasonLength);
      const isOurs = await updateAttempt(tx, job, { state: 'failed', last_error, locked_until_ms: 0 });
      if (isOurs) await rules.onFailed?.(tx, turn.payload, reason);
      return isOurs;
    });

  const settle = async (job: JobRow, registered: Registered, turn: JobTurn, outcome: JobOutcome): Promise<void> => {
    if (outcome.kind === 'done') {
      await updateAttempt(control.db, job, { state: 'done', locked_until_ms: 0, last_error: null });
      return;
    }
    const { rules } = registered;
    const fields = { kind: job.kind, job: job.id, attempt: job.attempts, reason: outcome.reason };
    if (outcome.kind === 'failed' || job.attempts >= rules.attemptsMax) {
      if (await giveUp(job, registered, turn, outcome.reason)) log.error('queue.job_failed', fields);
      return;
    }
    const delayMs = backoffMs(rules.backoff, job.attempts, random);
    await updateAttempt(control.db, job, {
      run_at_ms: clock.nowMs() + delayMs,
      locked_until_ms: 0,
      last_error: outcome.reason.slice(0, reasonLength),
    });
    log.warn('queue.attempt_failed', { ...fields, retry_in_ms: delayMs });
  };

  /** renewing keeps the lease of a long attempt. A renewal that fails lets the lease end, and another node may begin. */
  const renewing = (job: JobRow): (() => Promise<void>) => {
    let cancel: () => void = () => undefined;
    let isOver = false;
    let last: Promise<void> = Promise.resolve();
    const renew = (): void => {
      last = updateAttempt(control.db, job, { locked_until_ms: clock.nowMs() + leaseMs })
        .then(
          () => undefined,
          (error: unknown) => log.warn('queue.lease_not_renewed', { job: job.id, error }),
        )
        .then(() => {
          if (!isOver) cancel = clock.after(leaseMs / 3, renew);
        });
    };
    cancel = clock.after(leaseMs / 3, renew);
    return async () => {
      isOver = true;
      cancel();
      await last;
    };
  };

  const attempt = async (job: JobRow, registered: Registered): Promise<void> => {
    const payload = JSON.parse(job.payload) as JobTurn['payload'];
    const turn: JobTurn = { id: job.id, attempt: job.attempts, payload };
    // Only an attempt that ended with its process leaves a job waiting behind its last try.
    if (job.attempts > registered.rules.attemptsMax) {
      await settle(job, registered, turn, { kind: 'failed', reason: 'the process ended during the last attempt' });
      return;
    }
    const release = renewing(job);
    let outcome: JobOutcome;
    try {
      outcome = await registered.work(turn);
    } catch (error) {
      outcome = { kind: 'retry', reason: reasonOf(error) };
    } finally {
      await release();
    }
    await settle(job, registered, turn, outcome);
  };

  const launch = (job: JobRow, registered: Registered): void => {
    const task: Promise<void> = attempt(job, registered)
      .catch((error: unknown) => log.error('queue.job_not_settled', { kind: job.kind, job: job.id, error }))
      .finally(() => {
        running.delete(task);
        if (isStarted) turn();
      });
    running.add(task);
  };

  /** fill claims as many due jobs as there is room for and returns how many. */
  const fill = async (): Promise<number> => {
    const limit = concurrency - running.size;
    if (limit <= 0 || workers.size === 0) return 0;
    const kinds = [...workers.keys()];
    const jobs = await inTransaction(control.db, (tx) =>
      claimJobs(tx, control.engine, { kinds, nowMs: clock.nowMs(), leaseMs, limit }),
    );
    for (const job of jobs) {
      const registered = workers.get(job.kind);
      if (registered !== undefined) launch(job, registered);
    }
    return jobs.length;
  };

  /** fillOnce lets one claim run at a time; whoever comes meanwhile waits for that one. */
  const fillOnce = (): Promise<number> =>
    (filling ??= fill().finally(() => {
      filling = null;
    }));

  const schedule = (delayMs: number): void => {
    cancelPoll();
    cancelPoll = clock.after(delayMs, turn);
  };
  let isNudged = false;
  const turn = (): void => {
    isNudged = false;
    schedule(pollMs);
    void fillOnce().catch((error: unknown) => log.error('queue.claim_failed', { error }));
  };

  return {
    enqueue: async (tx, { kind, payload, runAtMs, dedupeKey }) => {
      const nowMs = clock.nowMs();
      const isNew = await insertJob(tx, {
        kind,
        payload: JSON.stringify(payload),
        dedupe_key: dedupeKey ?? null,
        run_at_ms: runAtMs ?? nowMs,
        created_at_ms: nowMs,
      });
      // The first nudge stands: a stream of new jobs must not push the turn away for ever.
      if (isStarted && !isNudged && (runAtMs ?? nowMs) <= nowMs) {
        isNudged = true;
        schedule(nudgeMs);
      }
      return isNew;
    },
    register: (kind, work, rules) => {
      if (workers.has(kind)) throw fail('internal.unexpected', { internal: `two workers for jobs of kind ${kind}` });
      workers.set(kind, { work, rules });
    },
    start: () => {
      isStarted = true;
      turn();
    },
    stop: async () => {
      isStarted = false;
      cancelPoll();
      await filling?.catch(() => undefined);
      while (running.size > 0) await Promise.all(running);
      cancelPoll();
    },
    runDue: async () => {
      let attempts = 0;
      for (;;) {
        const claimed = await fillOnce();
        attempts += claimed;
        while (running.size > 0) await Promise.all(running);
        if (claimed === 0) return attempts;
      }
    },
    prune: (beforeMs) => deleteEnded(control.db, beforeMs),
  };
};
