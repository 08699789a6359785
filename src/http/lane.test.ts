/** Risk: connections that are lost, kept for ever, answered out of order or flooded. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cybersecfeedOperations } from '../contract/index.ts';
import { systemClock } from '../kernel/index.ts';
import type { DirectRoute } from './dispatch.ts';
import { createLane, type Lane } from './lane.ts';
import type { Outgoing } from './surface.ts';

const [pingOperation] = cybersecfeedOperations;
if (pingOperation === undefined) throw new Error('no operation to serve');

const route: DirectRoute = {
  surface: {
    name: 'site',
    prefixes: ['/'],
    operations: [],
    handlers: {},
    present: () => ({ kind: 'none' }),
    fail: () => ({ status: 500, headers: [], body: '' }),
  },
  operation: pingOperation,
  handler: () => ({ status: 200, headers: [], body: '' }),
  params: {},
};

interface Ground {
  readonly lane: Lane;
  readonly server: Server;
  /** Requests that were served and await their answer, oldest first. */
  readonly waiting: { readonly url: string; readonly response: Outgoing }[];
  /** What node:http was given: the bytes that were not answered. */
  readonly handedOver: string[];
  readonly accepted: Socket[];
  /** dial opens a connection; `text` is all that came back. */
  dial(): Promise<{ readonly socket: Socket; readonly text: () => string }>;
}

let grounds: { readonly server: Server; readonly sockets: Socket[] }[] = [];
afterEach(() => {
  for (const { server, sockets } of grounds) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  grounds = [];
});

const prepare = async (keepAliveMs = 60_000, firstRequestMs = 60_000): Promise<Ground> => {
  const waiting: Ground['waiting'] = [];
  const handedOver: string[] = [];
  const accepted: Socket[] = [];
  const lane = createLane({
    clock: systemClock,
    firstRequestMs,
    keepAliveMs,
    route: (url) => (url.startsWith('/known') ? route : null),
    serve: (_route, { url = '' }, response) => waiting.push({ url, response }),
    handOver: (socket) => {
      socket.on('data', (chunk) => {
        handedOver.push(chunk.toString('latin1'));
        socket.end('node');
      });
    },
  });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    lane.accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets: Socket[] = [];
  grounds.push({ server, sockets });
  const { port } = server.address() as AddressInfo;
  const dial = async () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    await once(socket, 'connect');
    return { socket, text: () => text };
  };
  return { lane, server, waiting, handedOver, accepted, dial };
};

