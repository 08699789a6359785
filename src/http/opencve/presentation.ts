import type { IncomingHttpHeaders } from 'node:http';
import { presentBearer } from '../bearer.ts';
import type { Incoming, Presented } from '../surface.ts';

const bearer = presentBearer('organization-token');

/** A token has three parts; less than that, or another beginning, is no credential at all for this product's clients. */
export const isTokenShaped = (text: string): boolean => /^opc_org\.[^.]*\./.test(text);

/** presentCaller reads an organisation token, a session, or the e-mail address and password of HTTP Basic. */
export const presentCaller = (headers: IncomingHttpHeaders, request: Incoming): Presented => {
  const presented = bearer(headers, request);
  if (presented.kind === 'one') return isTokenShaped(presented.text) ? presented : { kind: 'none' };
  const { authorization } = headers;
  if (presented.kind !== 'none' || authorization === undefined) return presented;
  const [scheme = '', ...parts] = authorization.split(/\s+/).filter((part) => part !== '');
  return scheme.toLowerCase() === 'basic' ? basicOf(parts) : presented;
};

const malformed = (reason: string): Presented => ({
  kind: 'refused',
  failure: { code: 'credential.basic_malformed', message: `Invalid basic header. ${reason}` },
});

const basicOf = ([text, ...rest]: readonly string[]): Presented => {
  if (text === undefined) return malformed('No credentials provided.');
  if (rest.length > 0) return malformed('Credentials string should not contain spaces.');
  const decoded = decode(text);
  const colon = decoded?.indexOf(':') ?? -1;
  if (decoded === null || colon < 0) return malformed('Credentials not correctly base64 encoded.');
  return { kind: 'basic', email: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
};

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** UTF-8 where it is, else Latin-1, as old clients write it. */
const decode = (text: string): string | null => {
  if (!base64.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: every byte is a letter of Latin-1.
    return bytes.toString('latin1');
  }
};
