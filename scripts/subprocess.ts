import { spawn, type ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';

/** root is the folder of package.json. */
export const root = resolve(import.meta.dirname, '..');

/** How a finished process ended: `output` is standard output and error in the order they came. */
export interface Finished {
  readonly code: number;
  readonly output: string;
  readonly elapsedMs: number;
}

/** tool returns the arguments that run an installed command with this Node.js: `node <the command's file> …`. */
export const tool = (file: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  join(root, 'node_modules', file),
  ...args,
];

/** run starts a program in the root folder and waits for it; a program that cannot start counts as code 127. */
export const run = async (command: readonly string[]): Promise<Finished> => {
  const startedMs = performance.now();
  const chunks: Buffer[] = [];
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await exitCode(child).catch((error: unknown) => {
    chunks.push(Buffer.from(String(error)));
    return 127;
  });
  return { code, output: Buffer.concat(chunks).toString('utf8'), elapsedMs: performance.now() - startedMs };
};

/** exitCode waits for the end of a process; one that a signal ended counts as 1. */
export const exitCode = (child: ChildProcess): Promise<number> =>
  new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code ?? 1));
  });
