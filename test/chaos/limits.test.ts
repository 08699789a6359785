import { expect, test, type TestContext } from 'vitest';
import {
  installation,
  postgresInstallation,
  readBooks,
  subscriber,
  type Installation,
} from '../support/installation.ts';
import { startLoad, tally } from '../support/load.ts';

// Risk: many callers at once, or callers of several processes, are served more than their subscription holds.

const crowd = 200;

interface Setting {
  readonly name: string;
  readonly nodes: number;
  readonly install: () => Promise<Installation | null>;
}

const settings: readonly Setting[] = [
  { name: 'one process', nodes: 1, install: installation },
  { name: 'two processes on one folder', nodes: 2, install: installation },
  { name: 'two processes on PostgreSQL', nodes: 2, install: postgresInstallation },
];

const open = async (setting: Setting, context: TestContext) => {
  const installed = await setting.install();
  if (installed === null) return context.skip('no PostgreSQL server');
  const servers = await Promise.all(Array.from({ length: setting.nodes }, () => installed.serve()));
  return { installed, servers, urls: servers.map((server) => server.url) };
};

for (const setting of settings) {
  test(`200 clients get exactly 1,000 credits: ${setting.name}`, async (context) => {
    const { installed, urls, servers } = await open(setting, context);
    const { key, subscriptionId } = await subscriber(installed, { tier: 'pro', credits: 1000 });
    // One half asks for lists (1 credit), the other for single records (5 credits; 404 keeps its charge).
    const path = (client: number): string => (client % 4 < 2 ? '/api/v1/cves?limit=1' : '/api/v1/cve/CVE-2021-44228');
    const shots = await startLoad(urls, { key, connections: crowd, path, shots: 8 }).done;
    expect(shots).toHaveLength(crowd * 8);
    const answered = tally(shots);
    expect(Object.keys(answered).toSorted()).toEqual(expect.arrayContaining(['429']));
    expect(Object.keys(answered).filter((status) => !['200', '404', '429'].includes(status))).toEqual([]);

    const books = await readBooks(installed, subscriptionId);
    expect(books.usedMillicredits).toBe(1_000_000);
    expect(books.rows).toHaveLength((answered['200'] ?? 0) + (answered['404'] ?? 0));
    expect(books.discrepancies).toBe(0);
    for (const server of servers) expect((await server.kill('SIGTERM')).code).toBe(0);
  });

  test(`200 clients of a Free subscription get exactly 5 requests in a minute: ${setting.name}`, async (context) => {
    const { installed, urls } = await open(setting, context);
    const { key, subscriptionId } = await subscriber(installed, { tier: 'free' });
    const shots = await startLoad(urls, { key, connections: crowd, shots: 2 }).done;
    const lastMs = Math.max(...shots.map((shot) => shot.endedMs)) - Math.min(...shots.map((shot) => shot.startedMs));
    // Five for every minute that the load took: one, unless the machine is very slow.
    const admittedMax = 5 * (1 + Math.floor(lastMs / 60_000));
    const admitted = tally(shots)['200'] ?? 0;
    expect(admitted).toBeGreaterThanOrEqual(5);
    expect(admitted).toBeLessThanOrEqual(admittedMax);
    expect(tally(shots)).toEqual({ 200: admitted, 429: crowd * 2 - admitted });
    for (const { status, retryAfter } of shots) {
      // 61: the other process charged a moment after this batch had read its clock.
      if (status === 429) expect(retryAfter).toMatch(/^([1-9]|[1-5]\d|6[01])$/);
    }
    expect((await readBooks(installed, subscriptionId)).requests).toBe(admitted);
  });
}
