import { expect, test } from 'vitest';
import { doctorOf, postgresInstallation, readBooks, subscriber } from '../support/installation.ts';
import { call, startLoad, tally } from '../support/load.ts';
import { until, vulngate } from '../support/process.ts';
import { startCluster } from '../support/postgres-cluster.ts';

// Risk: a database that goes away for a moment lets requests in unpaid, takes the server along, or needs somebody's hand.

test('PostgreSQL restarted under load: 503 with Retry-After meanwhile, then it works by itself and the ledger is right', async (context) => {
  const cluster = await startCluster({ durable: true });
  if (cluster === null) return context.skip('PostgreSQL is not installed');
  try {
    const installed = await postgresInstallation(cluster.url);
    if (installed === null) return context.skip('PostgreSQL is not installed');
    const server = await installed.serve();
    const { key, subscriptionId } = await subscriber(installed, { tier: 'enterprise' });
    const load = startLoad([server.url], { key, connections: 8 });
    const seen =
      (status: number, fromMs = 0) =>
      (): true | null =>
        load.shots.some((shot) => shot.status === status && shot.startedMs > fromMs) ? true : null;
    await until(seen(200), 'the load runs');

    const bringBack = await cluster.interrupt();
    await until(seen(503, performance.now()), 'a request refused while the database is away');
    const ready = await call(`${server.url}/readyz`);
    expect(ready.status).toBe(503);
    expect((await call(`${server.url}/healthz`)).status).toBe(200);
    expect(await doctorOf(installed)).toMatchObject({ code: 1, statuses: { 'control plane': 'failed' } });
    await bringBack();
    await until(seen(200, performance.now()), 'a request served after the database is back');
    await until(async () => ((await call(`${server.url}/readyz`)).status === 200 ? true : null), 'the server is ready');

    const shots = await load.stop();
    expect(Object.keys(tally(shots)).toSorted()).toEqual(['200', '503']);
    for (const { status, retryAfter } of shots) if (status === 503) expect(retryAfter).toMatch(/^[1-9]\d*$/);
    expect((await server.kill('SIGTERM')).code).toBe(0);

    const books = await readBooks(installed, subscriptionId);
    expect(books.discrepancies).toBe(0);
    const charged = Map.groupBy(books.rows, (row) => row.client);
    for (const [client, own] of Map.groupBy(shots, (shot) => shot.client)) {
      const answered = own.filter((shot) => shot.status === 200).length;
      const rows = charged.get(client) ?? [];
      // A commit whose confirmation was lost may have charged a request that was then refused; it says nothing more.
      expect(rows.length).toBeGreaterThanOrEqual(answered);
      expect(rows.length).toBeLessThanOrEqual(own.length);
      const lost = rows.filter((row) => row.chargedMillicredits > 0).length - answered;
      expect(lost, `${client}: charged without an answer`).toBeLessThanOrEqual(1);
    }
    expect((await doctorOf(installed)).ok).toBe(true);
  } finally {
    await cluster.stop();
  }
});

test.for<{ what: string; part: 'password' | 'pathname' | 'port'; value: string; reason: RegExp }>([
  { what: 'a wrong password', part: 'password', value: 'canary-wrong-word', reason: /password/ },
  { what: 'a database that does not exist', part: 'pathname', value: '/nowhere', reason: /does not exist/ },
  { what: 'a server that does not answer', part: 'port', value: '9', reason: /ECONNREFUSED/ },
])('$what ends the start with the reason and no secret', async ({ part, value, reason }, context) => {
  const installed = await postgresInstallation();
  const address = installed?.env['VULNGATE_DATABASE_URL'];
  if (installed === null || address === undefined) return context.skip('no PostgreSQL server');
  const url = new URL(address);
  url[part] = value;
  const env = { VULNGATE_DATABASE_URL: url.href };
  const ended = await vulngate(['serve', '--data', installed.folder, '--port', '0', '--json'], { env });
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toMatch(reason);
  expect(ended.stderr).toMatch(/error: .+\nhelp: .+/);
  expect(ended.stderr).not.toMatch(/unexpected|canary/);
  expect(ended.stderr).not.toContain(new URL(address).password);
});
