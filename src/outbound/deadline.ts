import { fail, type Clock } from '../kernel/index.ts';

/** Deadline ends a call when it takes too long as a whole, when nothing moves, or when the caller stops it. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly remainingMs: () => number;
  /** touch says that something moved. */
  touch(): void;
  /** end releases the timers; the signal then never fires. */
  end(): void;
  /** wait resolves after `delayMs`, or rejects with the reason when the deadline comes first. */
  wait(delayMs: number): Promise<void>;
}

export interface DeadlineLimits {
  readonly totalMs: number;
  /** Longest time without a byte. */
  readonly stallMs: number;
  readonly signal?: AbortSignal;
}

/** createDeadline starts the timers. The signal's reason is an `outbound.failed` error that says what ran out. */
export const createDeadline = (clock: Clock, limits: DeadlineLimits): Deadline => {
  const controller = new AbortController();
  const endsAtMs = clock.monotonicMs() + limits.totalMs;
  let movedAtMs = clock.monotonicMs();
  let cancelStall = (): void => undefined;

  const end = (): void => {
    cancelTotal();
    cancelStall();
    limits.signal?.removeEventListener('abort', stop);
  };
  const abort = (message: string): void => {
    end();
    controller.abort(fail('outbound.failed', { message }));
  };
  const stop = (): void => abort('the call was stopped');
  const watchStall = (delayMs: number): void => {
    cancelStall = clock.after(delayMs, () => {
      const idleMs = clock.monotonicMs() - movedAtMs;
      if (idleMs >= limits.stallMs) abort(`nothing arrived for ${seconds(limits.stallMs)}`);
      else watchStall(limits.stallMs - idleMs);
    });
  };

  const cancelTotal = clock.after(limits.totalMs, () => abort(`not finished within ${seconds(limits.totalMs)}`));
  watchStall(limits.stallMs);
  if (limits.signal?.aborted === true) stop();
  else limits.signal?.addEventListener('abort', stop, { once: true });

  return {
    signal: controller.signal,
    remainingMs: () => Math.max(0, endsAtMs - clock.monotonicMs()),
    touch: () => {
      movedAtMs = clock.monotonicMs();
    },
    end,
    wait: async (delayMs) => {
      controller.signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = (): void => reject(asError(controller.signal.reason));
      const cancel = clock.after(delayMs, resolve);
      controller.signal.addEventListener('abort', onAbort, { once: true });
      try {
        await promise;
      } finally {
        cancel();
        controller.signal.removeEventListener('abort', onAbort);
        movedAtMs = clock.monotonicMs();
      }
    },
  };
};

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
