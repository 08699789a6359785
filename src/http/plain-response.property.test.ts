/** Risk: an answer of the lane that a client reads otherwise than one of node:http, or a header that smuggles another. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../kernel/index.ts';
import { createDateLine, createHeads, PlainResponse } from './plain-response.ts';
import type { Outgoing } from './surface.ts';

interface Written {
  readonly status: number;
  readonly preset: readonly [string, string][];
  readonly headers: readonly string[];
  readonly body: string;
  readonly encoding: 'latin1' | 'utf8';
}

let written: Written | null = null;
let failure: unknown = null;

const write = (response: Outgoing): void => {
  if (written === null) throw new Error('nothing to write');
  for (const [name, value] of written.preset) response.setHeader(name, value);
  response.writeHead(written.status, [...written.headers]);
  response.end(written.body, written.encoding);
};

/** One request a connection; the answer ends it. */
const dateLine = createDateLine(systemClock);
const head = createHeads();
const lane = createNetServer((socket: Socket) => {
  const response = new PlainResponse(socket, {
    head,
    tail: (saysConnection) => `${dateLine()}${saysConnection ? '' : 'Connection: close\r\n'}\r\n`,
    answered: () => socket.destroySoon(),
  });
  socket.once('data', () => {
    try {
      write(response);
    } catch (error) {
      failure = error;
      socket.destroy();
    }
  });
});
const node = createServer((_request, response: ServerResponse) => write(response));

beforeAll(async () => {
  for (const server of [lane, node]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
});
afterAll(() => {
  lane.close();
  node.close();
});

const bytesFrom = async (server: Server): Promise<string> => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await once(socket, 'close');
  return text.replace(/^Date: .*$/m, 'Date: …');
};

const name = fc.constantFrom('Content-Type', 'ETag', 'X-Correlation-ID', 'Cache-Control', 'Vary', 'Set-Cookie');
const value = fc.string({ unit: fc.constantFrom(...'abc XYZ09"=;,/*\té'), maxLength: 20 });
const answer = fc
  .record({
    status: fc.constantFrom(200, 201, 204, 304, 400, 401, 404, 429, 500, 503),
    preset: fc.array(fc.tuple(fc.constantFrom('Strict-Transport-Security', 'X-Preset'), value), { maxLength: 1 }),
    connection: fc.constantFrom([], ['Connection', 'Upgrade, close']),
    headers: fc.uniqueArray(fc.tuple(name, value), { maxLength: 6, selector: ([header]) => header }),
    body: fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constant('é'.repeat(500))),
  })
  .map(({ status, preset, connection, headers, body }): Written => {
    const hasBody = status !== 204 && status !== 304;
    const sent = hasBody ? body : '';
    const bytes = Buffer.byteLength(sent);
    return {
      status,
      preset,
      headers: [...connection, ...headers.flat(), ...(hasBody ? ['Content-Length', String(bytes)] : [])],
      body: sent,
      encoding: bytes === sent.length ? 'latin1' : 'utf8',
    };
  });

describe('PlainResponse', () => {
  it('writes the bytes that node:http writes', async () => {
    await fc.assert(
      fc.asyncProperty(answer, async (given) => {
        written = given;
        expect(await bytesFrom(lane)).toBe(await bytesFrom(node));
      }),
      { numRuns: 300 },
    );
  });

  it.each(['a\r\nSet-Cookie: b', 'a\nb', 'a\0', 'a\u010ab'])('refuses %j as a value of a header', async (bad) => {
    failure = null;
    written = { status: 200, preset: [], headers: ['ETag', bad], body: '', encoding: 'latin1' };
    expect(await bytesFrom(lane)).toBe('');
    expect(failure).toBeInstanceOf(TypeError);
  });
});
