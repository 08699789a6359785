import { STATUS_CODES, validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../kernel/index.ts';
import type { Outgoing } from './surface.ts';

/** What the answers of a connection begin and end with, and who is told of it. */
export interface PlainConnection {
  /** The status line and the headers of an answer. Throws on a value that would not be one header. */
  head(status: number, headers: readonly string[]): string;
  /** The lines that end a head: date, and what becomes of the connection unless the answer says that itself. */
  tail(saysConnection: boolean): string;
  /** answered is called once, when the answer has been handed to the connection; `isLast`: it said that it ends that. */
  answered(isLast: boolean): void;
}

/** The one answer of a plain request: as node:http writes it, in one piece. */
export class PlainResponse implements Outgoing {
  headersSent = false;
  readonly #socket: Socket;
  readonly #shared: PlainConnection;
  #head = '';
  /** The answer's own header Connection. */
  #ownConnection: string | null = null;
  #preset: string[] | null = null;

  constructor(socket: Socket, connection: PlainConnection) {
    this.#socket = socket;
    this.#shared = connection;
  }

  get destroyed(): boolean {
    return this.#socket.destroyed;
  }

  setHeader(name: string, value: string): void {
    this.#preset ??= [];
    this.#preset.push(name, value);
  }

  /** writeHead takes names and values in turn. Throws on a value that would not be one header. */
  writeHead(status: number, headers: readonly string[]): void {
    for (let at = 0; at < headers.length; at += 2) {
      if (headers[at] === 'Connection') this.#ownConnection = headers[at + 1] ?? null;
    }
    this.#head =
      this.#preset === null
        ? this.#shared.head(status, headers)
        : statusLine(status) + lines(this.#preset) + lines(headers);
  }

  end(body: string, encoding: 'latin1' | 'utf8'): void {
    if (this.headersSent) return;
    this.headersSent = true;
    const tail = this.#shared.tail(this.#ownConnection !== null);
    if (!this.#socket.destroyed) this.#socket.write(this.#head + tail + body, encoding);
    this.#shared.answered(this.#ownConnection?.includes('close') === true);
  }
}

const beginsWith = (headers: readonly string[], beginning: readonly string[]): boolean => {
  for (let at = 0; at < beginning.length; at += 1) if (headers[at] !== beginning[at]) return false;
  return true;
};

const statusLine = (status: number): string => `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;

/** Names and values at the beginning of a head that are mostly those of the answer before. */
const commonLength = 8;

/**
 * createHeads writes heads. Answers of one kind begin with the same headers: those are written once, as long as nothing of
 * them changes, which halves the work of a short answer.
 */
export const createHeads = (): PlainConnection['head'] => {
  let common: { readonly status: number; readonly headers: readonly string[]; readonly text: string } | null = null;
  return (status, headers) => {
    if (headers.length < commonLength) return statusLine(status) + lines(headers);
    if (common?.status !== status || !beginsWith(headers, common.headers)) {
      const beginning = headers.slice(0, commonLength);
      // In one piece: a text that is still in parts would be put together anew for each answer.
      const text = Buffer.from(statusLine(status) + lines(beginning), 'latin1').toString('latin1');
      common = { status, headers: beginning, text };
    }
    return common.text + lines(headers, commonLength);
  };
};

const lines = (headers: readonly string[], from = 0): string => {
  let text = '';
  for (let at = from; at < headers.length; at += 2) {
    const name = headers[at] ?? '';
    const value = headers[at + 1] ?? '';
    validateHeaderValue(name, value);
    text += name + ': ' + value + '\r\n';
  }
  return text;
};

/** createDateLine gives the header Date of now, which changes once a second. */
export const createDateLine = (clock: Clock): (() => string) => {
  let second = -1;
  let line = '';
  return () => {
    const current = Math.floor(clock.nowMs() / 1000);
    if (current !== second) {
      second = current;
      line = `Date: ${new Date(current * 1000).toUTCString()}\r\n`;
    }
    return line;
  };
};
