import { Client } from 'undici';

/** One request of a load: when it was begun and what came of it. `status` null: the connection broke before an answer. */
export interface Shot {
  readonly client: string;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly status: number | null;
  readonly retryAfter: string | null;
}

export interface LoadOptions {
  readonly key: string;
  /** One request after another on each connection; connection N goes to address N modulo their number. */
  readonly connections: number;
  /** Path of the next request. */
  readonly path?: string | ((client: number, shot: number) => string);
  /** Requests of each connection at most. */
  readonly shots?: number;
  /** What a connection does that broke: end (default), or begin anew. */
  readonly onBreak?: 'end' | 'again';
  readonly headers?: Readonly<Record<string, string>>;
}

/** A load that runs. Every connection has a name, which it sends as its User-Agent. */
export interface Load {
  /** All requests that have ended, in the order of their ends. */
  readonly shots: readonly Shot[];
  /** Requests begun. */
  readonly sent: () => number;
  /** stop lets every connection finish its request and resolves when all have ended. */
  stop(): Promise<readonly Shot[]>;
  /** Resolves when all connections have ended. */
  readonly done: Promise<readonly Shot[]>;
}

let loads = 0;

/** startLoad sends requests over a bounded number of connections until it is stopped. */
export const startLoad = (urls: readonly string[], options: LoadOptions): Load => {
  const shots: Shot[] = [];
  const prefix = `load-${process.pid}-${(loads += 1)}`;
  let isStopped = false;
  let sent = 0;
  const path = options.path ?? '/api/v1/cves?limit=1';

  const shoot = async (connection: Client, client: string, target: string): Promise<Shot> => {
    const startedMs = performance.now();
    sent += 1;
    try {
      const headers = { 'x-api-key': options.key, 'user-agent': client, ...options.headers };
      const answer = await connection.request({ method: 'GET', path: target, headers });
      await answer.body.dump();
      const retryAfter = answer.headers['retry-after'];
      return {
        client,
        startedMs,
        endedMs: performance.now(),
        status: answer.statusCode,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
      };
    } catch {
      return { client, startedMs, endedMs: performance.now(), status: null, retryAfter: null };
    }
  };

  const run = async (number: number): Promise<void> => {
    const client = `${prefix}-${number}`;
    const connection = new Client(urls[number % urls.length] ?? '', { pipelining: 1 });
    try {
      for (let shot = 0; shot < (options.shots ?? Number.POSITIVE_INFINITY) && !isStopped; shot += 1) {
        const result = await shoot(connection, client, typeof path === 'string' ? path : path(number, shot));
        shots.push(result);
        if (result.status === null && options.onBreak !== 'again') return;
      }
    } finally {
      await connection.destroy();
    }
  };

  const done = Promise.all(Array.from({ length: options.connections }, (_, number) => run(number))).then(() => shots);
  return {
    shots,
    sent: () => sent,
    done,
    stop: () => {
      isStopped = true;
      return done;
    },
  };
};

/** tally counts the requests by status; `null` stands for those without an answer. */
export const tally = (shots: readonly Shot[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { status } of shots) counts[String(status)] = (counts[String(status)] ?? 0) + 1;
  return counts;
};

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** call makes one request and reads the whole answer. */
export const call = async (
  url: string,
  options: {
    readonly key?: string;
    readonly method?: string;
    readonly body?: string;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Reply> => {
  const { key, method = 'GET', body } = options;
  const response = await fetch(url, {
    method,
    headers: { ...(key === undefined ? {} : { 'x-api-key': key }), ...options.headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  const json: unknown = isJson ? JSON.parse(text) : null;
  return { status: response.status, headers: response.headers, text, json };
};
