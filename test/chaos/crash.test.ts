import { expect, test } from 'vitest';
import { seededRandom } from '../../src/kernel/index.ts';
import {
  doctorOf,
  installation,
  postgresInstallation,
  readBooks,
  subscriber,
  type Books,
} from '../support/installation.ts';
import { call, startLoad, type Shot } from '../support/load.ts';
import { until } from '../support/process.ts';

// Risk: a crash gives requests away, takes money for nothing, or leaves a folder that does not start.

const seed = 'crash-1';
const rounds = 5;
const connections = 16;

/** expectHonest compares what every connection saw with what the ledger holds for it. */
const expectHonest = (books: Books, shots: readonly Shot[]): void => {
  const charged = Map.groupBy(books.rows, (row) => row.client);
  for (const [client, own] of Map.groupBy(shots, (shot) => shot.client)) {
    const rows = charged.get(client)?.length ?? 0;
    const answered = own.filter((shot) => shot.status === 200).length;
    expect(rows, `${client}: every answered request is charged`).toBeGreaterThanOrEqual(answered);
    expect(rows, `${client}: nothing is charged twice`).toBeLessThanOrEqual(own.length);
  }
  expect(books.discrepancies).toBe(0);
  expect(books.requests).toBe(books.rows.length);
  expect(books.usedMillicredits).toBe(books.rows.reduce((sum, row) => sum + row.chargedMillicredits, 0));
};

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`kill -9 under load loses no charge and makes none twice on ${engine}`, async (context) => {
    const installed = engine === 'sqlite' ? await installation() : await postgresInstallation();
    if (installed === null) return context.skip('no PostgreSQL server');
    const random = seededRandom(seed);
    const { key, subscriptionId } = await subscriber(installed, { tier: 'enterprise' });
    const shots: Shot[] = [];
    for (let round = 0; round < (engine === 'sqlite' ? rounds : 3); round += 1) {
      const server = await installed.serve();
      const load = startLoad([server.url], { key, connections });
      // A count of answers is a moment that no timer has chosen: mostly in the middle of a batch.
      const moment = random.bytes(2).readUInt16BE() % 1000;
      await until(() => (load.shots.length >= moment ? true : null), `${moment} answers`);
      await server.kill('SIGKILL');
      shots.push(...(await load.done));
    }
    expect(shots.filter((shot) => shot.status !== 200 && shot.status !== null)).toEqual([]);
    expectHonest(await readBooks(installed, subscriptionId), shots);

    const survivor = await installed.serve();
    const before = (await readBooks(installed, subscriptionId)).requests;
    expect((await call(`${survivor.url}/api/v1/cves?limit=1`, { key })).status).toBe(200);
    expect((await readBooks(installed, subscriptionId)).requests).toBe(before + 1);
    expect(await doctorOf(installed)).toMatchObject({ code: 0, ok: true, statuses: { ledger: 'ok', catalogue: 'ok' } });
    expect((await survivor.kill('SIGTERM')).code).toBe(0);
  });
}
