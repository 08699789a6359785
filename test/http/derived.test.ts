/**
 * Derived from the operation table, so that an operation added tomorrow is covered: who gets in, and what a wrong
 * credential, a wrong place for it, a wrong method or a wrong way in are answered.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cybersecfeedOperations, operations, type Operation } from '../../src/contract/index.ts';
import { startServer, type TestServer } from '../support/http-server.ts';
import { keys } from '../support/memory-gates.ts';
import { ask, at, type WireRequest } from '../support/wire.ts';

let direct: TestServer;
let proxied: TestServer;
beforeAll(async () => {
  direct = await startServer();
  proxied = await startServer({ trustedProxies: ['127.0.0.0/8'] });
});
afterAll(async () => {
  await direct.close();
  await proxied.close();
});

const pathOf = (operation: Operation): string => operation.path.replace('{id}', 'CVE-2021-44228');
const callOf = (operation: Operation, headers: WireRequest['headers'] = {}): WireRequest => ({
  method: operation.method,
  ...(operation.body === undefined
    ? { headers }
    : { headers: { 'content-type': 'application/json', ...headers }, body: '{"cve_ids":["CVE-2021-44228"]}' }),
});
const made = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-000000000000';

describe.each(cybersecfeedOperations.map((operation) => ({ id: operation.id, operation })))('$id', ({ operation }) => {
  const path = pathOf(operation);
  const missing = { code: 'UNAUTHORIZED', message: 'Missing API key', details: 'Please provide X-API-Key header' };

  it('answers a valid key and charges exactly its price', async () => {
    const before = direct.gates.used('plus');
    const answer = await ask(direct.url, path, callOf(operation, { 'x-api-key': keys.plus }));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(at(answer.json, 'meta', 'correlationId')).toBe(answer.headers['x-correlation-id']);
    expect(direct.gates.used('plus') - before).toBe(operation.priceMillicredits);
    expect(operation.response.safeParse(answer.json).error).toBeUndefined();
  });

  it('answers with a trailing slash as without, and without a redirect', async () => {
    expect((await ask(direct.url, `${path}/`, callOf(operation, { 'x-api-key': keys.plus }))).status).toBe(200);
  });

  it.each([
    ['no key', {}, 401, missing],
    ['an empty key', { 'x-api-key': '' }, 401, missing],
    ['a bearer token only', { authorization: `Bearer ${keys.plus}` }, 401, missing],
    ['a malformed key', { 'x-api-key': 'invalid-key' }, 401, { code: 'UNAUTHORIZED', message: 'Invalid API key' }],
    ['an unknown key', { 'x-api-key': made }, 401, { code: 'UNAUTHORIZED', message: 'Invalid API key' }],
    ['a revoked key', { 'x-api-key': keys.revoked }, 401, { code: 'UNAUTHORIZED', message: 'Invalid API key' }],
  ])('refuses %s', async (_name, headers, status, error) => {
    const charged = direct.gates.admitted.length;
    const answer = await ask(direct.url, path, callOf(operation, headers));
    expect([answer.status, at(answer.json, 'error')]).toEqual([status, error]);
    expect(direct.gates.admitted.length).toBe(charged);
  });

  it.each([
    ['two X-API-Key headers', { 'x-api-key': [keys.plus, keys.plus] }],
    ['X-API-Key beside Authorization', { 'x-api-key': keys.plus, authorization: 'Bearer x' }],
  ])('refuses %s and charges nothing', async (_name, headers) => {
    const charged = direct.gates.admitted.length;
    const answer = await ask(direct.url, path, callOf(operation, headers));
    expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([400, 'INVALID_REQUEST']);
    expect(direct.gates.admitted.length).toBe(charged);
  });

  it.each([
    ['query', (call: WireRequest) => ({ path: `${path}?x=${keys.plus}`, call })],
    ['query', (call: WireRequest) => ({ path: `${path}?api_key=${encodeURIComponent(keys.plus)}`, call })],
    [
      'body',
      (call: WireRequest) => ({
        path,
        call: {
          ...call,
          headers: { ...call.headers, 'content-type': 'application/json' },
          body: JSON.stringify({ api_key: keys.plus }),
        },
      }),
    ],
    [
      'body',
      (call: WireRequest) => ({
        path,
        call: {
          ...call,
          headers: { ...call.headers, 'content-type': 'application/json' },
          body: `{"broken ${keys.plus}`,
        },
      }),
    ],
  ])('refuses a key in the %s, records it, and never logs or echoes it', async (where, change) => {
    const charged = direct.gates.admitted.length;
    const changed = change(callOf(operation, { 'x-api-key': keys.plus }));
    const answer = await ask(direct.url, changed.path, changed.call);
    expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([400, 'API_KEY_EXPOSED']);
    expect(direct.gates.exposures.at(-1)).toEqual({ presented: keys.plus, where, address: '127.0.0.1' });
    expect(direct.gates.admitted.length).toBe(charged);
    expect(`${answer.text}${direct.lines.join('')}`).not.toContain(keys.plus);
  });

  it('refuses every other method with Allow, and answers OPTIONS without a key', async () => {
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY'].filter(
      (method) => method !== operation.method,
    );
    for (const method of methods) {
      const answer = await ask(direct.url, path, { method, headers: { 'x-api-key': keys.plus } });
      const allowed = cybersecfeedOperations
        .filter((other) => other.path === operation.path)
        .map((other) => other.method);
      expect([method, answer.status, at(answer.json, 'error', 'code')]).toEqual([method, 405, 'METHOD_NOT_ALLOWED']);
      for (const name of allowed) expect(answer.headers.allow).toContain(name);
    }
    const options = await ask(direct.url, path, { method: 'OPTIONS' });
    expect([options.status, options.text]).toEqual([204, '']);
    expect(options.headers.allow).toContain(operation.method);
  });

  it('refuses plain HTTP from elsewhere, and records the key that was exposed by it', async () => {
    const headers = { 'x-api-key': keys.plus, 'x-forwarded-for': '203.0.113.9' };
    const before = proxied.gates.exposures.length;
    for (const protocol of [{}, { 'x-forwarded-proto': 'http' }, { 'x-forwarded-proto': 'https, http' }]) {
      const answer = await ask(proxied.url, path, callOf(operation, { ...headers, ...protocol }));
      expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([426, 'HTTPS_REQUIRED']);
    }
    expect(proxied.gates.exposures.slice(before)).toEqual(
      Array(3).fill({ presented: keys.plus, where: 'plain-http', address: '203.0.113.9' }),
    );
    expect(proxied.lines.join('')).not.toContain(keys.plus);
    const secure = await ask(proxied.url, path, callOf(operation, { ...headers, 'x-forwarded-proto': 'https' }));
    expect(secure.status).toBe(200);
  });

  it('does not take what an undeclared proxy forwards for local', async () => {
    const answer = await ask(
      direct.url,
      path,
      callOf(operation, { 'x-api-key': keys.plus, 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' }),
    );
    expect(answer.status).toBe(426);
  });

  it('refuses a key without the scope, after looking again', async () => {
    const before = direct.gates.verifications.length;
    const answer = await ask(direct.url, path, callOf(operation, { 'x-api-key': keys.scopeless }));
    expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([403, 'FORBIDDEN']);
    expect(direct.gates.verifications.slice(before)).toEqual([{ fresh: false }, { fresh: true }]);
  });

  it('is verified afresh when the owner changed meanwhile, and is refused when that goes on', async () => {
    direct.gates.makeStale(2);
    expect((await ask(direct.url, path, callOf(operation, { 'x-api-key': keys.plus }))).status).toBe(200);
    direct.gates.makeStale(9);
    const answer = await ask(direct.url, path, callOf(operation, { 'x-api-key': keys.plus }));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    direct.gates.makeStale(0);
  });

  it('ends nothing when it was answered and then refused after all: its number may be another request by then', async () => {
    const call = callOf(operation, { 'x-api-key': keys.plus });
    expect((await ask(direct.url, path, call)).status).toBe(200);
    const before = direct.gates.settlements.length;
    direct.gates.overtake();
    expect((await ask(direct.url, path, call)).status).toBe(429);
    expect(direct.gates.settlements.slice(before)).toEqual([]);
  });

  it('is never served while the ledger is away', async () => {
    direct.gates.setLedgerAway(true);
    const answer = await ask(direct.url, path, callOf(operation, { 'x-api-key': keys.plus }));
    direct.gates.setLedgerAway(false);
    expect([answer.status, at(answer.json, 'error', 'code'), answer.headers['retry-after']]).toEqual([
      503,
      'SERVICE_UNAVAILABLE',
      '1',
    ]);
    expect(answer.text).not.toContain('refused');
  });
});

describe('the tables', () => {
  it('give every operation an id of its own', () => {
    expect(new Set(operations.map((operation) => operation.id)).size).toBe(operations.length);
  });

  it('give every metered operation a resource, a family and a whole price', () => {
    for (const operation of cybersecfeedOperations) {
      expect(operation.resource).not.toBeNull();
      expect(operation.families).toEqual(['subscription-key']);
      expect(Number.isInteger(operation.priceMillicredits)).toBe(true);
    }
  });

  it('hold the documented prices', () => {
    const prices = Object.fromEntries(
      cybersecfeedOperations.map((operation) => [operation.path, operation.priceMillicredits / 1000]),
    );
    expect(prices).toEqual({
      '/api/v1/ping': 0,
      '/api/v1/ping-lite': 0,
      '/api/v1/stats': 0.5,
      '/api/v1/cves': 1,
      '/api/v1/cves/recent': 2,
      '/api/v1/cve/{id}': 5,
      '/api/v1/cve/batch': 35,
      '/api/v1/kev': 1,
      '/api/v1/kev/{id}': 3,
      '/api/v1/usage': 0,
    });
  });
});