const get = (url: string, ...headers: readonly string[]) =>
  [`GET ${url} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');

const answer = ({ response }: Ground['waiting'][number], body = 'ok'): void => {
  response.writeHead(200, ['Content-Length', String(body.length)]);
  response.end(body, 'latin1');
};

/** next waits for the request that is served as number `place`. */
const next = (ground: Ground, place: number) =>
  vi.waitUntil(() => ground.waiting[place] ?? null, { timeout: 60_000, interval: 1 });

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 60_000, interval: 1 });

describe('the lane', () => {
  it('answers one plain request after the other on a connection', async () => {
    const ground = await prepare();
    const { socket, text } = await ground.dial();
    for (const place of [0, 1, 2]) {
      socket.write(get(`/known/${place}`));
      answer(await next(ground, place), `body ${place}`);
      await until(() => text().endsWith(`body ${place}`));
    }
    expect(ground.waiting.map(({ url }) => url)).toEqual(['/known/0', '/known/1', '/known/2']);
    expect(text().match(/^Keep-Alive: timeout=60$/gm)).toHaveLength(3);
    expect(ground.handedOver).toEqual([]);
  });

  it.each([
    ['an unknown path', get('/other')],
    ['a part of a head', 'GET /known HTTP/1.1\r\nHo'],
    ['two requests at once', get('/known/1') + get('/known/2')],
    ['a body', `${get('/known', 'Content-Length: 2')}ab`],
    ['no HTTP at all', '\x16\x03\x01'],
  ])('hands a connection over at %s, with every byte of it', async (_what, bytes) => {
    const ground = await prepare();
    const { socket, text } = await ground.dial();
    socket.write(bytes, 'latin1');
    await until(() => text() === 'node');
    expect([ground.handedOver.join(''), ground.waiting.length]).toEqual([bytes, 0]);
    ground.lane.close();
    ground.lane.cut();
    expect(ground.accepted[0]?.destroyed).toBe(false);
  });

  it('answers first, and then hands over what came meanwhile', async () => {
    const ground = await prepare();
    const { socket, text } = await ground.dial();
    socket.write(get('/known/1'));
    const first = await next(ground, 0);
    socket.write(get('/known/2'));
    await until(() => ground.accepted[0]?.isPaused() === true);
    expect(ground.handedOver).toEqual([]);
    answer(first, 'first');
    await until(() => text().endsWith('node'));
    expect(text()).toMatch(/first(node)$/);
    expect(ground.handedOver).toEqual([get('/known/2')]);
  });

  it.each([
    ['that asked for it', 'Connection: close', false],
    ['whose caller sends no more', 'Accept: */*', true],
  ])('ends a connection %s, with the answer', async (_which, header, isHalfClosed) => {
    const ground = await prepare();
    const { socket, text } = await ground.dial();
    socket.write(get('/known', header));
    const served = await next(ground, 0);
    if (isHalfClosed) {
      socket.end();
      await until(() => ground.accepted[0]?.readableEnded === true);
    }
    answer(served, 'last');
    await until(() => socket.readableEnded);
    expect(text()).toMatch(/^Connection: close\r\n\r\nlast$/m);
  });

  it('ends a connection with an answer that says so', async () => {
    const ground = await prepare();
    const { socket, text } = await ground.dial();
    socket.write(get('/known'));
    const { response } = await next(ground, 0);
    response.writeHead(426, ['Connection', 'Upgrade, close', 'Content-Length', '2']);
    response.end('no', 'latin1');
    await until(() => socket.readableEnded);
    expect(text().match(/^connection:.*$/gim)).toEqual(['Connection: Upgrade, close']);
  });

  it.each([
    ['a request', get('/known/2')],
    ['anything else', 'POST /known HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('takes no notice of %s after the last request', async (_what, bytes) => {
    const ground = await prepare();
    const { socket, text } = await ground.dial();
    // Not read until later, so that the connection lives on after its last answer.
    socket.pause();
    socket.write(get('/known/1', 'Connection: close'));
    answer(await next(ground, 0), 'x'.repeat(8 * 1024 * 1024));
    socket.write(bytes);
    const { bytesRead = 0 } = ground.accepted[0] ?? {};
    await until(() => (ground.accepted[0]?.bytesRead ?? 0) > bytesRead);
    expect([ground.waiting.length, ground.handedOver]).toEqual([1, []]);
    socket.resume();
    await until(() => socket.readableEnded);
    expect(text().endsWith('xxx')).toBe(true);
  });

  it('ends a connection that its caller has closed between two requests', async () => {
    const ground = await prepare();
    const { socket } = await ground.dial();
    socket.end();
    await until(() => socket.readableEnded);
    await until(() => ground.accepted[0]?.destroyed === true);
  });

  it('forgets a caller that goes away before the answer', async () => {
    const ground = await prepare();
    const { socket } = await ground.dial();
    socket.write(get('/known'));
    const served = await next(ground, 0);
    socket.resetAndDestroy();
    await until(() => served.response.destroyed);
    answer(served);
    expect(served.response.headersSent).toBe(true);
  });

  it('writes one answer a request, whatever is tried', async () => {
    const ground = await prepare();
    const { socket, text } = await ground.dial();
    socket.write(get('/known/1'));
    const first = await next(ground, 0);
    answer(first, 'one');
    answer(first, 'again');
    socket.write(get('/known/2'));
    answer(await next(ground, 1), 'two');
    await until(() => text().endsWith('two'));
    expect(text()).not.toContain('again');
  });

  it('reads no further request of a caller that does not read its answers', async () => {
    const ground = await prepare();
    const { socket, text } = await ground.dial();
    socket.pause();
    const large = 'x'.repeat(8 * 1024 * 1024);
    socket.write(get('/known/1'));
    answer(await next(ground, 0), large);
    socket.write(get('/known/2'));
    expect(ground.accepted[0]?.isPaused()).toBe(true);
    expect(ground.waiting).toHaveLength(1);
    socket.resume();
    answer(await next(ground, 1), 'then');
    await until(() => text().endsWith('then'));
  });

  it('ends connections whose first request does not come', async () => {
    const ground = await prepare(60_000, 20);
    const { socket } = await ground.dial();
    await until(() => socket.readableEnded);
  });

  it('ends connections whose next request does not come, but none that waits for its answer', async () => {
    const ground = await prepare(1);
    const busy = await ground.dial();
    busy.socket.write(get('/known/busy'));
    const served = await next(ground, 0);
    const idle = await ground.dial();
    idle.socket.write(get('/known/idle'));
    answer(await next(ground, 1));
    await until(() => idle.socket.readableEnded);
    answer(served, 'late');
    await until(() => busy.socket.readableEnded);
    expect(busy.text()).toMatch(/late$/);
  });

  it('ends waiting connections at a stop, and the others with their answer', async () => {
    const ground = await prepare();
    const idle = await ground.dial();
    const busy = await ground.dial();
    busy.socket.write(get('/known'));
    const served = await next(ground, 0);
    await until(() => ground.accepted.length === 2);
    ground.lane.close();
    const late = await ground.dial();
    await until(() => late.socket.readableEnded && idle.socket.readableEnded);
    answer(served, 'done');
    await until(() => busy.socket.readableEnded);
    expect(busy.text()).toMatch(/^Connection: close\r\n\r\ndone$/m);
  });

  it('cuts connections that do not come to an end', async () => {
    const ground = await prepare();
    const { socket } = await ground.dial();
    socket.on('error', () => undefined);
    socket.write(get('/known'));
    await next(ground, 0);
    ground.lane.close();
    ground.lane.cut();
    await until(() => socket.readableEnded);
    expect(ground.accepted[0]?.destroyed).toBe(true);
  });
});
