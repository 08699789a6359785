import { describe, expect, test } from 'vitest';
import { fail, ManualClock, seededRandom, silentLog } from '../kernel/index.ts';
import { inTransaction, openControl } from '../storage/index.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { createQueue, type JobOutcome, type JobRules, type JobTurn, type Queue } from './index.ts';

// Risk: work that was promised is lost, done for ever, or done by everybody at once.

const rules: JobRules = { attemptsMax: 3, backoff: { firstMs: 1000, maxMs: 10_000 } };
const leaseMs = 60_000;

const queueOn = (database: TestDatabase, clock: ManualClock): Queue =>
  createQueue({ control: database, clock, random: seededRandom('queue'), log: silentLog });

const rowsOf = (database: TestDatabase) => database.db.selectFrom('jobs').selectAll().orderBy('id').execute();

/** A worker that notes what it was given and answers from a list, `done` after its end. */
const worker = (outcomes: readonly (JobOutcome | Error)[] = []) => {
  const turns: JobTurn[] = [];
  const work = async (turn: JobTurn): Promise<JobOutcome> => {
    turns.push(turn);
    const outcome = outcomes[turns.length - 1] ?? { kind: 'done' };
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { turns, work };
};

eachEngine('the queue', (makeDatabase, engine) => {
  const start = async () => {
    const database = await makeDatabase();
    const clock = new ManualClock();
    return { database, clock, queue: queueOn(database, clock) };
  };

  test('does a job once it is due, with its payload, and never again', async () => {
    const { database, clock, queue } = await start();
    const { turns, work } = worker();
    queue.register('note', work, rules);
    await queue.enqueue(database.db, { kind: 'note', payload: { n: 1 }, runAtMs: clock.nowMs() + 5000 });
    expect(await queue.runDue()).toBe(0);
    clock.advance(5000);
    expect(await queue.runDue()).toBe(1);
    expect(await queue.runDue()).toBe(0);
    expect(turns).toMatchObject([{ attempt: 1, payload: { n: 1 } }]);
    expect(await rowsOf(database)).toMatchObject([{ state: 'done', attempts: 1, last_error: null }]);
  });

  test('forgets a job whose transaction was rolled back', async () => {
    const { database, queue } = await start();
    const { turns, work } = worker();
    queue.register('note', work, rules);
    const broken = inTransaction(database.db, async (tx) => {
      await queue.enqueue(tx, { kind: 'note', payload: {} });
      throw fail('internal.unexpected');
    });
    await expect(broken).rejects.toMatchObject({ code: 'internal.unexpected' });
    await queue.runDue();
    expect(turns).toEqual([]);
  });

  test('makes one job of a dedupe key, also after it has ended', async () => {
    const { database, queue } = await start();
    const { turns, work } = worker();
    queue.register('note', work, rules);
    const enqueue = () => queue.enqueue(database.db, { kind: 'note', payload: {}, dedupeKey: 'a' });
    expect(await Promise.all([enqueue(), enqueue(), enqueue()])).toEqual(expect.arrayContaining([true, false, false]));
    await queue.runDue();
    expect(await enqueue()).toBe(false);
    await queue.runDue();
    expect(turns).toHaveLength(1);
  });

  test('tries again with growing waits, then gives up and says so in the same transaction', async () => {
    const { database, clock, queue } = await start();
    const { turns, work } = worker([new Error('no'), { kind: 'retry', reason: 'later' }, new Error('never')]);
    const failed: string[] = [];
    queue.register('note', work, {
      ...rules,
      onFailed: async (_tx, { n }, reason) => void failed.push(`${n} ${reason}`),
    });
    await queue.enqueue(database.db, { kind: 'note', payload: { n: 7 } });
    await queue.runDue();
    const [first] = await rowsOf(database);
    const waitMs = (first?.run_at_ms ?? 0) - clock.nowMs();
    expect(waitMs).toBeGreaterThanOrEqual(500);
    expect(waitMs).toBeLessThanOrEqual(1000);
    clock.advance(1000);
    await queue.runDue();
    clock.advance(2000);
    await queue.runDue();
    clock.advance(3_600_000);
    await queue.runDue();
    expect(turns.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(await rowsOf(database)).toMatchObject([{ state: 'failed', attempts: 3 }]);
    expect(failed).toEqual(['7 internal.unexpected: Error: never']);
  });

  test('gives up at once when the worker says that there is no point', async () => {
    const { database, queue } = await start();
    const { turns, work } = worker([{ kind: 'failed', reason: 'nobody there' }]);
    queue.register('note', work, rules);
    await queue.enqueue(database.db, { kind: 'note', payload: {} });
    await queue.runDue();
    expect(turns).toHaveLength(1);
    expect(await rowsOf(database)).toMatchObject([{ state: 'failed', last_error: 'nobody there' }]);
  });

  test('leaves kinds without a worker to other nodes', async () => {
    const { database, queue } = await start();
    queue.register('note', worker().work, rules);
    await queue.enqueue(database.db, { kind: 'other', payload: {} });
    expect(await queue.runDue()).toBe(0);
    expect(await rowsOf(database)).toMatchObject([{ state: 'waiting', attempts: 0 }]);
  });

  test('is done by one of many nodes, each job once', async () => {
    const { database, clock } = await start();
    // Connections of one thread to one SQLite file would wait for each other for ever: there, the nodes share one.
    const controls =
      engine === 'sqlite' ? [] : await Promise.all([1, 2, 3].map(() => openControl(database.settings, silentLog)));
    try {
      const done: number[] = [];
      const queues = (engine === 'sqlite' ? [database, database] : controls).map((control) =>
        createQueue({ control, clock, random: seededRandom('node'), log: silentLog }),
      );
      for (const queue of queues) {
        queue.register('note', async ({ payload }) => (done.push(Number(payload['n'])), { kind: 'done' }), rules);
      }
      const wanted = Array.from({ length: 40 }, (_, n) => n);
      for (const n of wanted) await queues[0]?.enqueue(database.db, { kind: 'note', payload: { n } });
      await Promise.all(queues.map((queue) => queue.runDue()));
      for (const queue of queues) await queue.runDue();
      expect(done.toSorted((a, b) => a - b)).toEqual(wanted);
    } finally {
      await Promise.all(controls.map((control) => control.close()));
    }
  });

  test('goes to another node when the process that had it is gone, and counts that attempt', async () => {
    const { database, clock, queue } = await start();
    // A process that was killed: its attempt never ends and its timers are gone.
    const dead = queueOn(database, new ManualClock());
    const taken = Promise.withResolvers<void>();
    dead.register('note', () => (taken.resolve(), new Promise<JobOutcome>(() => undefined)), rules);
    await queue.enqueue(database.db, { kind: 'note', payload: {} });
    void dead.runDue();
    await taken.promise;

    const { turns, work } = worker();
    queue.register('note', work, rules);
    await queue.runDue();
    expect(turns).toEqual([]);
    clock.advance(leaseMs);
    await queue.runDue();
    expect(turns).toMatchObject([{ attempt: 2 }]);
  });

  test('gives up a job that ends every process that takes it', async () => {
    const { database, clock, queue } = await start();
    await queue.enqueue(database.db, { kind: 'note', payload: {} });
    await database.db
      .updateTable('jobs')
      .set({ attempts: rules.attemptsMax, locked_until_ms: clock.nowMs() })
      .execute();
    const { turns, work } = worker();
    queue.register('note', work, rules);
    await queue.runDue();
    expect(turns).toEqual([]);
    expect(await rowsOf(database)).toMatchObject([{ state: 'failed' }]);
  });

  test('keeps a long attempt to itself, and an attempt that lost its lease changes nothing', async () => {
    const { database, clock, queue } = await start();
    const began = Promise.withResolvers<void>();
    const release = Promise.withResolvers<JobOutcome>();
    queue.register('note', () => (began.resolve(), release.promise), rules);
    await queue.enqueue(database.db, { kind: 'note', payload: {} });
    const running = queue.runDue();
    await began.promise;
    clock.advance(leaseMs / 3);
    await expect.poll(async () => (await rowsOf(database))[0]?.locked_until_ms).toBe(clock.nowMs() + leaseMs);
    await database.db.updateTable('jobs').set({ attempts: 2 }).execute();
    release.resolve({ kind: 'done' });
    await running;
    expect(await rowsOf(database)).toMatchObject([{ state: 'waiting', attempts: 2 }]);
  });

  test('wakes up for what is enqueued while it runs, and stop waits for what it began', async () => {
    const { database, clock, queue } = await start();
    const began = Promise.withResolvers<void>();
    const release = Promise.withResolvers<JobOutcome>();
    queue.register('note', () => (began.resolve(), release.promise), rules);
    queue.start();
    await queue.enqueue(database.db, { kind: 'note', payload: {} });
    clock.advance(1000);
    await began.promise;
    let isStopped = false;
    const stopping = queue.stop().then(() => (isStopped = true));
    await database.db.selectFrom('jobs').selectAll().execute();
    expect(isStopped).toBe(false);
    release.resolve({ kind: 'done' });
    await stopping;
    expect(await rowsOf(database)).toMatchObject([{ state: 'done' }]);
  });

  test('forgets ended jobs by age, never waiting ones', async () => {
    const { database, clock, queue } = await start();
    queue.register('note', worker().work, rules);
    await queue.enqueue(database.db, { kind: 'note', payload: {} });
    await queue.runDue();
    await queue.enqueue(database.db, { kind: 'other', payload: {} });
    clock.advance(1000);
    expect(await queue.prune(clock.nowMs())).toBe(1);
    expect(await rowsOf(database)).toMatchObject([{ kind: 'other' }]);
  });
});

describe('registering', () => {
  test('refuses a second worker for a kind', () => {
    const clock = new ManualClock();
    const database = {} as TestDatabase;
    const queue = queueOn(database, clock);
    queue.register('note', worker().work, rules);
    expect(() => queue.register('note', worker().work, rules)).toThrow(
      expect.objectContaining({ code: 'internal.unexpected' }),
    );
  });
});
