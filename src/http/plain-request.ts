import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Incoming } from './surface.ts';

/** The headers of a plain request, and the text that they were read from. */
export interface PlainHeaders {
  /** Every line with its end, and the empty line. */
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
  readonly headersDistinct: NodeJS.Dict<string[]>;
  readonly rawHeaders: string[];
  /** Whether the connection is to end with the answer. */
  readonly isLast: boolean;
}

/** Longer ones are not plain. */
const bytesMax = 8192;
const beginning = 'GET /';
const version = ' HTTP/1.1';
const urlForm = /^[!-~]+$/;
const headersForm = /^(?:[A-Za-z0-9-]+:[\t -~]*\r\n)+\r\n$/;

/** What announces a body, another protocol or another end of the connection is more than a plain read. */
const foreign = ['content-length', 'transfer-encoding', 'expect', 'upgrade', 'proxy-connection', 'trailer'] as const;

const readHeaders = (text: string): PlainHeaders | null => {
  if (!headersForm.test(text)) return null;
  const headers: IncomingHttpHeaders = {};
  const headersDistinct: NodeJS.Dict<string[]> = {};
  const rawHeaders: string[] = [];
  for (const line of text.slice(0, -4).split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    // Of all that is trimmed the form lets in blanks and tabs only; a pattern would look at a run of them again and again.
    const value = line.slice(colon + 1).trim();
    const key = name.toLowerCase();
    // What a repeated header means differs from one to the next.
    if (Object.hasOwn(headers, key)) return null;
    headers[key] = value;
    headersDistinct[key] = [value];
    rawHeaders.push(name, value);
  }
  if (headers.host === undefined || foreign.some((name) => Object.hasOwn(headers, name))) return null;
  const connection = headers.connection?.toLowerCase() ?? 'keep-alive';
  if (connection !== 'keep-alive' && connection !== 'close') return null;
  return { text, headers, headersDistinct, rawHeaders, isLast: connection === 'close' };
};

/** A plain request's URL and headers. */
export interface PlainRead {
  readonly url: string;
  readonly head: PlainHeaders;
}

/**
 * readPlain reads a chunk that is exactly one plain request, or gives null: a GET of HTTP/1.1 for a path, with a Host, in
 * printable ASCII, no header twice and without a body. Nothing is mended or guessed: what is written in any other way is
 * for the parser of HTTP. A program sends the same headers again and again, so those of `known` are taken as read where
 * the text is the same.
 */
export const readPlain = (chunk: Buffer, known: PlainHeaders | null): PlainRead | null => {
  if (chunk.length > bytesMax) return null;
  const text = chunk.toString('latin1');
  const lineEnd = text.indexOf('\r\n');
  const urlEnd = lineEnd - version.length;
  if (urlEnd < beginning.length || !text.startsWith(beginning) || !text.startsWith(version, urlEnd)) return null;
  const url = text.slice(beginning.length - 1, urlEnd);
  if (!urlForm.test(url)) return null;
  const rest = text.slice(lineEnd + 2);
  const head = known !== null && rest === known.text ? known : readHeaders(rest);
  return head === null ? null : { url, head };
};

/** plainRequest is a plain request as the guard and the surfaces see it. */
export const plainRequest = (socket: Socket, { url, head }: PlainRead): Incoming => ({
  method: 'GET',
  url,
  headers: head.headers,
  headersDistinct: head.headersDistinct,
  rawHeaders: head.rawHeaders,
  socket,
  complete: true,
});
