import { hasBody } from './body.ts';
import { redact } from './exposure.ts';
import type { Answer, Exchange } from './surface.ts';

/** pathOf is the path of a request as the log may show it. */
export const pathOf = (exchange: Exchange): string => {
  const url = exchange.request.url ?? '/';
  const mark = url.indexOf('?');
  return redact(mark >= 0 ? url.slice(0, mark) : url).slice(0, 200);
};

/** writeAnswer sends an answer, unless the connection is gone. */
export const writeAnswer = (exchange: Exchange, answer: Answer): void => {
  const { request, response } = exchange;
  if (response.destroyed || response.headersSent) return;
  const headers = answer.headers;
  headers.push('X-Correlation-ID', exchange.correlationId);
  const bytes = answer.isWire === true ? answer.body.length : Buffer.byteLength(answer.body);
  if (answer.status !== 304 && answer.status !== 204) headers.push('Content-Length', String(bytes));
  // A body that was not read to its end would be taken for the next request.
  if (!request.complete && hasBody(request)) headers.push('Connection', 'close');
  response.writeHead(answer.status, headers);
  // Text of one byte a character needs no encoding, and copying it is several times faster.
  response.end(answer.body, bytes === answer.body.length ? 'latin1' : 'utf8');
};
