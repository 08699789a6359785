/**
 * What the server does by itself now and then: it does the queue's jobs, turns old usage rows into hourly figures, forgets
 * old jobs and mails and, when configured, fetches the feeds. A failure is logged and tried again at the next turn; nothing here holds up a request.
 */
import { Worker } from 'node:worker_threads';
import type { Admission } from './admission/index.ts';
import type { Config } from './config/index.ts';
import type { Credentials } from './credentials/index.ts';
import type { Clock, Log } from './kernel/index.ts';
import type { Mailer } from './mail/index.ts';
import type { Queue } from './queue/index.ts';
import type { SyncOrder, SyncNews } from './sync-thread.ts';

export interface Upkeep {
  /** start begins the turns: the queue, compaction at once and every hour, the feeds every configured number of hours. */
  start(): void;
  /** stop ends the turns and waits for the one that runs; a sync is stopped and goes on at the next start. */
  stop(): Promise<void>;
}

export interface UpkeepDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly admission: Pick<Admission, 'compact'>;
  readonly credentials: Pick<Credentials, 'remindExpiring'>;
  readonly queue: Pick<Queue, 'start' | 'stop' | 'prune'>;
  readonly mail: Pick<Mailer, 'prune'>;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Codes and links in mails have long run out by then. */
const mailKeptMs = 30 * dayMs;
/** A dedupe key works as long as its job is remembered. */
const jobKeptMs = 90 * dayMs;

/** repeat runs a task now and `everyMs` after each end, until it is stopped. */
const repeat = (clock: Clock, everyMs: number, task: () => Promise<void>): (() => Promise<void>) => {
  let isStopped = false;
  let cancel: () => void = () => undefined;
  let running: Promise<void> = Promise.resolve();
  const turn = (): void => {
    running = task().then(() => {
      if (!isStopped) cancel = clock.after(everyMs, turn);
    });
  };
  turn();
  return async () => {
    isStopped = true;
    cancel();
    await running;
  };
};

export const createUpkeep = ({ config, clock, log, admission, credentials, queue, mail }: UpkeepDeps): Upkeep => {
  let stops: (() => Promise<void>)[] = [];
  let syncing: Worker | null = null;

  const compact = async (): Promise<void> => {
    try {
      const rows = await admission.compact(clock.nowMs() - config.admission.usageDetailMs);
      if (rows > 0) log.info('usage.compacted', { rows });
    } catch (error) {
      log.error('usage.compaction_failed', { error });
    }
  };

  const prune = async (): Promise<void> => {
    try {
      await mail.prune(clock.nowMs() - mailKeptMs);
      await queue.prune(clock.nowMs() - jobKeptMs);
    } catch (error) {
      log.error('upkeep.prune_failed', { error });
    }
  };

  const remind = async (): Promise<void> => {
    try {
      await credentials.remindExpiring();
    } catch (error) {
      log.error('upkeep.reminder_failed', { error });
    }
  };

  // In a thread of its own: an import writes for seconds at a time, and the gate must not wait for it.
  const sync = (): Promise<void> =>
    new Promise((resolve) => {
      const order: SyncOrder = { catalogue: config.catalogue, outbound: config.outbound };
      const worker = new Worker(new URL('./sync-thread.ts', import.meta.url), { workerData: order });
      syncing = worker;
      worker.on('message', ({ level, event, fields }: SyncNews) => log[level](event, fields));
      worker.on('error', (error) => log.error('sync.failed', { error }));
      worker.on('exit', () => {
        syncing = null;
        resolve();
      });
    });

  return {
    start: () => {
      const { schedule } = config.catalogue;
      queue.start();
      stops = [repeat(clock, hourMs, compact), repeat(clock, dayMs, prune), repeat(clock, hourMs, remind)];
      if (schedule.mode === 'every') stops.push(repeat(clock, schedule.hours * hourMs, sync));
    },
    stop: async () => {
      syncing?.postMessage('stop');
      await Promise.all([queue.stop(), ...stops.map((stop) => stop())]);
    },
  };
};
