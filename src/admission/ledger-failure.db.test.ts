/** Risk: while the database is away a request is let in on a guess, or a charge that nobody was served for stays. */
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { admittedOf, holderOn, nodeOn, requestOf, type Holder, type Node } from '../../test/support/actors.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { lossyNode, type LossyNode } from '../../test/support/lossy-node.ts';
import { turning } from '../../test/support/turning.ts';
import { createLog } from '../kernel/index.ts';
import type { Control } from '../storage/index.ts';
import { lateSuite } from './ledger-late.suite.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const usedBy = async (node: Node, { subscription }: Holder): Promise<number> =>
  (await node.admission.reading(subscription.id, subscription.terms, node.clock.nowMs())).usedMillicredits;
const rowsOf = (control: Control) =>
  control.db.selectFrom('usage').select(['id', 'status', 'charged_millicredits']).orderBy('id').execute();
const unavailable = expect.objectContaining({ code: 'admission.unavailable' });

const sqliteSuite = (makeDatabase: () => Promise<TestDatabase>): void => {
  /** Another process that writes, as long as it is let. */
  const writerOn = (database: TestDatabase): DatabaseSync => {
    const path = database.settings.engine === 'sqlite' ? database.settings.path : '';
    const writer = new DatabaseSync(path);
    onTestFinished(() => writer.close());
    return writer;
  };

  test('waits for another process that writes, and is served when it is done', async () => {
    const database = await makeDatabase();
    const node = await nodeOn(database);
    const holder = await holderOn(node);
    const writer = writerOn(database);
    writer.exec('begin immediate');
    const admitted = node.admission.admit(requestOf(holder.verified));
    for (let waited = 0; waited < 4000; waited += 500) {
      await turn();
      node.clock.advance(500);
    }
    writer.exec('rollback');
    admittedOf(await turning(node.clock, admitted, 1));
    await node.close();
  });

  test('refuses every waiting request after five seconds, charges none and works again afterwards', async () => {
    const database = await makeDatabase();
    const lines: string[] = [];
    const log = createLog({ level: 'error', nowMs: () => 0, write: (line) => lines.push(line) });
    const node = await nodeOn(database, { log });
    const holder = await holderOn(node);
    const open = admittedOf(await node.admission.admit(requestOf(holder.verified)));
    const writer = writerOn(database);
    writer.exec('begin immediate');
    const refund = node.admission.settle({ usageId: open.usageId, status: 500, latencyMicroseconds: 1 });
    const waiting = Array.from({ length: 5 }, () =>
      node.admission.admit(requestOf(holder.verified)).catch((error: unknown) => error),
    );
    const answers = await turning(node.clock, Promise.all(waiting), 1000);
    expect(answers).toEqual(Array.from({ length: 5 }, () => unavailable));
    await refund;
    expect(lines.join('')).toContain('admission.commit_failed');
    expect(await rowsOf(database)).toEqual([{ id: open.usageId, status: null, charged_millicredits: 1000 }]);
    writer.exec('rollback');
    admittedOf(await turning(node.clock, node.admission.admit(requestOf(holder.verified)), 1));
    expect(await usedBy(node, holder)).toBe(1000);
    expect((await rowsOf(database))[0]).toMatchObject({ status: 500, charged_millicredits: 0 });
    expect(await node.admission.discrepancies()).toEqual([]);
    await node.close();
  });

  test('tries an ending again by itself', async () => {
    const database = await makeDatabase();
    const node = await nodeOn(database);
    const holder = await holderOn(node);
    const { usageId } = admittedOf(await node.admission.admit(requestOf(holder.verified)));
    const writer = writerOn(database);
    writer.exec('begin immediate');
    await turning(node.clock, node.admission.settle({ usageId, status: 503, latencyMicroseconds: 1 }), 1000);
    writer.exec('rollback');
    node.clock.advance(250);
    while ((await usedBy(node, holder)) > 0) await turn();
    expect(await node.admission.discrepancies()).toEqual([]);
    await node.close();
  });
};

