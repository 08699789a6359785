import { expect, test } from 'vitest';
import { doctorOf, installation, postgresInstallation, readBooks, subscriber } from '../support/installation.ts';
import { call, startLoad, tally } from '../support/load.ts';
import { until } from '../support/process.ts';

// Risk: an orderly stop drops what was admitted, or leaves charges whose end nobody knows.

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`SIGTERM under load answers and settles all that was admitted on ${engine}`, async (context) => {
    const installed = engine === 'sqlite' ? await installation() : await postgresInstallation();
    if (installed === null) return context.skip('no PostgreSQL server');
    const server = await installed.serve();
    const { key, subscriptionId } = await subscriber(installed, { tier: 'enterprise' });
    const paths = ['/api/v1/cves?limit=100', '/api/v1/cve/CVE-2021-44228', '/api/v1/cves?limit=0', '/api/v1/ping'];
    const load = startLoad([server.url], { key, connections: 16, path: (client) => paths[client % 4] ?? '' });
    await until(() => (load.shots.length > 200 ? true : null), 'the load runs');
    const ended = await server.kill('SIGTERM');
    const shots = await load.done;
    await expect(call(`${server.url}/healthz`)).rejects.toThrow();

    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toContain('server.stopped_late');
    const answered = tally(shots);
    // A connection that ends without an answer met a closed door: nothing of it was admitted.
    expect(Object.keys(answered).filter((status) => !['200', '400', 'null'].includes(status))).toEqual([]);
    const books = await readBooks(installed, subscriptionId);
    expect(books.rows).toHaveLength(shots.length - (answered['null'] ?? 0));
    expect(books.rows.filter((row) => row.status === null)).toEqual([]);
    expect(books.rows.filter((row) => row.status === 400 && row.chargedMillicredits !== 0)).toEqual([]);
    expect(books.discrepancies).toBe(0);
    expect((await doctorOf(installed)).ok).toBe(true);
  });
}

test('a stop without load takes a moment, and a second signal ends it at once', async () => {
  const installed = await installation();
  const idle = await installed.serve();
  const startedMs = performance.now();
  expect((await idle.kill('SIGINT')).code).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(5000);
});
