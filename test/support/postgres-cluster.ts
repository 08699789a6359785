import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';

/** A PostgreSQL server of our own that lives in a temporary folder until `stop`. */
export interface Cluster {
  /** Of the maintenance database `postgres`, as a superuser. */
  readonly url: string;
  readonly version: string;
  /** interrupt stops the server and cuts its clients off; the function it gives starts it again at the same address. */
  interrupt(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

const canRun = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there or not for us: the next place is tried
  }
};

/** serverBinaries returns the newest folder that holds initdb and postgres, or null when no server is installed. */
export const serverBinaries = async (): Promise<string | null> => {
  const packaged = await readdir('/usr/lib/postgresql').catch(() => []);
  const folders = [
    ...packaged.toSorted((a, b) => Number(b) - Number(a)).map((version) => join('/usr/lib/postgresql', version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/opt/homebrew/opt/postgresql/bin',
    '/usr/local/opt/postgresql/bin',
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => canRun(join(folder, name)))) ?? null;
};

/** The server refuses to run as root, so root lends it to an account without rights. */
const unprivileged = async (): Promise<Account | null> => {
  if (process.getuid?.() !== 0) return null;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line[0] === name);
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error('PostgreSQL cannot run as root, and there is no account named postgres or nobody');
};

const finish = (child: ChildProcess, what: string): Promise<string> =>
  new Promise((done, failed) => {
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', failed);
    child.once('close', (code) => {
      const output = Buffer.concat(chunks).toString('utf8');
      if (code === 0) done(output);
      else failed(new Error(`${what} ended with code ${code}: ${output}`));
    });
  });

/** ready waits for the server's own line; whatever it said before is in the error when it ends instead. */
const ready = (server: ChildProcess): Promise<void> =>
  new Promise((done, failed) => {
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 100_000) said += chunk.toString('utf8');
      if (said.includes('database system is ready to accept connections')) done();
    });
    server.once('error', failed);
    server.once('close', (code) => failed(new Error(`postgres ended with code ${code}: ${said}`)));
  });

/**
 * startCluster makes and starts a throw-away server on a free loopback port, or returns null when none is installed. It
 * does not flush to disk unless `durable`: its data never outlives the run.
 */
export const startCluster = async (options: { readonly durable?: boolean } = {}): Promise<Cluster | null> => {
  const binaries = await serverBinaries();
  if (binaries === null) return null;
  const account = await unprivileged();
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-postgres-'));
  const password = randomBytes(12).toString('hex');
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, LC_ALL: 'C', TZ: 'UTC' };
  const settings = { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] as const, ...account };
  try {
    await writeFile(join(folder, 'password'), password);
    if (account !== null) {
      await chown(folder, account.uid, account.gid);
      await chown(join(folder, 'password'), account.uid, account.gid);
    }
    const files = join(folder, 'cluster');
    const initdb = ['-D', files, '-U', 'vulngate', '-A', 'scram-sha-256', '--pwfile', join(folder, 'password')];
    const flags = ['--no-sync', '--no-locale', '-E', 'UTF8'];
    await finish(
      spawn(join(binaries, 'initdb'), [...initdb, ...flags], { ...settings, stdio: [...settings.stdio] }),
      'initdb',
    );
    const version = (await readFile(join(files, 'PG_VERSION'), 'utf8')).trim();
    const port = await freePort();
    const durability = options.durable === true ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
    const listening = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'max_connections=400',
    ];
    const args = [
      '-D',
      files,
      ...[...listening, ...durability, 'shared_buffers=64MB'].flatMap((option) => ['-c', option]),
    ];
    const launch = async (): Promise<() => Promise<void>> => {
      const server = spawn(join(binaries, 'postgres'), args, { ...settings, stdio: [...settings.stdio] });
      const ended = new Promise<void>((done) => server.once('close', () => done()));
      await ready(server);
      return async () => {
        server.kill('SIGINT'); // "fast": clients are cut off
        await ended;
      };
    };
    let halt = await launch();
    return {
      url: `postgres://vulngate:${password}@127.0.0.1:${port}/postgres`,
      version,
      interrupt: async () => {
        await halt();
        return async () => {
          halt = await launch();
        };
      },
      stop: async () => {
        await halt();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
};
