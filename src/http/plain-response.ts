import { STATUS_CODES, validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../kernel/index.ts';
import type { Outgoing } from './surface.ts';

/** What the answers of a connection end with, and who is told of it. */
export interface PlainEnding {
  /** The lines that end a head: date, and what becomes of the connection unless the answer says that itself. */
  tail(saysConnection: boolean): string;
  /** answered is called once, when the answer has been handed to the connection; `isLast`: it said that it ends that. */
  answered(isLast: boolean): void;
}

/** The one answer of a plain request: as node:http writes it, in one piece. */
export class PlainResponse implements Outgoing {
  headersSent = false;
  readonly #socket: Socket;
  readonly #ending: PlainEnding;
  #head = '';
  /** The answer's own header Connection. */
  #connection: string | null = null;
  #preset: string[] | null = null;

  constructor(socket: Socket, ending: PlainEnding) {
    this.#socket = socket;
    this.#ending = ending;
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
    const place = headers.indexOf('Connection');
    if (place >= 0) this.#connection = headers[place + 1] ?? null;
    this.#head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n${this.#preset === null ? '' : lines(this.#preset)}${lines(headers)}`;
  }

  end(body: string, encoding: 'latin1' | 'utf8'): void {
    if (this.headersSent) return;
    this.headersSent = true;
    const tail = this.#ending.tail(this.#connection !== null);
    if (!this.#socket.destroyed) this.#socket.write(`${this.#head}${tail}${body}`, encoding);
    this.#ending.answered(this.#connection?.includes('close') === true);
  }
}

const lines = (headers: readonly string[]): string => {
  let text = '';
  for (let at = 0; at < headers.length; at += 2) {
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
