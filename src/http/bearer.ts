import type { Family } from '../contract/index.ts';
import { cookieOf } from './session-cookie.ts';
import type { Incoming, Presented, Surface } from './surface.ts';

/** Three parts of base64url, the first of which opens a JSON object: no credential looks like that. */
const jwtShape = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/;

const count = (request: Incoming, name: string): number => {
  let times = 0;
  // Node drops all but the first Authorization header; the raw list has them all.
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    if (request.rawHeaders[index]?.toLowerCase() === name) times += 1;
  }
  return times;
};

/**
 * presentBearer reads `Authorization: Bearer`: a JWT is a session, anything else a credential of the family. Without the
 * header, a browser's session cookie counts.
 */
export const presentBearer =
  (family: Family): Surface['present'] =>
  (headers, request): Presented => {
    const { authorization } = headers;
    if (authorization === undefined || authorization === '') return presentCookie(request);
    if (headers['x-api-key'] !== undefined || count(request, 'authorization') > 1) return { kind: 'repeated' };
    const text = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (text === undefined) return { kind: 'none' };
    return jwtShape.test(text)
      ? { kind: 'session', session: { kind: 'token', token: text } }
      : { kind: 'one', family, text };
  };

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

const presentCookie = (request: Incoming): Presented => {
  const value = cookieOf(request.headers.cookie);
  if (value === null) return { kind: 'none' };
  const csrf = request.headers['x-csrf-token'];
  return {
    kind: 'session',
    session: {
      kind: 'cookie',
      value,
      csrfToken: typeof csrf === 'string' ? csrf : null,
      isUnsafe: !safeMethods.has(request.method ?? ''),
    },
  };
};
