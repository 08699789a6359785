import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Systems give outgoing connections and port 0 a number from 32768 on: below it, nobody takes a free port by chance. */
const [from, to] = [15_000, 32_000];

const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });

/** freePort finds a port of 127.0.0.1 that is free and stays free, for a server that must know its port beforehand. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(from, to);
    if (await isFree(port)) return port;
  }
};
