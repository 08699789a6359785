/** Risk: the lane reads a request otherwise than the parser of HTTP would, or takes one that the parser refuses. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, Socket, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainRequest, readPlain } from './plain-request.ts';

const seen = (request: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'headersDistinct' | 'rawHeaders'>) => ({
  method: request.method,
  url: request.url,
  headers: { ...request.headers },
  headersDistinct: { ...request.headersDistinct },
  rawHeaders: request.rawHeaders,
});

let last: ReturnType<typeof seen> | null = null;
const server = createServer((request, response) => {
  last = seen(request);
  response.writeHead(200, { Connection: 'close', 'Content-Length': '0' });
  response.end();
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

/** What node:http understands of a text that is one request, or null when it refuses it. */
const readByNode = async (text: string): Promise<ReturnType<typeof seen> | null> => {
  last = null;
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.end(text, 'latin1');
  socket.resume();
  await once(socket, 'close');
  return last;
};

const readByLane = (text: string): ReturnType<typeof seen> | null => {
  const read = readPlain(Buffer.from(text, 'latin1'), null);
  return read === null ? null : seen(plainRequest(new Socket(), read));
};

const one = <Item>(...items: readonly Item[]) => fc.constantFrom(...items);
const printable = fc.string({ unit: one(...'ab/?&=%#:;,.~ \t"<>{}|\\^`[]@!$\'()*+-_09'), maxLength: 12 });
const anything = fc.string({ unit: 'binary-ascii', maxLength: 6 });
const name = fc.oneof(
  { weight: 4, arbitrary: one('Accept', 'User-Agent', 'X-API-Key', 'Authorization', 'Cookie', 'If-None-Match', 'TE') },
  { weight: 2, arbitrary: one('Connection', 'Content-Length', 'Transfer-Encoding', 'Expect', 'Upgrade', 'Trailer') },
  one('Host', 'Keep-Alive', 'Proxy-Connection', 'x_y', '__proto__', 'constructor', '', ' Accept', 'Accept ', 'a:b'),
);
const value = fc.oneof(
  { weight: 4, arbitrary: printable },
  {
    weight: 2,
    arbitrary: one('close', 'keep-alive', 'Keep-Alive', 'upgrade', '0', '5', 'chunked', '100-continue', '*/*'),
  },
  anything,
);
const header = fc
  .tuple(name, fc.oneof({ weight: 6, arbitrary: one(':', ': ', ':\t ') }, one('', ' : ')), value)
  .map((parts) => parts.join(''));
const lineEnd = fc.oneof({ weight: 30, arbitrary: fc.constant('\r\n') }, one('\n', '\r', '\r\n ', '\r\r\n', ''));
const request = fc
  .record({
    method: fc.oneof({ weight: 12, arbitrary: fc.constant('GET') }, one('HEAD', 'POST', 'get', 'GETS', 'PRI', '')),
    url: fc.oneof(
      { weight: 6, arbitrary: printable.map((text) => `/${text}`) },
      one('*', 'http://a/b', '/ä', '', '//x'),
    ),
    version: fc.oneof({ weight: 20, arbitrary: fc.constant('HTTP/1.1') }, one('HTTP/1.0', 'HTTP/2.0', 'http/1.1')),
    host: fc.oneof({ weight: 20, arbitrary: fc.constant(['Host: x']) }, fc.constant([])),
    headers: fc.array(header, { maxLength: 4 }),
    lineEnds: fc.array(lineEnd, { minLength: 8, maxLength: 8 }),
    rest: fc.oneof({ weight: 20, arbitrary: fc.constant('') }, anything, fc.constant('GET / HTTP/1.1\r\n\r\n')),
  })
  .map(({ method, url, version, host, headers, lineEnds, rest }) => {
    const lines = [`${method} ${url} ${version}`, ...host, ...headers, ''];
    return `${lines.map((line, index) => line + (lineEnds[index] ?? '\r\n')).join('')}${rest}`;
  });

describe('readPlain', () => {
  it('reads what it takes as node:http does, and takes nothing that node:http refuses', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(request, async (text) => {
        const plain = readByLane(text);
        if (plain === null) return;
        taken += 1;
        expect(plain).toEqual(await readByNode(text));
      }),
      { numRuns: 4000 },
    );
    expect(taken).toBeGreaterThan(400);
  });

  it('takes headers as read only where every byte is the same', () => {
    const head = 'Host: x\r\nX-API-Key: one\r\n\r\n';
    const first = readPlain(Buffer.from(`GET /a HTTP/1.1\r\n${head}`), null);
    const again = readPlain(Buffer.from(`GET /b?c HTTP/1.1\r\n${head}`), first?.head ?? null);
    expect([again?.url, again?.head === first?.head]).toEqual(['/b?c', true]);
    const other = readPlain(Buffer.from(`GET /b HTTP/1.1\r\n${head.replace('one', 'two')}`), first?.head ?? null);
    expect(other?.head.headers['x-api-key']).toBe('two');
  });
});
