/** Risk: scores of today are shown under the day of yesterday, because the day was remembered. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type TestServer } from '../support/http-server.ts';
import { keys } from '../support/memory-gates.ts';
import { sampleCatalog } from '../support/sample-catalog.ts';
import { ask, at } from '../support/wire.ts';

const days = ['2026-01-14', '2026-01-15'];
let version = 0;
let reads = 0;
let server: TestServer;
beforeAll(async () => {
  const sample = sampleCatalog();
  const catalog = {
    ...sample,
    version: () => version,
    feedStates: () => {
      reads += 1;
      return sample.feedStates().map((state) => ({ ...state, dataMs: Date.parse(days[version] ?? '') }));
    },
  };
  server = await startServer({}, { catalog });
});
afterAll(() => server.close());

it('the day of the scores is read when the catalogue has changed, and at no other time', async () => {
  const dayShown = async (): Promise<unknown> => {
    const answer = await ask(server.url, '/api/v1/cve/CVE-2021-44228', { headers: { 'x-api-key': keys.plus } });
    return at(answer.json, 'data', 'cve', 'epss', 'date');
  };
  expect([await dayShown(), await dayShown()]).toEqual([days[0], days[0]]);
  expect(reads).toBe(1);
  // No time passes: the clock of the test stands still.
  version = 1;
  expect([await dayShown(), await dayShown()]).toEqual([days[1], days[1]]);
  expect(reads).toBe(2);
});
