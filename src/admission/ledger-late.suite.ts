/** Risk: a request that was refused as not charged is charged by its statement all the same, which the server got late. */
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { admittedOf, holderOn, requestOf, type Holder } from '../../test/support/actors.ts';
import type { TestDatabase } from '../../test/support/engines.ts';
import { lossyNode, type LossyNode } from '../../test/support/lossy-node.ts';
import type { AdmissionOutcome } from './types.ts';

const unavailable = expect.objectContaining({ code: 'admission.unavailable' });

interface Scene extends LossyNode {
  /** Both have one request behind them. */
  readonly holder: Holder;
  readonly other: Holder;
}

export const lateSuite = (makeDatabase: () => Promise<TestDatabase>): void => {
  const open = async (): Promise<Scene> => {
    const scene = await lossyNode(makeDatabase);
    const { node } = scene;
    const holder = await holderOn(node, { creditsMillicredits: 5000 });
    const other = await holderOn(node);
    for (const { verified } of [holder, other]) admittedOf(await node.admission.admit(requestOf(verified)));
    return { ...scene, holder, other };
  };

  const admit = ({ node }: Scene, { verified }: Holder) => node.admission.admit(requestOf(verified));
  const outcomeOf = (admitted: Promise<AdmissionOutcome>): Promise<string> =>
    admitted.then(
      ({ kind }) => kind,
      () => 'failed',
    );
  const usedBy = async ({ node }: Scene, { subscription }: Holder): Promise<number> =>
    (await node.admission.reading(subscription.id, subscription.terms, node.clock.nowMs())).usedMillicredits;
  const sumOf = (charges: readonly number[]): number => charges.reduce((sum, charge) => sum + charge, 0);
  /** waiting resolves when so many statements wait for a lock. */
  const waiting = async ({ database }: Scene, count: number): Promise<void> => {
    for (;;) {
      const { rows } = await sql`select pid from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
      if (rows.length >= count) return;
    }
  };
  /** outrun is another node that is faster, so that the next batch is decided on locked rows. */
  const outrun = ({ database, proxy }: Scene): void =>
    proxy.before('ledger-write', 2, () =>
      database.db
        .updateTable('meters')
        .set((expression) => ({ version: expression('version', '+', 1) }))
        .execute(),
    );
  const chargesOf = async ({ database }: Scene, { subscription }: Holder): Promise<readonly number[]> => {
    const rows = await database.db
      .selectFrom('usage')
      .select('charged_millicredits')
      .where('owner_id', '=', subscription.id)
      .orderBy('id')
      .execute();
    return rows.map((row) => row.charged_millicredits);
  };

  test('a charge that was refused confirms nothing when the server gets it after the next request', async () => {
    const scene = await open();
    const { proxy, node, holder, other } = scene;
    const late = proxy.delay('ledger-write');
    await expect(admit(scene, holder)).rejects.toEqual(unavailable);
    admittedOf(await admit(scene, other));
    await late.deliver();
    expect(await chargesOf(scene, holder)).toEqual([1000]);
    expect(await usedBy(scene, holder)).toBe(1000);
    admittedOf(await admit(scene, holder));
    expect(await chargesOf(scene, holder)).toEqual([1000, 1000]);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('a charge that was refused is given back when the server gets it before the next request', async () => {
    const scene = await open();
    const { proxy, node, holder, other } = scene;
    const late = proxy.delay('ledger-write');
    await expect(admit(scene, holder)).rejects.toEqual(unavailable);
    await late.deliver();
    expect(await chargesOf(scene, holder)).toEqual([1000, 1000]);
    admittedOf(await admit(scene, other));
    expect(await chargesOf(scene, holder)).toEqual([1000, 0]);
    expect(await usedBy(scene, holder)).toBe(1000);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test.each(['the late one', 'the next one'])(
    'when both wait for one row, %s first, nothing is charged',
    async (first) => {
      const scene = await open();
      const { database, proxy, node, holder, other } = scene;
      const late = proxy.delay('ledger-write');
      await expect(admit(scene, holder)).rejects.toEqual(unavailable);
      const [ended] = await database.db.transaction().execute(async (tx) => {
        await tx
          .selectFrom('meters')
          .select('owner_id')
          .where('owner_id', '=', holder.subscription.id)
          .forUpdate()
          .execute();
        const delivered = first === 'the late one' ? late.deliver() : null;
        if (delivered !== null) await waiting(scene, 1);
        const next = admit(scene, other);
        await Promise.race([next, waiting(scene, delivered === null ? 1 : 2)]);
        // In an array, because the transaction must end before they do.
        return [Promise.all([next, delivered ?? late.deliver()])];
      });
      admittedOf((await ended)[0]);
      expect(sumOf(await chargesOf(scene, holder))).toBe(1000);
      expect(await usedBy(scene, holder)).toBe(1000);
      expect(await node.admission.discrepancies()).toEqual([]);
    },
  );

  test('a charge that was decided on locked rows and refused is not made by a commit that comes late', async () => {
    const scene = await open();
    const { proxy, node, holder, other } = scene;
    outrun(scene);
    const late = proxy.delay('commit\0');
    await expect(admit(scene, holder)).rejects.toEqual(unavailable);
    const next = admit(scene, other);
    await Promise.race([next, waiting(scene, 1)]);
    await late.deliver();
    admittedOf(await next);
    expect(sumOf(await chargesOf(scene, holder))).toBe(1000);
    expect(await usedBy(scene, holder)).toBe(1000);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('a server that does not answer fails the requests before twenty seconds, and the next ones are served', async () => {
    const scene = await open();
    const { database, proxy, node, holder, other } = scene;
    const late = proxy.delay('ledger-write', 'waiting');
    const refused = admit(scene, holder).catch((error: unknown) => error);
    const twentySeconds = sql`select pg_sleep(20)`.execute(database.db).catch(() => null);
    expect(await Promise.race([refused, twentySeconds])).toEqual(unavailable);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event = 'PgSleep'`.execute(database.db);
    admittedOf(await admit(scene, other));
    await late.deliver();
    expect(await chargesOf(scene, holder)).toEqual([1000]);
    expect(await node.admission.discrepancies()).toEqual([]);
  });

  test('locked rows whose node is gone in silence are free again by themselves', async () => {
    const scene = await open();
    const { proxy, node, holder, other } = scene;
    outrun(scene);
    proxy.delay('commit\0');
    await expect(admit(scene, holder)).rejects.toEqual(unavailable);
    const attempts = [await outcomeOf(admit(scene, other)), await outcomeOf(admit(scene, other))];
    expect(attempts).toContain('admitted');
    expect(await chargesOf(scene, holder)).toEqual([1000]);
    expect(await node.admission.discrepancies()).toEqual([]);
  });
};
