import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { doctorOf, installation, postgresInstallation, readBooks, subscriber } from '../support/installation.ts';
import { call, startLoad, tally } from '../support/load.ts';
import { atEnd, until } from '../support/process.ts';

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

test('a stop without load waits for nobody', async () => {
  const installed = await installation();
  // Longer than this test may take: a stop that waited would not end in it.
  const idle = await installed.serve({ env: { VULNGATE_SHUTDOWN_SECONDS: '600' } });
  const ended = await idle.kill('SIGINT');
  expect(ended.code).toBe(0);
  expect(ended.stderr).not.toContain('server.stopped_late');
});

/** A request whose body never comes to its end: it is being served for as long as its sender likes. */
const endlessRequest = async (url: string, key: string): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  atEnd(async () => {
    socket.destroy();
  });
  await once(socket, 'connect');
  const head = ['POST /api/v1/cve/batch HTTP/1.1', 'Host: x', `X-API-Key: ${key}`, 'Content-Type: application/json'];
  socket.write(`${[...head, 'Content-Length: 100'].join('\r\n')}\r\n\r\n{"cve_ids":`);
  await until(async () => {
    const { text } = await call(`${url}/metrics`);
    return /^vulngate_requests_in_flight 2$/m.test(text) ? true : null;
  }, 'the request is being served');
  return socket;
};

test('a caller that never ends its request holds up the stop for the configured time only', async () => {
  const installed = await installation();
  const server = await installed.serve({ env: { VULNGATE_SHUTDOWN_SECONDS: '1' } });
  const { key, subscriptionId } = await subscriber(installed, { tier: 'plus' });
  await endlessRequest(server.url, key);
  const ended = await server.kill('SIGTERM');
  expect(ended.code).toBe(0);
  expect(ended.stderr).toContain('server.stopped_late');
  expect((await readBooks(installed, subscriptionId)).requests).toBe(0);
});

test('a second signal ends the program at once, and the ledger is right all the same', async () => {
  const installed = await installation();
  const server = await installed.serve({ env: { VULNGATE_SHUTDOWN_SECONDS: '600' } });
  const { key, subscriptionId } = await subscriber(installed, { tier: 'plus' });
  expect((await call(`${server.url}/api/v1/cves?limit=1`, { key })).status).toBe(200);
  await endlessRequest(server.url, key);
  void server.kill('SIGTERM');
  await until(
    () =>
      call(`${server.url}/healthz`).then(
        () => null,
        () => true,
      ),
    'the door is closed',
  );
  expect(server.isRunning).toBe(true);
  // One that follows at once is taken for the same wish, passed on by a launcher.
  await until(() => {
    void server.kill('SIGTERM');
    return server.isRunning ? null : true;
  }, 'the end after a second signal');
  expect((await server.ended).code).toBe(143);
  const books = await readBooks(installed, subscriptionId);
  expect(books).toMatchObject({ usedMillicredits: 1000, requests: 1, discrepancies: 0 });
});
