/** Risk: a hostile or broken server makes us wait for ever, fill memory, reach inside, or leak a credential. */
import { afterEach, describe, expect, it } from 'vitest';
import { loopbackServer, type LoopbackServer } from '../../test/support/loopback.ts';
import { turning } from '../../test/support/turning.ts';
import { ManualClock, silentLog } from '../kernel/index.ts';
import { createOutbound, type Outbound, type OutboundDeps } from './index.ts';

const clock = new ManualClock();
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

const outbound = (deps: Partial<OutboundDeps> = {}): Outbound => {
  const made = createOutbound({ config: { allow: ['127.0.0.1/32'] }, log: silentLog, clock, ...deps });
  open.push(made);
  return made;
};

const server = async (answer: Parameters<typeof loopbackServer>[0]): Promise<LoopbackServer> => {
  const made = await loopbackServer(answer);
  open.push(made);
  return made;
};

describe('fetch', () => {
  it('returns status, headers and body of any answer', async () => {
    const { url } = await server((_, response) => response.writeHead(404, { 'x-a': '1' }).end('absent'));
    const answer = await outbound().fetch(`${url}/x?y=1`);
    expect([answer.status, answer.headers['x-a'], await answer.text()]).toEqual([404, '1', 'absent']);
  });

  it('refuses a name that resolves to a private address, even beside a public one', async () => {
    const resolve = async () => [
      { address: '8.8.8.8', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ];
    await expect(outbound({ resolve }).fetch('http://feeds.test/')).rejects.toMatchObject({ code: 'outbound.refused' });
  });

  it('connects to the address that was checked: the name is resolved once for a connection', async () => {
    const { port } = await server((_, response) => response.end('ok'));
    let looks = 0;
    const resolve = async () => [{ address: (looks += 1) === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
    expect(await (await outbound({ resolve }).fetch(`http://rebinding.test:${port}/`)).text()).toBe('ok');
    expect(looks).toBe(1);
  });

  it('refuses a redirect to a private address without calling it', async () => {
    const { url } = await server((_, response) => response.writeHead(302, { location: 'http://127.0.0.2:1/' }).end());
    await expect(outbound().fetch(url)).rejects.toMatchObject({ code: 'outbound.refused' });
    const other = await server((_, response) => response.writeHead(302, { location: 'http://inside.test/' }).end());
    const resolve = async () => [{ address: '192.168.0.1', family: 4 }];
    await expect(outbound({ resolve }).fetch(other.url)).rejects.toThrow(/192\.168\.0\.1/);
  });

  it('follows at most five redirects', async () => {
    const { url, requests } = await server((_, response) => response.writeHead(307, { location: '/again' }).end());
    await expect(outbound().fetch(url, { attemptsMax: 1 })).rejects.toThrow(/more than 5 times/);
    expect(requests).toHaveLength(6);
  });

  it('keeps credentials away from another origin and turns a redirected POST into a GET', async () => {
    const target = await server((_, response) => response.end('there'));
    const { url } = await server((_, response) => response.writeHead(302, { location: `${target.url}/t` }).end());
    const answer = await outbound().fetch(url, {
      method: 'POST',
      body: 'x',
      headers: { authorization: 'Bearer s', accept: 'text/plain' },
    });
    expect(await answer.text()).toBe('there');
    expect(target.requests[0]).toMatchObject({ method: 'GET', headers: { accept: 'text/plain' } });
    expect(target.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('stops at the size limit, whether the length is declared or not', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/declared') response.writeHead(200, { 'content-length': 5_000_000 });
      for (let piece = 0; piece < 50; piece += 1) response.write(Buffer.alloc(100_000));
      response.end();
    });
    for (const path of ['/declared', '/chunked']) {
      const answer = await outbound().fetch(`${url}${path}`, { maxBytes: 1_000_000 });
      await expect(answer.bytes()).rejects.toThrow(/more than the 1000000 bytes/);
    }
  });

  it('fails when the body is shorter than declared or breaks off', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/short') response.writeHead(200, { 'content-length': 100 });
      response.write('part');
      setImmediate(() => response.destroy());
    });
    for (const path of ['/short', '/chunked']) {
      await expect(
        outbound()
          .fetch(`${url}${path}`)
          .then(async (answer) => answer.bytes()),
      ).rejects.toMatchObject({ code: 'outbound.failed' });
    }
  });

  it('gives up on a server that never answers, and on one that never ends', async () => {
    const { url } = await server((request, response) => void (request.url === '/endless' && response.write('x')));
    await expect(turning(clock, outbound().fetch(`${url}/mute`, { timeoutMs: 5000 }))).rejects.toThrow(
      /within 5 s|for 5 s/,
    );
    const answer = await outbound().fetch(`${url}/endless`, { timeoutMs: 5000 });
    await expect(turning(clock, answer.bytes())).rejects.toThrow(/5 s/);
  });

  it('tries a repeatable call again after a busy answer, waiting as long as it is asked to', async () => {
    let calls = 0;
    const { url } = await server((_, response) =>
      (calls += 1) < 3 ? response.writeHead(503, { 'retry-after': '7' }).end() : response.end('ok'),
    );
    const before = clock.nowMs();
    expect(await (await turning(clock, outbound().fetch(url, { timeoutMs: 1e12 }))).text()).toBe('ok');
    expect(clock.nowMs() - before).toBeGreaterThanOrEqual(14_000);
  });

  it('makes a POST once, and returns the last busy answer when the tries are used up', async () => {
    const { url, requests } = await server((_, response) => response.writeHead(503).end());
    expect((await outbound().fetch(url, { method: 'POST', body: '' })).status).toBe(503);
    expect((await turning(clock, outbound().fetch(url, { timeoutMs: 1e12 }))).status).toBe(503);
    expect(requests).toHaveLength(4);
  });

  it('stops when the caller does', async () => {
    const { url } = await server(() => undefined);
    const stop = new AbortController();
    const call = outbound().fetch(url, { signal: stop.signal });
    stop.abort();
    await expect(call).rejects.toThrow(/was stopped/);
  });

  it('refuses a body in an encoding that was not asked for', async () => {
    const { url } = await server((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
    await expect((await outbound().fetch(url)).text()).rejects.toThrow(/content encoding gzip/);
  });

  it('never shows the query of an address in a failure', async () => {
    const { url } = await server((_, response) => response.destroy());
    await expect(outbound().fetch(`${url}/a?key=canary`, { attemptsMax: 1 })).rejects.not.toThrow(/canary/);
  });
});
