import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

/** root is the folder of package.json. */
export const root = resolve(import.meta.dirname, '..');

/** What children see of the environment: none of the caller's VULNGATE_ options. */
const inherited = Object.fromEntries(
  ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

const running = new Set<ChildProcess>();

/** killAll ends every child that still runs: for an interrupted or failed run. */
export const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Modules to load before the program, as paths relative to the root. */
  readonly preloads?: readonly string[];
  /** Sent to standard input, which is then closed. */
  readonly input?: string;
}

/** A Node.js process of ours. `said` is what it wrote to stderr, for the message when it fails. */
export interface Child {
  readonly process: ChildProcess;
  readonly said: () => string;
  /** message resolves with the next message the child sends, and rejects when it ends instead. */
  message(): Promise<unknown>;
  /** ended resolves with the whole standard output, and rejects when the exit code is not 0. */
  readonly ended: Promise<{ readonly output: string; readonly seconds: number }>;
}

const textKept = 20_000;

/** startChild runs a TypeScript file of the project as a process of its own, with a channel for messages. */
export const startChild = (file: string, args: readonly string[], options: ChildOptions = {}): Child => {
  const preloads = (options.preloads ?? []).flatMap((path) => ['--import', resolve(root, path)]);
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...preloads, resolve(root, file), ...args], {
    cwd: root,
    env: { ...inherited, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  const output: Buffer[] = [];
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-textKept);
  });
  child.stdin?.on('error', () => undefined); // a child that ended early tells why by its exit code
  child.stdin?.end(options.input ?? '');
  const ended = new Promise<{ output: string; seconds: number }>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => {
      running.delete(child);
      const seconds = (performance.now() - startedMs) / 1000;
      if (code === 0) done({ output: Buffer.concat(output).toString('utf8'), seconds });
      else failed(new Error(`${file} ${args.join(' ')} ended with ${signal ?? `code ${code}`}: ${said}`));
    });
  });
  ended.catch(() => undefined); // whoever waits for it sees the failure
  return {
    process: child,
    said: () => said,
    ended,
    message: async () => {
      const abort = new AbortController();
      const gone = ended.then(() => Promise.reject(new Error(`${file} ended without a word: ${said}`)));
      try {
        const received: unknown[] = await Promise.race([once(child, 'message', { signal: abort.signal }), gone]);
        return received[0];
      } finally {
        abort.abort();
      }
    },
  };
};

/** answerOf runs a file to its end and reads the JSON it printed. */
export const answerOf = async (file: string, args: readonly string[], options: ChildOptions = {}): Promise<unknown> =>
  JSON.parse((await startChild(file, args, options).ended).output);