const postgresSuite = (makeDatabase: () => Promise<TestDatabase>): void => {
  interface Scene extends LossyNode {
    readonly holder: Holder;
  }

  const open = async (): Promise<Scene> => {
    const scene = await lossyNode(makeDatabase);
    const { node } = scene;
    const holder = await holderOn(node, { creditsMillicredits: 5000 });
    admittedOf(await node.admission.admit(requestOf(holder.verified)));
    return { ...scene, holder };
  };
  const admit = ({ node, holder }: Scene) => node.admission.admit(requestOf(holder.verified));

  test('refuses and charges nothing when its connection is ended in the middle of a commit', async () => {
    const scene = await open();
    const { database, node, holder } = scene;
    const attempt = await database.db.transaction().execute(async (tx) => {
      await tx.selectFrom('meters').select('owner_id').forUpdate().execute();
      const outcome = Promise.all([1, 2, 3].map(() => admit(scene).catch((error: unknown) => error)));
      for (;;) {
        const { rows } = await sql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
        if (rows.length > 0) return outcome;
      }
    });
    expect(attempt).toEqual([unavailable, unavailable, unavailable]);
    expect(await rowsOf(database)).toHaveLength(1);
    admittedOf(await admit(scene));
    expect(await usedBy(node, holder)).toBe(2000);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('goes on after the server ended every connection', async () => {
    const scene = await open();
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(scene.database.db);
    const first = await admit(scene).catch((error: unknown) => error);
    if (first instanceof Error) expect(first).toEqual(unavailable);
    admittedOf(await admit(scene));
    expect(await scene.node.admission.discrepancies()).toEqual([]);
  });

  test('refuses while the server cannot be reached, and works again afterwards', async () => {
    const scene = await open();
    scene.proxy.stop();
    await expect(admit(scene)).rejects.toEqual(unavailable);
    await expect(admit(scene)).rejects.toEqual(unavailable);
    scene.proxy.start();
    admittedOf(await admit(scene));
    expect(await rowsOf(scene.database)).toHaveLength(2);
  });

  test('gives a charge back whose confirmation was lost on the way, and goes on', async () => {
    const scene = await open();
    const { database, node, holder } = scene;
    scene.proxy.loseAnswer('ledger-write');
    await expect(admit(scene)).rejects.toEqual(unavailable);
    expect(await rowsOf(database)).toMatchObject([{}, { status: null, charged_millicredits: 1000 }]);
    admittedOf(await admit(scene));
    expect(await rowsOf(database)).toMatchObject([
      { status: null, charged_millicredits: 1000 },
      { status: 503, charged_millicredits: 0 },
      { status: null, charged_millicredits: 1000 },
    ]);
    expect(await usedBy(node, holder)).toBe(2000);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('gives a charge back whose confirmation was lost although its row had an ending', async () => {
    const scene = await open();
    const { database, node, holder } = scene;
    const answered = (status: number) =>
      node.admission.admit(requestOf(holder.verified, { answer: () => ({ status, latencyMicroseconds: 1 }) }));
    scene.proxy.loseAnswer('ledger-write');
    const lost = await Promise.all([200, 304, 503].map((status) => answered(status).catch((error: unknown) => error)));
    expect(lost).toEqual([unavailable, unavailable, unavailable]);
    expect((await rowsOf(database)).slice(1)).toMatchObject([
      { status: 200, charged_millicredits: 1000 },
      { status: 304, charged_millicredits: 0 },
      { status: 503, charged_millicredits: 0 },
    ]);
    scene.proxy.loseAnswer('ledger-write');
    await expect(admit(scene)).rejects.toEqual(unavailable);
    admittedOf(await admit(scene));
    expect((await rowsOf(database)).slice(1).map((row) => [row.status, row.charged_millicredits])).toEqual([
      [503, 0],
      [503, 0],
      [503, 0],
      [503, 0],
      [null, 1000],
    ]);
    expect(await usedBy(node, holder)).toBe(2000);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('refunds once when the confirmation of the refund was lost on the way', async () => {
    const scene = await open();
    const { database, node, holder } = scene;
    const { usageId } = admittedOf(await admit(scene));
    scene.proxy.loseAnswer('ledger-write');
    await node.admission.settle({ usageId, status: 500, latencyMicroseconds: 1 });
    admittedOf(await admit(scene));
    expect(await usedBy(node, holder)).toBe(2000);
    expect((await rowsOf(database)).map((row) => row.charged_millicredits)).toEqual([1000, 0, 1000]);
    expect(await node.admission.discrepancies()).toEqual([]);
  });
};

/** Has every charge fail while reads still work, as on a full disk; the returned function ends it. */
const refuseCharges = async ({ db, engine }: Control): Promise<() => Promise<void>> => {
  if (engine.name === 'sqlite') {
    await sql`create trigger refusing before insert on usage begin select raise(abort, 'full'); end`.execute(db);
    return async () => void (await sql`drop trigger refusing`.execute(db));
  }
  await sql`create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$`.execute(
    db,
  );
  await sql`create trigger refusing before insert on usage execute function refuse()`.execute(db);
  return async () => void (await sql`drop trigger refusing on usage`.execute(db));
};

const readinessSuite = (makeDatabase: () => Promise<TestDatabase>): void => {
  test('is not ready from a failed commit on until one can be made, asks for nothing before, and leaves nothing', async () => {
    const database = await makeDatabase();
    const node = await nodeOn(database);
    const holder = await holderOn(node);
    admittedOf(await node.admission.admit(requestOf(holder.verified)));
    const permit = await refuseCharges(database);
    await node.admission.ready();
    await expect(node.admission.admit(requestOf(holder.verified))).rejects.toEqual(unavailable);
    const asked = [1, 2, 3].map(() => node.admission.ready().catch((error: unknown) => error));
    expect(await Promise.all(asked)).toEqual([unavailable, unavailable, unavailable]);
    await permit();
    await node.admission.ready();
    expect(await rowsOf(database)).toHaveLength(1);
    expect(await node.admission.discrepancies()).toEqual([]);
    await node.close();
  });

  test('is ready again when a request was charged after a failure', async () => {
    const database = await makeDatabase();
    const node = await nodeOn(database);
    const holder = await holderOn(node);
    const permit = await refuseCharges(database);
    await expect(node.admission.admit(requestOf(holder.verified))).rejects.toEqual(unavailable);
    await permit();
    admittedOf(await node.admission.admit(requestOf(holder.verified)));
    await refuseCharges(database);
    await node.admission.ready();
    await node.close();
  });
};

eachEngine('ledger without its database', (makeDatabase, engine) => {
  readinessSuite(makeDatabase);
  if (engine === 'sqlite') sqliteSuite(makeDatabase);
  else {
    postgresSuite(makeDatabase);
    lateSuite(makeDatabase);
  }
});
