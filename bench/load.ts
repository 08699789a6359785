/**
 * A load generator for loopback servers: `connections` sockets, one request at a time on each, for a bounded time.
 * Run as a child process so that it does not share the server's thread: `node bench/load.ts <json options>`.
 * Prints one JSON line: `{requests, seconds, perSecond, p50Ms, p95Ms, p99Ms, statuses}`.
 */
import { connect, type Socket } from 'node:net';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Raw request texts; each connection walks through them from its own offset. */
  readonly requests: readonly string[];
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
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

export const runLoad = async (options: LoadOptions): Promise<LoadResult> => {
  const payloads = options.requests.map((text) => Buffer.from(text, 'latin1'));
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const startMs = performance.now();
  const endMs = startMs + options.seconds * 1000;
  const oneConnection = (index: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let turn = index % payloads.length;
      let sentMs = 0;
      let pending: Buffer | null = null;
      let missing = 0;
      let finished = false;
      const socket: Socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
      const send = (): void => {
        sentMs = performance.now();
        if (sentMs >= endMs) {
          finished = true;
          socket.end();
          return;
        }
        socket.write(payloads[turn] ?? Buffer.alloc(0));
        turn = (turn + 1) % payloads.length;
      };
      socket.on('connect', send);
      socket.on('data', (data: Buffer) => {
        if (missing > 0) {
          missing -= data.length;
        } else {
          const chunk: Buffer = pending === null ? data : Buffer.concat([pending, data]);
          const end = chunk.indexOf(headEnd);
          if (end === -1) {
            pending = chunk;
            return;
          }
          pending = null;
          const status = chunk.toString('latin1', 9, 12);
          statuses[status] = (statuses[status] ?? 0) + 1;
          missing = contentLength(chunk, end) - (chunk.length - end - 4);
        }
        if (missing <= 0) {
          missing = 0;
          latencies.push(performance.now() - sentMs);
          send();
        }
      });
      socket.on('error', reject);
      socket.on('close', () => (finished ? resolve() : reject(new Error('the server closed the connection'))));
    });
  await Promise.all(Array.from({ length: options.connections }, (_, index) => oneConnection(index)));
  const seconds = (performance.now() - startMs) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (share: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(3));
  return {
    requests: sorted.length,
    seconds,
    perSecond: Math.round(sorted.length / seconds),
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    statuses,
  };
};

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
  process.stdout.write(`${JSON.stringify(await runLoad(options))}\n`);
}
