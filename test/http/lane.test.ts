/** Risk: what a caller gets depends on how the network cut its bytes, because one way through the server differs from the other. */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startServer, type TestServer } from '../support/http-server.ts';
import { keys } from '../support/memory-gates.ts';
import { ask } from '../support/wire.ts';

let server: TestServer;
const sockets: Socket[] = [];
beforeAll(async () => {
  server = await startServer({ trustedProxies: ['127.0.0.1'] });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 60_000, interval: 1 });

/** dial opens a connection; `text` is all that came back. */
const dial = (url = server.url): { readonly socket: Socket; readonly text: () => string } => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.setNoDelay();
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  return { socket, text: () => text };
};

/** Whole answers in a text: as many as there are heads whose bodies have come. */
const countAnswers = (text: string): number => {
  let count = 0;
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return count;
    const length = Number(/^content-length: (\d+)$/im.exec(rest.slice(0, end))?.[1] ?? 0);
    if (rest.length < end + 4 + length) return count;
    count += 1;
    rest = rest.slice(end + 4 + length);
  }
};

const statusesOf = (text: string): readonly (string | undefined)[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

/** What changes from one request to the next. */
const settled = (text: string): string =>
  text.replaceAll(/req-[\w-]{12}/g, 'req-…').replaceAll(/^Date: .*$/gm, 'Date: …');

/** The answers to some pieces of bytes, each sent when the one before has been read: another request was answered since. */
const answersTo = async (pieces: readonly string[], count: number): Promise<string> => {
  const { socket, text } = dial();
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    await ask(server.url, '/healthz');
  }
  await until(() => countAnswers(text()) >= count);
  socket.destroy();
  return settled(text());
};

const key = `X-API-Key: ${keys.plus}`;
const get = (url: string, ...headers: readonly string[]) =>
  [`GET ${url} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n');
const record = '/api/v1/cve/CVE-2021-44228';

describe('a plain read', () => {
  it.each([
    ['a record', get(record, key), '200 OK'],
    ['a list', get('/api/v1/cves?limit=3&sort=epss_desc', key), '200 OK'],
    ['a record that is known', get(record, key, 'If-None-Match: *'), '304 Not Modified'],
    ['a record that is none', get('/api/v1/cve/CVE-1999-99999', key), '404 Not Found'],
    ['a bad parameter', get('/api/v1/cves?limit=0', key), '400 Bad Request'],
    ['a repeated parameter', get('/api/v1/cves?limit=1&limit=2', key), '400 Bad Request'],
    ['no key', get(record), '401 Unauthorized'],
    ['a made-up key', get(record, 'X-API-Key: nonsense'), '401 Unauthorized'],
    ['a key in the wrong header as well', get(record, key, 'Authorization: Bearer x'), '400 Bad Request'],
    ['a key in the query', get(`${record}?api_key=${keys.plus}`, key), '400 Bad Request'],
    ['credits that are spent', get(record, `X-API-Key: ${keys.spent}`), '429 Too Many Requests'],
    ['a name for the request', get(record, key, 'X-Correlation-ID: my-own-name'), '200 OK'],
    ['a proxy that says HTTPS', get(record, key, 'X-Forwarded-Proto: https', 'X-Forwarded-For: 192.0.2.1'), '200 OK'],
    ['a proxy that says HTTP', get(record, key, 'X-Forwarded-Proto: http'), '426 Upgrade Required'],
    ['the site', get('/healthz'), '200 OK'],
    ['a page', get('/api/v1/docs'), '200 OK'],
    ['an unknown path', get('/api/v1/nothing', key), '404 Not Found'],
    ['a path in percents', get('/api/v1/cve/CVE%2D2021%2D44228', key), '200 OK'],
    ['an end of the connection', get(record, key, 'Connection: close'), '200 OK'],
    ['no host', get(record, key).replace('Host: localhost\r\n', ''), '400 Bad Request'],
    ['a key twice', get(record, key, key), '400 Bad Request'],
    ['a length of nothing', get(record, key, 'Content-Length: 0'), '200 OK'],
    ['an expectation', get(record, key, 'Expect: a miracle'), '200 OK'],
    ['an old version', get(record, key).replace('1.1', '1.0'), '200 OK'],
  ])('gets one answer for %s, in one piece and in several', async (_what, bytes, status) => {
    const whole = await answersTo([bytes], 1);
    expect(whole.slice(9, whole.indexOf('\r\n'))).toBe(status);
    expect(await answersTo([bytes.slice(0, 1), bytes.slice(1)], 1)).toBe(whole);
    expect(await answersTo([bytes.slice(0, -1), bytes.slice(-1)], 1)).toBe(whole);
  });

  it('is followed by what it was sent with, in order', async () => {
    const post = [
      'POST /api/v1/cve/batch HTTP/1.1',
      'Host: localhost',
      key,
      'Content-Type: application/json',
      'Content-Length: 31',
      '',
      '{"cve_ids": ["CVE-2021-44228"]}',
    ].join('\r\n');
    const texts = [get('/api/v1/ping', key), post, get(record, key), get('/api/v1/nothing', key), get('/healthz')];
    const together = await answersTo([texts.join('')], texts.length);
    expect(statusesOf(together)).toEqual(['200', '200', '200', '404', '200']);
    expect(await answersTo(texts, texts.length)).toBe(together);
  });

  it('is answered before the request that came meanwhile', async () => {
    const release = server.gates.holdSettlements();
    const { socket, text } = dial();
    const admitted = server.gates.admitted.length;
    socket.write(get('/api/v1/cves?limit=0', key));
    await until(() => server.gates.admitted.length > admitted);
    socket.write(get('/api/v1/ping', key));
    expect(text()).toBe('');
    release();
    await until(() => countAnswers(text()) === 2);
    expect(statusesOf(text())).toEqual(['400', '200']);
    socket.destroy();
  });
});

describe('a caller that is gone at once', () => {
  it('has exposed nothing', async () => {
    const { hostname, port } = new URL(server.url);
    const logged = server.lines.length;
    const exposures = server.gates.exposures.length;
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      socket.on('error', () => undefined);
      await new Promise<void>((connected) => socket.once('connect', () => connected()));
      socket.write(get(record, key), () => socket.resetAndDestroy());
    }
    // Not every system hands out what came before a reset.
    await until(() => server.lines.slice(logged).some((line) => line.includes('"request"')));
    await ask(server.url, '/healthz');
    expect(server.gates.exposures.length).toBe(exposures);
  });
});

describe('a stop', () => {
  it('ends connections that wait, and answers what is under way', async () => {
    const stopping = await startServer();
    const idle = dial(stopping.url);
    idle.socket.write(get('/healthz'));
    await until(() => countAnswers(idle.text()) === 1);
    const silent = dial(stopping.url);
    const release = stopping.gates.holdSettlements();
    const busy = dial(stopping.url);
    busy.socket.write(get('/api/v1/cves?limit=0', key));
    await until(() => stopping.gates.admitted.length === 1);
    const closed = stopping.server.close();
    await until(() => idle.socket.destroyed && silent.socket.destroyed);
    release();
    await closed;
    await until(() => busy.socket.destroyed);
    expect(busy.text()).toMatch(/^HTTP\/1\.1 400 [^]*\r\nConnection: close\r\n\r\n/);
  });
});
