/** The whole program in one process: real keys, the real ledger, the starter catalogue, over a real connection. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cybersecfeedOperations } from '../../src/contract/index.ts';
import { operatorActor } from '../../src/kernel/index.ts';
import { startApp, type RunningApp } from '../support/app.ts';
import { ask, at, type WireAnswer } from '../support/wire.ts';

let running: RunningApp;
let presented: string;
beforeAll(async () => {
  running = await startApp();
  presented = (await running.key('plus')).presented;
});
afterAll(() => running.close());

const get = (path: string, key = presented, headers: Record<string, string> = {}): Promise<WireAnswer> =>
  ask(running.url, path, { headers: { 'x-api-key': key, ...headers } });
const usedBy = async (key = presented): Promise<unknown> =>
  at((await get('/api/v1/usage', key)).json, 'data', 'usage', 'credits_used');

describe('a served request', () => {
  it('answers every operation in the shape of its table and charges its price exactly', async () => {
    let expected = Number(await usedBy());
    for (const operation of cybersecfeedOperations) {
      const path = operation.path.replace('{id}', 'cve-2021-44228');
      const answer = await ask(running.url, path, {
        method: operation.method,
        headers: {
          'x-api-key': presented,
          ...(operation.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(operation.body === undefined ? {} : { body: '{"cve_ids":["CVE-2021-44228","CVE-1999-99999"]}' }),
      });
      expect([operation.id, answer.status]).toEqual([operation.id, 200]);
      expect([operation.id, operation.response.safeParse(answer.json).error]).toEqual([operation.id, undefined]);
      expected += operation.priceMillicredits / 1000;
      expect([operation.id, await usedBy()]).toEqual([operation.id, expected]);
    }
  });

  it('has its ending in the commit of its charge when it comes from memory', async () => {
    const { id, presented: key } = await running.key('business');
    const first = await get('/api/v1/cve/CVE-2021-44228', key);
    const again = await get('/api/v1/cve/cve-2021-44228', key);
    const unchanged = await get('/api/v1/cve/CVE-2021-44228', key, { 'if-none-match': String(first.headers.etag) });
    const wrong = await get('/api/v1/cve/CVE-x', key);
    expect([again.json, unchanged.status, wrong.status]).toEqual([
      { ...Object(first.json), meta: { ...Object(at(first.json, 'meta')), ...Object(at(again.json, 'meta')) } },
      304,
      400,
    ]);
    const rows = await running.app.parts.control.db
      .selectFrom('usage')
      .select(['status', 'charged_millicredits', 'latency_us'])
      .where('credential_id', '=', id)
      .orderBy('id')
      .execute();
    expect(rows.slice(1).map((row) => [row.status, row.charged_millicredits])).toEqual([
      [200, 5000],
      [304, 0],
      [400, 0],
    ]);
    expect(rows.slice(1).every(({ latency_us: latency }) => Number.isSafeInteger(latency))).toBe(true);
  });

  it('gives 304 and 400 back before it answers, and keeps the charge of 404', async () => {
    const first = await get('/api/v1/cve/CVE-2021-44228');
    const used = await usedBy();
    const again = await get('/api/v1/cve/CVE-2021-44228', presented, { 'if-none-match': String(first.headers.etag) });
    expect([again.status, again.text, await usedBy()]).toEqual([304, '', used]);
    expect([(await get('/api/v1/cves?limit=0')).status, await usedBy()]).toEqual([400, used]);
    expect([(await get('/api/v1/kev/CVE-1999-99999')).status, await usedBy()]).toEqual([404, Number(used) + 3]);
  });

  it.each([
    '/api/v1/cves?limit=37',
    '/api/v1/cves?limit=50&sort=severity_desc',
    '/api/v1/cves?limit=100&sort=epss',
    '/api/v1/kev?limit=20',
  ])('goes through all of %s once', async (path) => {
    const key = (await running.key('business')).presented;
    const member = path.includes('kev') ? 'kev' : 'cves';
    const ids: unknown[] = [];
    let total: unknown = null;
    for (let cursor: unknown = ''; typeof cursor === 'string';) {
      const { json } = await get(`${path}&after=${cursor}`, key);
      const rows = at(json, 'data', member);
      if (!Array.isArray(rows)) throw new Error(JSON.stringify(json));
      ids.push(...rows.map((row: unknown) => at(row, 'id') ?? at(row, 'cve_id')));
      total = at(json, 'data', 'pagination', 'totalEstimate');
      cursor = at(json, 'data', 'pagination', 'nextCursor');
    }
    expect(ids.length).toBeGreaterThan(20);
    expect([ids.length, new Set(ids).size]).toEqual([total, total]);
  });
});

describe('a refused request', () => {
  it('is told apart only as far as the product says', async () => {
    const mistyped = `${presented.slice(0, -1)}${presented.endsWith('0') ? '1' : '0'}`;
    expect(at((await get('/api/v1/ping', mistyped)).json, 'error')).toEqual({
      code: 'UNAUTHORIZED',
      message: 'Invalid API key',
    });
    const { id, presented: other } = await running.key('plus');
    expect((await get('/api/v1/ping', other)).status).toBe(200);
    await running.app.parts.credentials.revoke({ actor: operatorActor, id });
    const revoked = await get('/api/v1/ping', other);
    expect([revoked.status, at(revoked.json, 'error')]).toEqual([
      401,
      { code: 'UNAUTHORIZED', message: 'Invalid API key' },
    ]);
  });

  it('meets the free tier’s 5 requests a minute', async () => {
    const { presented: free } = await running.key('free');
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await get('/api/v1/ping-lite', free)).status),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([...Array<number>(5).fill(200), ...Array<number>(7).fill(429)]);
    const refused = await get('/api/v1/ping', free);
    expect(at(refused.json, 'error')).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'Rate limit exceeded (5 requests per minute)',
      details: { limit: 5, window: '1 minute' },
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('leaves a trace on the key that was exposed, and none of it in the log', async () => {
    const answer = await get(`/api/v1/ping?api_key=${presented}`);
    expect(at(answer.json, 'error', 'code')).toBe('API_KEY_EXPOSED');
    expect(running.lines.join('')).not.toContain(presented);
  });
});

describe('readiness', () => {
  it('asks the real control plane, ledger and catalogue', async () => {
    expect((await ask(running.url, '/readyz')).json).toEqual({
      status: 'ready',
      checks: { controlPlane: 'ok', ledger: 'ok', catalogue: 'ok' },
    });
    expect((await ask(running.url, '/metrics')).text).toContain('vulngate_requests_total');
  });
});
