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
  let isStopped = false;

  const pass = (client: Socket): void => {
    if (isStopped) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(url.port), url.hostname);
    let isLosing = false;
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
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
      if (mark !== null && chunk.includes(mark)) {
        mark = null;
        isLosing = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (isLosing) cut();
      else client.write(chunk);
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
