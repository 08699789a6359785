/**
 * A load generator for loopback servers: `connections` sockets, one request at a time on each, for a bounded time. It
 * runs as a process of its own, so that it does not share the server's thread: LoadOptions as JSON on standard input,
 * LoadResult as one line of JSON on standard output.
 */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../figures.ts';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  /** Length of what counts for the rate and the latencies. */
  readonly seconds: number;
  /** Before that, so that nothing measures a cold start. */
  readonly warmupSeconds: number;
  /** Epoch milliseconds to begin at, so that several generators begin together. */
  readonly startAtMs: number;
  /** Raw request texts; connection n sends n, n + connections, n + 2 × connections and so on. */
  readonly requests: readonly string[];
}

export interface LoadResult {
  /** Answers within the counted time. */
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Every answer by status, the warm-up included. */
  readonly statuses: Readonly<Record<string, number>>;
}

const headEnd = Buffer.from('\r\n\r\n');
const lengthName = Buffer.from('ontent-');

/** contentLength reads the body length from a response head; the server must send one. */
const contentLength = (chunk: Buffer, end: number): number => {
  let at = chunk.indexOf(lengthName);
  while (at !== -1 && at < end) {
    const after = at + lengthName.length;
    if (chunk.toString('latin1', after, after + 7).toLowerCase() === 'length:') {
      return Number.parseInt(chunk.toString('latin1', after + 7, after + 20), 10);
    }
    at = chunk.indexOf(lengthName, after);
  }
  return 0;
};

const runLoad = async (options: LoadOptions): Promise<LoadResult> => {
  const payloads = options.requests.map((request) => Buffer.from(request, 'latin1'));
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const countFromMs = performance.now() + options.warmupSeconds * 1000;
  const endMs = countFromMs + options.seconds * 1000;
  const oneConnection = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let turn = index % payloads.length;
      let sentMs = 0;
      let pending: Buffer | null = null;
      let missing = 0;
      let finished = false;
      const socket: Socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
      const send = (nowMs: number): void => {
        sentMs = nowMs;
        if (sentMs >= endMs) {
          finished = true;
          socket.end();
          return;
        }
        socket.write(payloads[turn] ?? Buffer.alloc(0));
        turn = (turn + options.connections) % payloads.length;
      };
      socket.on('connect', () => send(performance.now()));
      socket.on('data', (chunk: Buffer) => {
        if (missing > 0) {
          missing -= chunk.length;
        } else {
          const whole: Buffer = pending === null ? chunk : Buffer.concat([pending, chunk]);
          const end = whole.indexOf(headEnd);
          if (end === -1) {
            pending = whole;
            return;
          }
          pending = null;
          const status = whole.toString('latin1', 9, 12);
          statuses[status] = (statuses[status] ?? 0) + 1;
          missing = contentLength(whole, end) - (whole.length - end - 4);
        }
        if (missing <= 0) {
          missing = 0;
          const nowMs = performance.now();
          if (nowMs >= countFromMs && nowMs < endMs) latencies.push(nowMs - sentMs);
          send(nowMs);
        }
      });
      socket.on('error', reject);
      socket.on('close', () => (finished ? resolve() : reject(new Error('the server closed the connection'))));
    });
  await Promise.all(Array.from({ length: options.connections }, (_, index) => oneConnection(index)));
  return {
    requests: latencies.length,
    perSecond: latencies.length / options.seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    statuses,
  };
};

const options = JSON.parse(await text(process.stdin)) as LoadOptions;
await delay(Math.max(0, options.startAtMs - Date.now()));
process.stdout.write(`${JSON.stringify(await runLoad(options))}\n`);
