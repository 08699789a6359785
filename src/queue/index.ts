/**
 * Queue: work that must happen, later or elsewhere, and survive the end of the process. It owns the jobs of the control
 * plane: enqueueing in the caller's transaction, claiming by any number of nodes, retries with backoff, giving up.
 *
 * Invariants: a job exists exactly when the transaction that enqueued it committed; it is done at least once, and by one
 * node at a time while that node lives; an attempt that ends with its process counts and is repeated when its lease has
 * run out; a dedupe key is used once, however often it is enqueued.
 *
 * It does not know what a job means: kinds and workers are registered. A failing job is logged by kind and number, never
 * with its payload. It throws `storage.…` codes only.
 */
export { createQueue, type Queue, type QueueDeps } from './queue.ts';
export type { JobOutcome, JobRules, JobTurn, JobWorker, NewJob } from './job.ts';
