import { connect, createServer, type Server, type Socket } from 'node:net';
import { Secret } from '../../src/kernel/index.ts';
import type { ControlSettings } from '../../src/storage/index.ts';

type PostgresSettings = Extract<ControlSettings, { engine: 'postgres' }>;

/** LossyProxy stands between a node and its PostgreSQL server, and loses what a network can lose. */
export interface LossyProxy {
  /** The settings that lead through the proxy. */
  readonly settings: PostgresSettings;
  /** loseAnswer cuts the connection when the server has answered the next message that contains `mark`. */
  loseAnswer(mark: string): void;
  /**
   * delay holds the next message that contains `mark` back until `deliver` is called, which resolves when the server has
   * answered it; the answer is lost. The client is cut off at once, or is left waiting.
   */
  delay(mark: string, client?: 'cut' | 'waiting'): { deliver(): Promise<void> };
  /** before runs `action` ahead of each of the next `times` messages that contain `mark`. */
  before(mark: string, times: number, action: () => Promise<unknown>): void;
  /** stop cuts every connection, and new ones as they come, until `start`. The port stays taken: nobody else may have it. */
  stop(): void;
  start(): void;
  close(): Promise<void>;
}

const listen = (server: Server): Promise<number> =>
  new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

export const startLossyProxy = async (target: PostgresSettings): Promise<LossyProxy> => {
  const url = new URL(target.url.reveal());
  const sockets = new Set<Socket>();
  let mark: string | null = null;
  let delayed: {
    readonly mark: string;
    readonly client: 'cut' | 'waiting';
    take(chunk: Buffer, upstream: Socket): void;
  } | null = null;
  let early: { readonly mark: string; times: number; readonly action: () => Promise<unknown> } | null = null;
  let isStopped = false;

  const pass = (client: Socket): void => {
    if (isStopped) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(url.port), url.hostname);
    let isLosing = false;
    let isDelayed = false;
    const cut = (): void => {
      client.destroy();
      if (!isDelayed) upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (chunk: Buffer) => {
      if (delayed !== null && chunk.includes(delayed.mark)) {
        isDelayed = true;
        delayed.take(chunk, upstream);
        if (delayed.client === 'cut') client.destroy();
        delayed = null;
        return;
      }
      if (mark !== null && chunk.includes(mark)) {
        mark = null;
        isLosing = true;
      }
      if (early !== null && early.times > 0 && chunk.includes(early.mark)) {
        early.times -= 1;
        early.action().then(() => upstream.write(chunk), cut);
        return;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (isLosing) cut();
      else if (!isDelayed) client.write(chunk);
    });
  };

  const server = createServer(pass);
  const port = await listen(server);
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    settings: { ...target, url: new Secret(through.href) },
    loseAnswer: (next) => {
      mark = next;
    },
    delay: (next, client = 'cut') => {
      const taken = new Promise<() => Promise<void>>((done) => {
        const take = (chunk: Buffer, upstream: Socket): void =>
          done(() => {
            const answered = new Promise<void>((seen) => upstream.once('data', () => seen()));
            upstream.write(chunk);
            return answered;
          });
        delayed = { mark: next, client, take };
      });
      return { deliver: async () => (await taken)() };
    },
    before: (next, times, action) => {
      early = { mark: next, times, action };
    },
    stop: () => {
      isStopped = true;
      cutAll();
    },
    start: () => {
      isStopped = false;
    },
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      cutAll();
      await closed;
    },
  };
};
