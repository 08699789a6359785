/** Word for word what the product documents: envelopes, error texts, headers, refunds, entity tags. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../support/http-server.ts';
import { keys, type KeyName } from '../support/memory-gates.ts';
import { ask, at, type WireAnswer } from '../support/wire.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
afterEach(() => server.clock.advance(120_000));

const get = (path: string, name: KeyName = 'plus', headers: Record<string, string> = {}): Promise<WireAnswer> =>
  ask(server.url, path, { headers: { 'x-api-key': keys[name], 'x-correlation-id': 'req-12345', ...headers } });
const meta = () => ({
  timestamp: `${new Date(server.clock.nowMs()).toISOString().slice(0, 19)}Z`,
  version: 'v1',
  correlationId: 'req-12345',
});

describe('documented answers', () => {
  it('says that a subscription has expired, word for word', async () => {
    const answer = await get('/api/v1/ping', 'cancelled');
    expect(answer.status).toBe(401);
    expect(answer.json).toEqual({
      error: {
        code: 'SUBSCRIPTION_EXPIRED',
        message: 'Subscription expired. Your subscription was cancelled and the billing period has ended',
      },
      meta: meta(),
    });
    expect(Object.keys(answer.json ?? {})).toEqual(['error', 'meta']);
  });

  it('says of a subscription that has only expired nothing of a cancellation', async () => {
    const answer = await get('/api/v1/ping', 'lapsed');
    expect([answer.status, at(answer.json, 'error')]).toEqual([
      401,
      {
        code: 'SUBSCRIPTION_EXPIRED',
        message: 'Subscription expired. Renew it, and the API key works again at once',
      },
    ]);
  });

  it('says that a key has expired', async () => {
    const answer = await get('/api/v1/ping', 'expired');
    expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([401, 'API_KEY_EXPIRED']);
  });

  it('says that credits are used up, with the figures and the reset', async () => {
    const answer = await get('/api/v1/cve/CVE-2021-44228', 'spent');
    expect(answer.status).toBe(429);
    expect(at(answer.json, 'error')).toEqual({
      code: 'CREDIT_LIMIT_EXCEEDED',
      message: 'Monthly credit limit exceeded. Upgrade your plan or wait for reset.',
      details: { credits_limit: 30_000, credits_used: 29_998.5, reset_at: '2026-02-01T00:00:00Z' },
    });
    const waitSeconds = Math.ceil((Date.UTC(2026, 1, 1) - server.clock.nowMs()) / 1000);
    expect(answer.headers['retry-after']).toBe(String(waitSeconds));
    expect(answer.headers['ratelimit']).toBe(`"credits";r=1;t=${waitSeconds}`);
    expect((await get('/api/v1/stats', 'spent')).status).toBe(200);
  });

  it('limits the free tier to 5 requests a minute, and says when it goes on', async () => {
    for (const left of [4, 3, 2, 1, 0]) {
      const answer = await get('/api/v1/ping', 'free');
      expect([answer.status, answer.headers['x-rate-limit-remaining']]).toEqual([200, String(left)]);
      expect(answer.headers['x-rate-limit-reset']).toBe(String((server.clock.nowMs() + 60_000) / 1000));
      expect(answer.headers['ratelimit-policy']).toBe('"requests";q=5;w=60');
      expect(answer.headers['ratelimit']).toBe(`"requests";r=${left};t=60`);
    }
    server.clock.advance(15_000);
    const refused = await get('/api/v1/ping', 'free');
    expect([refused.status, refused.headers['retry-after'], refused.headers['x-rate-limit-remaining']]).toEqual([
      429,
      '45',
      '0',
    ]);
    expect(refused.json).toEqual({
      error: {
        code: 'RATE_LIMITED',
        message: 'Rate limit exceeded (5 requests per minute)',
        details: { limit: 5, window: '1 minute', retry_after: 45 },
      },
      meta: meta(),
    });
    server.clock.advance(45_000);
    // What is refused for another reason, or asks for credits, was counted as well and says so.
    const wrong = await get('/api/v1/cves?limit=0', 'free');
    expect([wrong.status, wrong.headers['x-rate-limit-remaining']]).toEqual([400, '4']);
    const usage = await get('/api/v1/usage', 'free');
    expect([usage.headers['x-rate-limit-remaining'], usage.headers['ratelimit-policy']]).toEqual([
      '3',
      '"credits";q=1000, "requests";q=5;w=60',
    ]);
  });

  it('answers usage with its figures and the X-Credits headers', async () => {
    const answer = await get('/api/v1/usage', 'spent');
    expect(at(answer.json, 'data')).toEqual({
      usage: {
        plan: 'CyberSecFeed Plus',
        credits_limit: 30_000,
        credits_used: 29_999,
        credits_remaining: 1,
        reset_at: '2026-02-01T00:00:00Z',
        percentage_used: 100,
      },
    });
    expect(answer.headers).toMatchObject({
      'x-credits-limit': '30000',
      'x-credits-used': '29999',
      'x-credits-remaining': '1',
      'x-credits-cost': '0',
      'x-credits-reset': '2026-02-01T00:00:00Z',
    });
    expect(at((await get('/api/v1/usage', 'enterprise')).json, 'data', 'usage')).toMatchObject({
      credits_limit: null,
      credits_remaining: null,
      percentage_used: 0,
    });
  });

  it('keeps rate and credit headers off regular answers of tiers without a rate limit', async () => {
    const answer = await get('/api/v1/cve/CVE-2021-44228');
    const names = Object.keys(answer.headers).filter((name) => /rate|credit/.test(name));
    expect(names).toEqual([]);
    expect(answer.headers).toMatchObject({
      'cache-control': 'private, no-cache',
      vary: 'X-API-Key',
      'x-content-type-options': 'nosniff',
    });
  });

  it('answers ping with the state of the database, also when that does not answer', async () => {
    const well = await get('/api/v1/ping');
    expect(at(well.json, 'data')).toMatchObject({
      status: 'ok',
      timestamp: meta().timestamp,
      database: { connected: true },
    });
    server.away.controlPlane = true;
    const away = await get('/api/v1/ping');
    server.away.controlPlane = false;
    expect(at(away.json, 'data')).toMatchObject({
      status: 'degraded',
      database: { connected: false, latency_ms: null },
    });
    expect(Object.keys(at((await get('/api/v1/ping-lite')).json, 'data') ?? {})).toEqual(['status', 'timestamp']);
  });

  it('answers statistics with totals, severities, EPSS date and sources', async () => {
    const data = at((await get('/api/v1/stats')).json, 'data');
    expect(data).toMatchObject({
      totals: { cves: 250, published: 238, rejected: 12, kev: 36 },
      severity: { critical: 50, high: 50, medium: 50, low: 50, unknown: 50 },
      epss_date: '2026-01-14',
      last_update: '2021-12-10T00:00:00Z',
    });
    expect(at(data, 'sources', 0)).toMatchObject({ name: 'epss', healthy: true, records: 84 });
  });
});

describe('correlation', () => {
  it('names the same request in answer, header and log', async () => {
    const answer = await ask(server.url, '/api/v1/ping', { headers: { 'x-api-key': keys.plus } });
    const id = String(at(answer.json, 'meta', 'correlationId'));
    expect(id).toMatch(/^req-[\w-]{12}$/);
    expect(answer.headers['x-correlation-id']).toBe(id);
    const line = server.lines
      .map((text): unknown => JSON.parse(text))
      .find((entry) => at(entry, 'correlationId') === id);
    expect(line).toMatchObject({
      event: 'request',
      operation: 'cybersecfeed.ping.read',
      status: 200,
      address: '127.0.0.1',
      credential: 'crd_1',
    });
  });

  it.each(['a"b', 'x'.repeat(65), '-x', keys.free, ''])('does not keep %j', async (given) => {
    const answer = await get('/api/v1/ping', 'plus', { 'x-correlation-id': given });
    expect(at(answer.json, 'meta', 'correlationId')).toMatch(/^req-[\w-]{12}$/);
  });

  it('cuts the client to 120 characters and takes a key out of it', async () => {
    await get('/api/v1/ping', 'plus', { 'user-agent': `tool ${keys.free} ${'x'.repeat(300)}` });
    const client = server.gates.admitted.at(-1)?.client ?? '';
    expect([client.length, client.startsWith('tool *** x')]).toEqual([120, true]);
  });
});

describe('refunds and entity tags', () => {
  it.each([
    ['/api/v1/cve/CVE-2021-44228', 5000],
    ['/api/v1/cve/CVE-2021-44228?fields=cve_id,severity', 5000],
    ['/api/v1/cves?limit=3', 1000],
    ['/api/v1/cves/recent?hours=24', 2000],
    ['/api/v1/kev', 1000],
    ['/api/v1/kev/cve-2021-44228', 3000],
    ['/api/v1/stats', 500],
  ])('answers %s with 304 when the caller has it, and gives the charge back before', async (path, price) => {
    const first = await get(path);
    const tag = String(first.headers.etag);
    const before = server.gates.used('plus');
    for (const header of [tag, tag.replace('W/', ''), `"other", ${tag}`, '*']) {
      const again = await get(path, 'plus', { 'if-none-match': header });
      expect([header, again.status, again.text]).toEqual([header, 304, '']);
      expect(again.headers.etag).toBe(tag);
      expect(server.gates.used('plus')).toBe(before);
    }
    const other = await get(path, 'plus', { 'if-none-match': '"other"' });
    expect([other.status, server.gates.used('plus') - before]).toEqual([200, price]);
  });

  it('gives different representations different tags', async () => {
    const paths = [
      '/api/v1/cve/CVE-2021-44228',
      '/api/v1/cve/CVE-2021-44228?fields=severity',
      '/api/v1/cve/CVE-2021-44228?include=enrichment',
      '/api/v1/cve/CVE-2021-50001',
    ];
    const tags = await Promise.all(paths.map(async (path) => (await get(path)).headers.etag));
    expect(new Set(tags).size).toBe(paths.length);
  });

  it('gives a 400 back, keeps the charge of a 404, and answers HEAD like GET without the body', async () => {
    const before = server.gates.used('plus');
    expect((await get('/api/v1/cve/nonsense')).status).toBe(400);
    expect(server.gates.used('plus')).toBe(before);
    const missing = await get('/api/v1/cve/CVE-1999-0001');
    expect([missing.status, at(missing.json, 'error')]).toEqual([
      404,
      { code: 'NOT_FOUND', message: 'CVE-1999-0001 not found' },
    ]);
    expect(server.gates.used('plus') - before).toBe(5000);
    const head = await ask(server.url, '/api/v1/cve/CVE-2021-44228', {
      method: 'HEAD',
      headers: { 'x-api-key': keys.plus },
    });
    const whole = await get('/api/v1/cve/CVE-2021-44228', 'plus', { 'x-correlation-id': 'req-123456789012' });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([
      200,
      '',
      whole.headers['content-length'],
    ]);
    expect(server.gates.used('plus') - before).toBe(15_000);
  });

  it('gives the charge of a failed request back and shows nothing of the failure', async () => {
    const broken = await startServer(
      {},
      {
        catalog: {
          ...server.catalog,
          find: () => {
            throw new Error('secret detail');
          },
        },
      },
    );
    const answer = await ask(broken.url, '/api/v1/cve/CVE-2021-44228', { headers: { 'x-api-key': keys.plus } });
    expect([answer.status, at(answer.json, 'error')]).toEqual([
      500,
      { code: 'INTERNAL_ERROR', message: 'An unexpected error occurred' },
    ]);
    expect(broken.gates.used('plus')).toBe(0);
    expect(broken.lines.join('')).toContain('secret detail');
    await broken.close();
  });

  it('settles with the status and a latency in whole microseconds', async () => {
    await get('/api/v1/kev/CVE-2021-44228');
    expect(server.gates.settlements.at(-1)).toMatchObject({ status: 200 });
    expect(Number.isInteger(server.gates.settlements.at(-1)?.latencyMicroseconds)).toBe(true);
  });
});
