import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { ServerConfig } from '../config/index.ts';
import { fail } from '../kernel/index.ts';
import { createLane, type Lane, type LaneDeps } from './lane.ts';

export const headerBytesMax = 16 * 1024;
const requestTimeoutMs = 30_000;
const keepAliveMs = 65_000;

/** What hears requests: plain ones come by the lane, all others by the server. */
export interface Listener {
  readonly server: Server;
  readonly lane: Lane;
}

/** createListener builds the server of HTTP or HTTPS with the lane before it. Fails with `config.invalid`. */
export const createListener = (config: ServerConfig, deps: Pick<LaneDeps, 'clock' | 'route' | 'serve'>): Listener => {
  const server = createBareServer(config);
  const event = config.tls.mode === 'none' ? 'connection' : 'secureConnection';
  const [takeOver, ...others] = server.listeners(event);
  if (takeOver === undefined || others.length > 0) {
    throw fail('internal.unexpected', { internal: `${others.length} listeners more than one for ${event}` });
  }
  const lane = createLane({
    ...deps,
    firstRequestMs: requestTimeoutMs,
    keepAliveMs,
    handOver: (socket) => {
      Reflect.apply(takeOver, server, [socket]);
    },
  });
  // What somebody expects beyond 100-continue may be disregarded (RFC 9110, 10.1.1).
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
  server.removeAllListeners(event).on(event, lane.accept);
  return { server, lane };
};

const createBareServer = (config: ServerConfig): Server => {
  const options = {
    maxHeaderSize: headerBytesMax,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    noDelay: true,
    // Refused by the server, in the words of the surface that was asked.
    requireHostHeader: false,
    // Requests without a body then have no stream to read and end, which is a tenth of a short request.
    optimizeEmptyRequests: true,
  };
  if (config.tls.mode === 'none') return createHttpServer(options);
  try {
    const files = { cert: readFileSync(config.tls.cert), key: readFileSync(config.tls.key) };
    return createHttpsServer({ ...options, ...files, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw fail('config.invalid', {
      message: `The TLS certificate or key cannot be used: ${String(error)}`,
      cause: error,
    });
  }
};

/** What the parser of HTTP itself refuses never becomes a request; the connection gets a fixed JSON answer and ends. */
export const refuseUnreadable = (error: Error & { code?: string }, socket: Socket): void => {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, code, message] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE', `URL and headers exceed ${headerBytesMax} bytes`]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'REQUEST_TIMEOUT', 'The request did not arrive in time']
        : ['400 Bad Request', 'INVALID_REQUEST', 'The request is not valid HTTP'];
  const body = JSON.stringify({ error: { code, message } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};
