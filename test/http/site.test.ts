/** What a server shows without a key: pages that fetch nothing, a document that covers the table, and no metrics for strangers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cybersecfeedOperations } from '../../src/contract/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { startServer, type TestServer } from '../support/http-server.ts';
import { keys } from '../support/memory-gates.ts';
import { ask, at } from '../support/wire.ts';

let server: TestServer;
let guarded: TestServer;
beforeAll(async () => {
  server = await startServer();
  guarded = await startServer({
    metricsToken: new Secret('operator'),
    trustedProxies: ['127.0.0.1'],
    publicUrl: 'https://vulns.example.org',
  });
});
afterAll(async () => {
  await server.close();
  await guarded.close();
});

describe('pages', () => {
  it.each(['/', '/api/v1/docs', '/api/v1/docs/'])('%s is self-contained under a strict policy', async (path) => {
    const page = await ask(server.url, path);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(page.text).not.toMatch(/<script|\bsrc=|<link|@import|url\(/);
    expect((await ask(server.url, path, { headers: { 'if-none-match': String(page.headers.etag) } })).status).toBe(304);
  });

  it('show every operation with price and parameters', async () => {
    const { text } = await ask(server.url, '/api/v1/docs');
    for (const operation of cybersecfeedOperations) {
      expect(text).toContain(`<code>${operation.path}</code>`);
      for (const name of Object.keys(operation.query?.shape ?? {}))
        expect(text).toContain(`<dt><code>${name}</code></dt>`);
    }
    expect(text).toContain('35 credits');
  });

  it('start their calls with the public address, and never repeat a host that is no host', async () => {
    expect((await ask(guarded.url, '/api/v1/docs')).text).toContain(
      '&quot;https://vulns.example.org/api/v1/ping&quot;',
    );
    const odd = await ask(server.url, '/', { headers: { host: '"><script>x' } });
    expect(odd.text).toContain('http://localhost/api/v1/ping');
  });

  it('answer other methods with 405', async () => {
    const answer = await ask(server.url, '/api/v1/docs', { method: 'DELETE' });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describe('the OpenAPI document', () => {
  it('describes every operation, its parameters, its key and its answers', async () => {
    const { json } = await ask(server.url, '/api/v1/openapi.json');
    expect(at(json, 'openapi')).toBe('3.1.0');
    expect(at(json, 'components', 'securitySchemes', 'apiKey')).toMatchObject({
      type: 'apiKey',
      in: 'header',
      name: 'X-API-Key',
    });
    for (const operation of cybersecfeedOperations) {
      const entry = at(json, 'paths', operation.path, operation.method.toLowerCase());
      expect(at(entry, 'operationId')).toBe(operation.id);
      expect(at(entry, 'x-credits')).toBe(operation.priceMillicredits / 1000);
      expect(at(entry, 'responses', '200', 'content', 'application/json', 'example', 'data')).toBeDefined();
      expect(at(entry, 'responses', '401')).toBeDefined();
      const example = at(entry, 'responses', '200', 'content', 'application/json', 'example');
      expect(operation.response.safeParse(example).error).toBeUndefined();
    }
  });

  it('refers only to what it defines', async () => {
    const { json, text } = await ask(server.url, '/api/v1/openapi.json');
    const references = [...text.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] ?? '');
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) {
      const defined = at(json, 'components', 'schemas', name);
      expect([name, typeof defined, at(defined, '$ref')]).toEqual([name, 'object', undefined]);
    }
    expect(text).not.toContain('$defs');
  });

  it('keeps properties that are called like a keyword', async () => {
    const { json } = await ask(server.url, '/api/v1/openapi.json');
    expect(at(json, 'components', 'schemas', 'Cve', 'properties', 'id')).toEqual({ type: 'string' });
  });
});

describe('health', () => {
  it('lives without looking at anything, and is ready only when both stores answer and requests can be charged', async () => {
    expect((await ask(server.url, '/healthz')).json).toEqual({ status: 'ok' });
    expect((await ask(server.url, '/readyz')).json).toEqual({
      status: 'ready',
      checks: { controlPlane: 'ok', ledger: 'ok', catalogue: 'ok' },
    });
    for (const part of ['ledger', 'catalogue'] as const) {
      server.away[part] = true;
      const away = await ask(server.url, '/readyz');
      server.away[part] = false;
      const checks = { controlPlane: 'ok', ledger: 'ok', catalogue: 'ok', [part]: 'unavailable' };
      expect([away.status, away.headers['retry-after'], away.json]).toEqual([
        503,
        '1',
        { status: 'unavailable', checks },
      ]);
    }
  });
});

describe('metrics', () => {
  it('count what was answered, refused and is still to be settled', async () => {
    await ask(server.url, '/api/v1/ping', { headers: { 'x-api-key': keys.plus } });
    await ask(server.url, '/api/v1/ping');
    const { text, headers } = await ask(server.url, '/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('vulngate_requests_total{operation="cybersecfeed.ping.read",status="200"} 1');
    expect(text).toContain('vulngate_refusals_total{code="credential.missing"} 1');
    expect(text).toContain('vulngate_settlements_pending 0');
    expect(text).toContain('vulngate_feed_records{feed="epss"} 84');
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? -?[\d.e+-]+)$/);
  });

  it('do not exist for anybody behind a proxy when no token is set', async () => {
    expect((await ask(server.url, '/metrics', { headers: { 'x-forwarded-for': '203.0.113.1' } })).status).toBe(404);
  });

  it('ask for the token when one is set, and only over a safe way', async () => {
    const from = { 'x-forwarded-for': '203.0.113.1', 'x-forwarded-proto': 'https' };
    expect((await ask(guarded.url, '/metrics', { headers: from })).status).toBe(401);
    expect((await ask(guarded.url, '/metrics', { headers: { ...from, authorization: 'Bearer wrong' } })).status).toBe(
      401,
    );
    expect(
      (await ask(guarded.url, '/metrics', { headers: { ...from, authorization: 'Bearer operator' } })).status,
    ).toBe(200);
    expect(
      (
        await ask(guarded.url, '/metrics', {
          headers: { ...from, 'x-forwarded-proto': 'http', authorization: 'Bearer operator' },
        })
      ).status,
    ).toBe(426);
  });
});
