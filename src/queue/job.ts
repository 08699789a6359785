import type { Random } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';

export interface NewJob {
  /** Who does it: the name that a worker is registered under. */
  readonly kind: string;
  /** Kept in clear in the database: ids, never a secret. */
  readonly payload: Readonly<Record<string, string | number | boolean | null>>;
  /** Default: now. */
  readonly runAtMs?: number;
  /** A second job with this key is not made, even when the first has ended. */
  readonly dedupeKey?: string;
}

/** One attempt at a job. */
export interface JobTurn {
  readonly id: number;
  /** 1 for the first. */
  readonly attempt: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** `failed` gives up at once; `retry` is what a thrown error means too. Reasons are stored and logged: no secrets. */
export type JobOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** A worker may be called twice for one job, when a process ended between its work and the mark: it must not mind. */
export type JobWorker = (turn: JobTurn) => Promise<JobOutcome>;

export interface JobRules {
  readonly attemptsMax: number;
  /** Doubled with every attempt from `firstMs` up to `maxMs`, then shortened at random by up to a half. */
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  /** In the transaction that gives a job up: also after an attempt that ended with its process. */
  readonly onFailed?: (tx: Db, payload: JobTurn['payload'], reason: string) => Promise<void>;
}

/** backoffMs is the wait after a failed attempt. The jitter keeps jobs that failed together from coming back together. */
export const backoffMs = ({ firstMs, maxMs }: JobRules['backoff'], attempt: number, random: Random): number => {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 40));
  const share = random.bytes(4).readUInt32BE() / 2 ** 32;
  return Math.ceil(fullMs * (1 - share / 2));
};
