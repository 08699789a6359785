/** Whatever is sent gets a clear answer in JSON: never HTML, a stack, or silence, and nothing is charged for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../support/http-server.ts';
import { keys } from '../support/memory-gates.ts';
import { ask, at, sendRaw } from '../support/wire.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const get = (path: string) => ask(server.url, path, { headers: { 'x-api-key': keys.plus } });

describe('parameters', () => {
  it.each([
    ['/api/v1/cves?limit=0', 'limit', '0'],
    ['/api/v1/cves?limit=101', 'limit', '101'],
    ['/api/v1/cves?limit=abc', 'limit', 'abc'],
    ['/api/v1/cves?limit=1e1', 'limit', '1e1'],
    ['/api/v1/cves?limit=-1', 'limit', '-1'],
    ['/api/v1/cves?limit=', 'limit', ''],
    ['/api/v1/cves?limit', 'limit', ''],
    ['/api/v1/cves?limit=1&limit=2', 'limit', '2'],
    ['/api/v1/cves?limmit=5', 'limmit', '5'],
    ['/api/v1/cves?__proto__=5', '__proto__', '5'],
    ['/api/v1/cves?sort=price', 'sort', 'price'],
    ['/api/v1/cves?severity=urgent', 'severity', 'urgent'],
    ['/api/v1/cves?severity_min=11', 'severity_min', '11'],
    ['/api/v1/cves?epss_min=NaN', 'epss_min', 'NaN'],
    ['/api/v1/cves?severity_min=9&severity_max=3', 'severity_min', 9],
    ['/api/v1/cves?published_from=yesterday', 'published_from', 'yesterday'],
    ['/api/v1/cves?published_from=2024-02-30', 'published_from', '2024-02-30'],
    ['/api/v1/cves?published_from=2024-01-01T10:00:00', 'published_from', '2024-01-01T10:00:00'],
    ['/api/v1/cves?kev=maybe', 'kev', 'maybe'],
    ['/api/v1/cves?cwe=CWE-x', 'cwe', 'CWE-x'],
    ['/api/v1/cves?fields=cve_id,secret', 'fields', 'cve_id,secret'],
    ['/api/v1/cves?q=a%00b', 'q', 'a\ufffdb'],
    ['/api/v1/cves?q=%zz', 'q', '%zz'],
    ['/api/v1/cves?q=%ff', 'q', '%ff'],
    ['/api/v1/cves?after=nonsense', 'after', 'nonsense'],
    ['/api/v1/cves/recent?hours=0', 'hours', '0'],
    ['/api/v1/cves/recent?hours=5&days=2', 'days', 2],
    ['/api/v1/cve/..%2f..%2fx', 'id', '../../x'],
    ['/api/v1/cve/CVE-2021-44228%00', 'id', 'CVE-2021-44228\ufffd'],
    ['/api/v1/cve/CVE-2021-1', 'id', 'CVE-2021-1'],
    ['/api/v1/cve/CVE-2021-44228?q=x', 'q', 'x'],
    ['/api/v1/kev/1%27%20or%201=1', 'id', "1' or 1=1"],
    ['/api/v1/ping?x=1', 'x', '1'],
  ])('%s is refused by name, with what was given and what is accepted', async (path, parameter, value) => {
    const before = server.gates.used('plus');
    const answer = await get(path);
    expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([400, 'INVALID_PARAMETER']);
    expect(at(answer.json, 'error', 'details')).toEqual({
      parameter,
      value,
      constraint: expect.stringMatching(/^must /),
    });
    expect(server.gates.used('plus')).toBe(before);
  });

  it('shows at most 100 characters of a 10 KB value', async () => {
    const answer = await get(`/api/v1/cves?q=${'x'.repeat(10_000)}`);
    expect([answer.status, String(at(answer.json, 'error', 'details', 'value')).length]).toEqual([400, 100]);
  });
});

describe('paths', () => {
  it.each([
    '/api/v1',
    '/api/v1/',
    '/api/v1/cve',
    '/api/v1/cve/',
    '/api/v1/cve/CVE-2021-44228/x',
    '/api/v1/%zz',
    '/api/v1/cve/%zz',
    '/api/v1/cve/%ff',
    '/api/v1/ping%00',
    '/api/v1//ping',
    '/api/v1/../../x',
    '/api/v1/PING',
    '/api/v1/constructor',
    `/api/v1/${'x'.repeat(3000)}`,
  ])('%s is unknown, in the envelope of the surface', async (path) => {
    const answer = await get(path);
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/json; charset=utf-8']);
    expect(at(answer.json, 'error')).toEqual({ code: 'NOT_FOUND', message: 'No such endpoint' });
    expect(at(answer.json, 'meta', 'correlationId')).toBe(answer.headers['x-correlation-id']);
  });

  it('never logs a key that stands in a path', async () => {
    const answer = await get(`/api/v1/cve/${keys.free}`);
    expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([400, 'API_KEY_EXPOSED']);
    expect((await get(`/api/v9/${keys.free}`)).status).toBe(404);
    expect(server.lines.join('')).not.toContain(keys.free);
  });

  it('outside the API is unknown in plain JSON', async () => {
    const answer = await get('/favicon.ico');
    expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([404, 'request.route_unknown']);
  });
});

describe('the protocol', () => {
  it.each([
    ['a line that is not HTTP', 'nonsense\r\n\r\n', '400'],
    ['a method that does not exist', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', '400'],
    ['no host', 'GET /api/v1/ping HTTP/1.1\r\n\r\n', '400'],
    ['no host on an unknown path', 'POST /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n', '400'],
    ['a NUL byte in the path', 'GET /api/v1/\0 HTTP/1.1\r\nHost: x\r\n\r\n', '400'],
    [
      'two lengths',
      'POST /api/v1/cve/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      '400',
    ],
    [
      'length and chunks',
      'POST /api/v1/cve/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    ['a header that is too long', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['an address that is too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, '431'],
  ])('refuses %s in JSON and ends the connection', async (_name, bytes, status) => {
    const text = await sendRaw(server.url, bytes);
    expect(text.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(text).toContain('Content-Type: application/json');
    expect(text).not.toMatch(/<html|\bat \S+\.(js|ts)/i);
  });

  it('serves on after all of that', async () => {
    expect((await get('/api/v1/ping')).status).toBe(200);
  });
});

describe('stopping', () => {
  /** A bad request is answered only when its refund is settled, so holding settlements holds the answer. */
  const inFlight = async (server: Awaited<ReturnType<typeof startServer>>) => {
    const release = server.gates.holdSettlements();
    const answer = ask(server.url, '/api/v1/cves?limit=0', { headers: { 'x-api-key': keys.plus } });
    while (server.gates.admitted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return { release, answer };
  };

  it('finishes what was admitted, settles it, and takes nothing new', async () => {
    const stopping = await startServer();
    const { release, answer } = await inFlight(stopping);
    const closed = stopping.close();
    await expect(ask(stopping.url, '/api/v1/ping')).rejects.toThrow('ECONNREFUSED');
    expect(stopping.gates.settlements.length).toBe(0);
    release();
    expect((await answer).status).toBe(400);
    await closed;
    expect(stopping.gates.settlements.length).toBe(1);
  });

  it('gives up at the deadline, and says so', async () => {
    const stopping = await startServer({ shutdownMs: 5000 });
    const { answer } = await inFlight(stopping);
    const isCutOff = answer.then(
      () => false,
      () => true,
    );
    const closed = stopping.close();
    stopping.clock.advance(5000);
    await closed;
    expect(await isCutOff).toBe(true);
    expect(stopping.lines.join('')).toContain('server.stopped_late');
  });

  it('says which port is taken', async () => {
    const port = Number(new URL(server.url).port);
    await expect(startServer({ port })).rejects.toMatchObject({ code: 'server.address_in_use' });
  });
});
