import type { Socket } from 'node:net';
import type { Clock } from '../kernel/index.ts';
import type { DirectRoute } from './dispatch.ts';
import { plainRequest, readPlain, type PlainHeaders } from './plain-request.ts';
import { createDateLine, createHeads, PlainResponse } from './plain-response.ts';
import type { Incoming, Outgoing } from './surface.ts';

export interface LaneDeps {
  readonly clock: Clock;
  /** How long a new connection may wait with its first request. */
  readonly firstRequestMs: number;
  /** How long callers are told that a connection waits for its next request. */
  readonly keepAliveMs: number;
  /** The operation of a URL, or null for what is not the lane's. */
  readonly route: (url: string) => DirectRoute | null;
  readonly serve: (route: DirectRoute, request: Incoming, response: Outgoing) => void;
  /** handOver gives a connection to node:http, with all that was read and not answered. */
  readonly handOver: (socket: Socket) => void;
}

/** The lane of plain requests. */
export interface Lane {
  /** accept takes a new connection. */
  accept(socket: Socket): void;
  /** close ends the connections that wait, and each of the others with its answer. */
  close(): void;
  /** cut ends all connections at once. */
  cut(): void;
}

interface Connection {
  readonly socket: Socket;
  readonly isBusy: () => boolean;
}

/** A connection waits longer than it says, so that a request sent at the last moment still finds it open. */
const keepAliveGraceMs = 1000;

/**
 * createLane serves plain requests (`readPlain`) without the objects and streams that node:http makes for each, which are
 * two fifths of a short request. A connection is here as long as it sends nothing else. Whatever else comes (a body, a
 * part of a head, a second request before the first one's answer, an unknown path) goes to node:http with its
 * connection, which it stays with: there is one parser for all that is not plain, and no request is judged by two.
 */
export const createLane = (deps: LaneDeps): Lane => {
  const connections = new Set<Connection>();
  const dateLine = createDateLine(deps.clock);
  const head = createHeads();
  const staying = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(deps.keepAliveMs / 1000)}\r\n\r\n`;
  let isClosing = false;

  const accept = (socket: Socket): void => {
    // The door is not shut in the same moment.
    if (isClosing) return socket.destroySoon();
    let known: PlainHeaders | null = null;
    let isBusy = false;
    let held: Buffer | null = null;
    let isLast = false;
    const connection = { socket, isBusy: () => isBusy };

    const handOver = (read: Buffer): void => {
      connections.delete(connection);
      socket.pause();
      socket.setTimeout(0);
      socket.off('data', onData).off('end', onEnd).off('drain', onDrain).off('timeout', onTimeout);
      socket.off('error', onError).off('close', onClose);
      socket.unshift(read);
      deps.handOver(socket);
      socket.resume();
    };

    const shared = {
      head,
      tail: (saysConnection: boolean): string =>
        `${dateLine()}${saysConnection ? '\r\n' : isClosing || isLast ? 'Connection: close\r\n\r\n' : staying}`,
      answered: (isEnded: boolean): void => {
        isBusy = false;
        if (isClosing || isLast || isEnded) socket.destroySoon();
        else if (held !== null) handOver(held);
        // Who does not read gets no further answer.
        else if (socket.writableNeedDrain) socket.pause();
      },
    };

    const onData = (chunk: Buffer): void => {
      // Nothing counts that comes after the last request (RFC 9112, 9.6).
      if (socket.writableEnded) return;
      if (isBusy) {
        socket.pause();
        held = held === null ? chunk : Buffer.concat([held, chunk]);
        return;
      }
      const read = readPlain(chunk, known);
      const route = read === null ? null : deps.route(read.url);
      if (read === null || route === null) return handOver(chunk);
      if (known === null) socket.setTimeout(deps.keepAliveMs + keepAliveGraceMs);
      known = read.head;
      ({ isLast } = known);
      isBusy = true;
      deps.serve(route, plainRequest(socket, read), new PlainResponse(socket, shared));
    };
    const onEnd = (): void => {
      isLast = true;
      if (!isBusy) socket.end();
    };
    const onDrain = (): void => {
      if (held === null) socket.resume();
    };
    const onTimeout = (): void => {
      if (!isBusy) socket.destroy();
    };
    // The connection closes by itself after an error; what was being answered is settled all the same.
    const onError = (): void => undefined;
    const onClose = (): void => void connections.delete(connection);

    connections.add(connection);
    socket.setTimeout(deps.firstRequestMs);
    socket.on('data', onData).on('end', onEnd).on('drain', onDrain).on('timeout', onTimeout);
    socket.on('error', onError).on('close', onClose);
  };

  return {
    accept,
    close: () => {
      isClosing = true;
      for (const { socket, isBusy } of connections) if (!isBusy()) socket.destroySoon();
    },
    cut: () => {
      for (const { socket } of connections) socket.destroy();
    },
  };
};
