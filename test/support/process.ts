import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** Far beyond what a slow and busy machine needs, and less than a test may take. */
const deadlineMs = 150_000;
/** Output kept of each stream, so that a test gone wild does not fill the memory. */
const outputCharsMax = 64_000_000;

/** How a program ended, with all that it wrote. A program ended by a signal has the code that a shell would give. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** VULNGATE_ variables; the program sees no other ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** What runs the program, before its arguments; without it the pinned Node.js runs `src/main.ts`. */
  readonly command?: readonly string[];
  readonly cwd?: string;
}

/** A real program of this project while it runs. */
export interface Program {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  readonly isRunning: boolean;
  stdout(): string;
  stderr(): string;
  /** kill sends the signal and resolves when the program and what it has started have ended. */
  kill(signal: NodeJS.Signals): Promise<Ended>;
  /** killGroup sends it to all that the program has started too, as a terminal or a process manager does. */
  killGroup(signal: NodeJS.Signals): Promise<Ended>;
}

/** The pinned Node.js with the program: what every command line starts with. */
export const mainCommand: readonly string[] = [process.execPath, join(root, 'src/main.ts')];

/** tool runs another program of the system to its end. */
export const tool = (command: string, ...args: readonly string[]): Promise<Ended> =>
  start(args, { command: [command] }).ended;

/** start runs the program and returns at once; it is killed with the test at the latest. */
export const start = (args: readonly string[], options: ProgramOptions = {}): Program => {
  const [file = '', ...before] = options.command ?? mainCommand;
  const child = spawn(file, [...before, ...args], {
    cwd: options.cwd ?? root,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', LC_ALL: 'C', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that nothing it has started can outlive the test.
    detached: true,
  });
  const output = { stdout: collected(child.stdout), stderr: collected(child.stderr) };
  let isRunning = true;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    // Comes when the last process that holds the pipes has ended.
    child.once('close', (code, signal) => {
      running.delete(child);
      isRunning = false;
      resolve({
        code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        stdout: output.stdout(),
        stderr: output.stderr(),
      });
    });
  });
  ended.catch(() => undefined);
  running.add(child);
  const kill = (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal);
    return ended;
  };
  const killGroup = (signal: NodeJS.Signals): Promise<Ended> => {
    signalGroup(child, signal);
    return ended;
  };
  atEnd(async () => {
    if (isRunning) await killGroup('SIGKILL');
  });
  return {
    pid: child.pid ?? 0,
    ended,
    get isRunning() {
      return isRunning;
    },
    ...output,
    kill,
    killGroup,
  };
};

const signalGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
};

/** Those of a test that was itself cut off. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

const collected = (stream: ChildProcess['stdout']): (() => string) => {
  const chunks: Buffer[] = [];
  let length = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (length < outputCharsMax) chunks.push(chunk);
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
};

/** atEnd runs when the test that called it has finished; a hook of a suite cleans up by itself. */
export const atEnd = (work: () => Promise<void>): void => {
  try {
    onTestFinished(work);
  } catch {
    // Called outside a test.
  }
};

/** vulngate runs a command of the program to its end. */
export const vulngate = (args: readonly string[], options: ProgramOptions = {}): Promise<Ended> =>
  start(args, options).ended;

/** A server that listens. */
export interface ServerProcess extends Program {
  readonly url: string;
  /** Milliseconds from the start of the process to the line that says it listens. */
  readonly startMs: number;
}

export interface ServeOptions extends ProgramOptions {
  /** After `serve --data … --port 0 --json`. */
  readonly args?: readonly string[];
}

/**
 * serve starts a server on a free loopback port and waits until it says that it listens. Throws with everything that the
 * program wrote when it ends instead.
 */
export const serve = async (folder: string, options: ServeOptions = {}): Promise<ServerProcess> => {
  const startedMs = performance.now();
  const args = ['serve', '--data', folder, '--port', '0', '--json', ...(options.args ?? [])];
  const program = start(args, { ...options, env: { VULNGATE_LOG_LEVEL: 'warn', ...options.env } });
  const url = await listening(program);
  const { stdout, stderr, kill, killGroup, ended, pid } = program;
  return {
    pid,
    ended,
    get isRunning() {
      return program.isRunning;
    },
    stdout,
    stderr,
    kill,
    killGroup,
    url,
    startMs: performance.now() - startedMs,
  };
};

/** listening waits for the line that says where a server listens and returns the address. */
export const listening = async (program: Program): Promise<string> => {
  const line = await until(() => {
    const said = /\{"event":"listening","url":"([^"]+)"\}\n/.exec(program.stdout())?.[1];
    if (said === undefined && !program.isRunning) throw new Error(`it ended instead: ${program.stderr()}`);
    return said ?? null;
  }, 'the server listens');
  return line;
};

/** until looks again and again until `look` finds something, and fails at the deadline saying what was waited for. */
export const until = async <Found>(
  look: () => Found | null | Promise<Found | null>,
  what: string,
  withinMs = deadlineMs,
): Promise<Found> => {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > endMs) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await pause(5);
  }
};

/** newFolder makes an empty folder that is deleted after the test. */
export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-process-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** jsonOf reads the one JSON object that a command with `--json` printed. */
export const jsonOf = (ended: Ended): Readonly<Record<string, unknown>> => {
  const value: unknown = JSON.parse(ended.stdout === '' ? 'null' : ended.stdout);
  if (typeof value !== 'object' || value === null) {
    throw new Error(`no JSON object (code ${ended.code}): ${ended.stderr}`);
  }
  return { ...value };
};

/** jsonLines reads the structured log that a program wrote. */
export const jsonLines = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Readonly<Record<string, unknown>> => ({ ...(JSON.parse(line) as object) }));
