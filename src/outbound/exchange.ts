import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import type { Agent, Dispatcher } from 'undici';
import { AppError, fail } from '../kernel/index.ts';
import type { Deadline } from './deadline.ts';
import { checkedUrl, refusedAddress, shown, type AddressPolicy } from './policy.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** ExchangeRequest is one call. Header names are lower case. */
export interface ExchangeRequest {
  readonly url: string;
  readonly method: Method;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  readonly redirectsMax: number;
}

/** ExchangeAnswer is the head of an answer that is no redirect; `body` must be read or destroyed. */
export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: URL;
  readonly body: Dispatcher.ResponseData['body'];
}

/** Resolver gives all addresses of a name. */
export type Resolver = (hostname: string) => Promise<readonly Address[]>;

interface Address {
  readonly address: string;
  /** 4 or 6. */
  readonly family: number;
}

export const systemResolver: Resolver = async (hostname) => systemLookup(hostname, { all: true, order: 'verbatim' });

/**
 * guardedAgent opens connections only to addresses that the policy permits: the address that was checked is the one that
 * is connected to, so a name cannot change its meaning in between. The client is loaded here: a server that fetches nothing
 * itself goes without it.
 */
export const guardedAgent = async (policy: AddressPolicy, resolve: Resolver): Promise<Agent> => {
  const { Agent } = await import('undici');
  const permitted = async (hostname: string, family: unknown): Promise<readonly Address[]> => {
    const all = await resolve(hostname);
    const forbidden = all.find((each) => !policy.permits(each.address));
    if (forbidden !== undefined) throw refusedAddress(hostname, forbidden.address);
    return all.filter((each) => (family !== 4 && family !== 6) || each.family === family);
  };
  const lookup: LookupFunction = (hostname, options, callback) => {
    const answer = callbackify(permitted);
    answer(hostname, options.family, (error, addresses) => {
      const first = addresses?.[0];
      if (error !== null) callback(error, '');
      else if (first === undefined) callback(fail('outbound.failed', { message: `${hostname} has no address` }), '');
      else if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
  return new Agent({
    connect: { lookup, timeout: 10_000 },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4000,
    connections: 16,
    allowH2: false,
  });
};

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
// Everything else that a caller sends, such as a credential, stays with the host that it was meant for.
const portableHeaders = new Set([
  'accept',
  'user-agent',
  'accept-encoding',
  'range',
  'if-range',
  'if-none-match',
  'if-modified-since',
  'content-type',
]);

/**
 * exchange makes one call and follows its redirects, each checked like the first address.
 * @throws `outbound.refused` for an address that may not be called; `outbound.failed` otherwise.
 */
export const exchange = async (
  deps: { readonly agent: Agent; readonly policy: AddressPolicy },
  request: ExchangeRequest,
  deadline: Deadline,
): Promise<ExchangeAnswer> => {
  let url = checkedUrl(deps.policy, request.url);
  let { method, headers, body } = request;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await once(deps.agent, { ...request, method, headers, body }, url, deadline);
    const location = answer.headers['location'];
    if (!redirectStatuses.has(answer.status) || location === undefined) return answer;
    discard(answer.body);
    if (redirects >= request.redirectsMax) throw failed(url, `redirects more than ${request.redirectsMax} times`);
    const next = checkedUrl(deps.policy, location, url);
    if (next.origin !== url.origin)
      headers = Object.fromEntries(Object.entries(headers).filter(([name]) => portableHeaders.has(name)));
    if (answer.status === 303 || (answer.status < 303 && method === 'POST')) {
      method = method === 'HEAD' ? 'HEAD' : 'GET';
      body = null;
    }
    url = next;
  }
};

const once = async (agent: Agent, request: ExchangeRequest, url: URL, deadline: Deadline): Promise<ExchangeAnswer> => {
  try {
    const answer = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: { ...request.headers },
      body: request.body,
      signal: deadline.signal,
    });
    deadline.touch();
    return { status: answer.statusCode, headers: flat(answer.headers), url, body: answer.body };
  } catch (error) {
    throw asOutboundError(error, url, deadline);
  }
};

/** discard gives up a body that nobody wants. */
export const discard = (body: ExchangeAnswer['body']): void => {
  body.on('error', () => undefined);
  body.destroy();
};

/** asOutboundError turns whatever the connection threw into an `AppError`: the deadline's reason, a refusal, or a failure. */
export const asOutboundError = (error: unknown, url: URL, deadline: Deadline): AppError => {
  const known = appErrorWithin(error);
  if (known !== null) return known;
  if (deadline.signal.aborted && deadline.signal.reason instanceof AppError)
    return failed(url, deadline.signal.reason.message);
  return failed(url, error instanceof Error && error.message !== '' ? error.message : codeOf(error), error);
};

// A refusal of the look-up comes wrapped when several addresses were tried.
const appErrorWithin = (error: unknown): AppError | null => {
  if (error instanceof AppError) return error;
  if (error instanceof AggregateError) return appErrorWithin(error.errors.find((inner) => inner instanceof AppError));
  return error instanceof Error && error.cause !== undefined ? appErrorWithin(error.cause) : null;
};

/** failed is the failure of a call, with its address but without its query. */
export const failed = (url: URL, reason: string, cause?: unknown): AppError =>
  fail('outbound.failed', { message: `${shown(url)}: ${reason}`, ...(cause === undefined ? {} : { cause }) });

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'the connection failed';

const flat = (headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> => {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return single;
};
