import { Agent, request as httpRequest } from 'node:http';
import { startChild, type Child } from './child.ts';
import type { BareAnswer } from './processes/bare-server.ts';
import type { LoadOptions, LoadResult } from './processes/load.ts';

export type { LoadResult };

/** How each product's clients send their credential. */
const headerOf = (presented: string): readonly [name: string, value: string] =>
  presented.startsWith('opc_org.') ? ['Authorization', `Bearer ${presented}`] : ['X-API-Key', presented];

/** rawGet is a GET as bytes on the wire; `presented` is the credential, if any. */
export const rawGet = (path: string, presented: string | null): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n${presented === null ? '' : `${headerOf(presented).join(': ')}\r\n`}\r\n`;

/** Time for the generators to start before the first request. */
const headStartMs = 600;

/** load sends to each target at the same time, with one generator process a target. */
export const load = async (
  targets: readonly Omit<LoadOptions, 'startAtMs' | 'warmupSeconds'>[],
): Promise<readonly LoadResult[]> => {
  const startAtMs = Date.now() + headStartMs;
  const outputs = await Promise.all(
    targets.map((target) => {
      const options: LoadOptions = { ...target, startAtMs, warmupSeconds: 0.5 };
      return startChild('bench/processes/load.ts', [], { input: JSON.stringify(options) }).ended;
    }),
  );
  return outputs.map(({ output }) => JSON.parse(output) as LoadResult);
};

type Load = Parameters<typeof load>[0][number];

/**
 * loadInTurn asks two servers one after the other, the second one first in every other turn: a machine that gets faster or
 * slower meanwhile favours neither.
 */
export const loadInTurn = async (turn: number, one: Load, other: Load): Promise<readonly [LoadResult, LoadResult]> => {
  const alone = async (target: Load): Promise<LoadResult> => {
    const [result] = await load([target]);
    if (result === undefined) throw new Error('a load gave no result');
    return result;
  };
  if (turn % 2 === 0) return [await alone(one), await alone(other)];
  const last = await alone(other);
  return [await alone(one), last];
};

/** answered is how many answers had the status; every other status is an error. */
export const answered = (result: LoadResult, status: string): number => {
  const others = Object.keys(result.statuses).filter((other) => other !== status);
  if (others.length > 0) throw new Error(`expected only ${status} but got ${JSON.stringify(result.statuses)}`);
  return result.statuses[status] ?? 0;
};

export interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly elapsedMs: number;
}

/** Client sends one request at a time over one connection that stays open. */
export interface Client {
  get(path: string): Promise<Reply>;
  close(): void;
}

export const openClient = (port: number, presented: string): Client => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        const startedMs = performance.now();
        const outgoing = httpRequest(
          {
            host: '127.0.0.1',
            port,
            path,
            agent,
            headers: Object.fromEntries([headerOf(presented), ['User-Agent', 'bench']]),
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.once('error', reject);
            response.once('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                headers: response.rawHeaders,
                body: Buffer.concat(chunks),
                elapsedMs: performance.now() - startedMs,
              }),
            );
          },
        );
        outgoing.once('error', reject);
        outgoing.end();
      }),
    close: () => agent.destroy(),
  };
};

/** node:http adds these by itself; a recorded answer must not send them twice. */
const addedByNode = new Set(['date', 'connection', 'keep-alive']);

/** record asks for each path once and keeps the answers for the bare server. Throws unless every one is 200. */
export const record = async (client: Client, paths: readonly string[]): Promise<readonly BareAnswer[]> => {
  const answers: BareAnswer[] = [];
  for (const path of paths) {
    const { status, headers, body } = await client.get(path);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${body.toString('utf8').slice(0, 300)}`);
    const kept = headers.filter((_, index) => !addedByNode.has((headers[index - (index % 2)] ?? '').toLowerCase()));
    answers.push({ path, status, headers: kept, body: body.toString('latin1') });
  }
  return answers;
};

/** startBareServer starts the reference with recorded answers. */
export const startBareServer = async (answers: readonly BareAnswer[]): Promise<{ port: number; child: Child }> => {
  const child = startChild('bench/processes/bare-server.ts', [], { input: JSON.stringify(answers) });
  const { port } = (await child.message()) as { port: number };
  return { port, child };
};

/** endChild asks a process to stop and waits until it has. */
export const endChild = async (child: Child): Promise<void> => {
  if (child.process.exitCode === null && child.process.signalCode === null) child.process.kill('SIGTERM');
  await child.ended;
};
