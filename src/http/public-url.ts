import type { Exchange } from './surface.ts';

/** publicUrlOf is where this server is reached: as configured, else as the caller has addressed it. No trailing slash. */
export const publicUrlOf = (publicUrl: string | null, exchange: Pick<Exchange, 'encrypted' | 'request'>): string =>
  publicUrl ?? `${exchange.encrypted ? 'https' : 'http'}://${hostOf(exchange.request.headers.host ?? '')}`;

/** A host that could break out of a page or a document is not repeated. */
const hostOf = (host: string): string =>
  /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/i.test(host) ? host : 'localhost';
