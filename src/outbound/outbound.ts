import { AppError, type Clock, type Log } from '../kernel/index.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { downloadFile, type DownloadOptions, type DownloadOutcome } from './download.ts';
import {
  asOutboundError,
  discard,
  exchange,
  failed,
  guardedAgent,
  systemResolver,
  type ExchangeAnswer,
  type ExchangeRequest,
  type Method,
  type Resolver,
} from './exchange.ts';
import { addressPolicy, shown } from './policy.ts';
import { backoffMs, isTransient } from './retry.ts';

export interface OutboundDeps {
  /** CIDR ranges that may be reached although they are not public. */
  readonly config: { readonly allow: readonly string[] };
  readonly log: Log;
  readonly clock: Clock;
  /** Default: the system's. */
  readonly resolve?: Resolver;
}

export interface FetchOptions {
  readonly method?: Method;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Largest body, default 10 MB. */
  readonly maxBytes?: number;
  /** For everything: redirects, retries and the body. Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Default 5. */
  readonly redirectsMax?: number;
  /** Default 3 for GET, HEAD, PUT and DELETE; 1 for the others, which may not be repeatable. */
  readonly attemptsMax?: number;
}

/** FetchedResponse is an answer whose body has not been read. Read it (once) or discard it. */
export interface FetchedResponse {
  readonly status: number;
  /** Lower-case names; repeated fields joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** The address that answered in the end. */
  readonly url: string;
  /** The pieces of the body. @throws `outbound.failed` when it is too large, too slow or cut off. */
  body(): AsyncIterable<Buffer>;
  bytes(): Promise<Buffer>;
  text(): Promise<string>;
  discard(): void;
}

/** Outbound is the only way out of the process. */
export interface Outbound {
  /**
   * fetch makes one call; any status is an answer.
   * @throws `outbound.refused` when an address on the way may not be reached, `outbound.failed` when no answer came.
   */
  fetch(url: string, options?: FetchOptions): Promise<FetchedResponse>;
  /**
   * download fetches into a file, goes on where an earlier try stopped, and puts the file in place only when it is whole.
   * @throws `outbound.refused`, `outbound.failed` (`detail.status` when the other side answered).
   */
  download(url: string, toFile: string, options: DownloadOptions): Promise<DownloadOutcome>;
  close(): Promise<void>;
}

const repeatable = new Set<Method>(['GET', 'HEAD', 'PUT', 'DELETE']);

/** createOutbound builds the way out; `close` it when nothing is to be called any more. */
export const createOutbound = (deps: OutboundDeps): Outbound => {
  const policy = addressPolicy(deps.config.allow);
  let agent: ReturnType<typeof guardedAgent> | null = null;
  const call = async (request: ExchangeRequest, deadline: Deadline): Promise<ExchangeAnswer> =>
    exchange(
      { agent: await (agent ??= guardedAgent(policy, deps.resolve ?? systemResolver)), policy },
      request,
      deadline,
    );

  const fetch = async (url: string, options: FetchOptions = {}): Promise<FetchedResponse> => {
    const method = options.method ?? 'GET';
    const timeoutMs = options.timeoutMs ?? 30_000;
    const attemptsMax = options.attemptsMax ?? (repeatable.has(method) ? 3 : 1);
    const request: ExchangeRequest = {
      url,
      method,
      headers: { 'user-agent': 'vulngate', 'accept-encoding': 'identity', ...options.headers },
      body: options.body ?? null,
      redirectsMax: options.redirectsMax ?? 5,
    };
    const deadline = createDeadline(deps.clock, {
      totalMs: timeoutMs,
      stallMs: timeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    try {
      const answer = await repeated(request, attemptsMax, deadline);
      return responseOf(answer, options.maxBytes ?? 10_000_000, deadline);
    } catch (error) {
      deadline.end();
      throw error;
    }
  };

  const repeated = async (
    request: ExchangeRequest,
    attemptsMax: number,
    deadline: Deadline,
  ): Promise<ExchangeAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      let waitMs: number;
      try {
        const answer = await call(request, deadline);
        if (!isTransient(answer.status) || attempt >= attemptsMax) return answer;
        waitMs = backoffMs(deps.clock, attempt, answer.headers['retry-after']);
        if (waitMs >= deadline.remainingMs()) return answer;
        discard(answer.body);
      } catch (error) {
        const isFinal = deadline.signal.aborted || (error instanceof AppError && error.code !== 'outbound.failed');
        waitMs = backoffMs(deps.clock, attempt);
        if (isFinal || attempt >= attemptsMax || waitMs >= deadline.remainingMs()) throw error;
        deps.log.debug('outbound.retry', { attempt, error });
      }
      await deadline.wait(waitMs);
    }
  };

  return {
    fetch,
    download: async (url, toFile, options) =>
      downloadFile({ call, clock: deps.clock, log: deps.log }, url, toFile, options),
    close: async () => (await agent)?.destroy(),
  };
};

const responseOf = (answer: ExchangeAnswer, maxBytes: number, deadline: Deadline): FetchedResponse => {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  const declared = Number(answer.headers['content-length'] ?? 0);
  const body = async function* (): AsyncIterable<Buffer> {
    let received = 0;
    try {
      if (encoding !== 'identity')
        throw failed(answer.url, `answers with content encoding ${encoding}, which was not asked for`);
      if (declared > maxBytes) throw tooLarge(answer.url, maxBytes);
      for await (const piece of answer.body) {
        const bytes = asBuffer(piece);
        received += bytes.length;
        if (received > maxBytes) throw tooLarge(answer.url, maxBytes);
        deadline.touch();
        yield bytes;
      }
    } catch (error) {
      throw asOutboundError(error, answer.url, deadline);
    } finally {
      deadline.end();
      discard(answer.body);
    }
  };
  const bytes = async (): Promise<Buffer> => Buffer.concat(await Array.fromAsync(body()));
  return {
    status: answer.status,
    headers: answer.headers,
    url: shown(answer.url) + answer.url.search,
    body,
    bytes,
    text: async () => (await bytes()).toString('utf8'),
    discard: () => {
      deadline.end();
      discard(answer.body);
    },
  };
};

const tooLarge = (url: URL, maxBytes: number): Error =>
  failed(url, `sends more than the ${maxBytes} bytes that are accepted`);

const asBuffer = (piece: unknown): Buffer => (Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece)));
