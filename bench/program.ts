import { readFileSync } from 'node:fs';
import { root, startChild, type Child } from './child.ts';
import type { UsageReport } from './preloads/usage-report.ts';

const program = 'bin/vulngate.js';

export interface ServerOptions {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly preloads?: readonly string[];
}

/** The real program, serving. */
export interface Server {
  readonly port: number;
  readonly child: Child;
  readonly pid: number;
}

interface Listening {
  readonly event: string;
  readonly url: string;
}

/** startServer runs `serve` on a free loopback port and waits until it says that it listens. */
export const startServer = async ({ folder, env, preloads }: ServerOptions): Promise<Server> => {
  const child = startChild(program, ['serve', '--json', '--port', '0', '--data', folder], {
    env: { VULNGATE_LOG_LEVEL: 'warn', ...env },
    ...(preloads === undefined ? {} : { preloads }),
  });
  const line = await Promise.race([
    firstLine(child),
    child.ended.then(() => Promise.reject(new Error(`the server ended: ${child.said()}`))),
  ]);
  const { url } = JSON.parse(line) as Listening;
  return { port: Number(new URL(url).port), child, pid: child.process.pid ?? 0 };
};

const firstLine = (child: Child): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    child.process.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });

/** What a process that ran to its end took. */
export interface Finished extends UsageReport {
  readonly output: string;
  readonly seconds: number;
}

/** runMeasured runs a file to its end and reports time, CPU time and peak memory of the whole process. */
export const runMeasured = async (file: string, args: readonly string[]): Promise<Finished> => {
  const child = startChild(file, args, {
    env: { VULNGATE_LOG_LEVEL: 'warn' },
    preloads: ['bench/preloads/usage-report.ts'],
  });
  const [report, { output, seconds }] = await Promise.all([child.message(), child.ended]);
  return { ...(report as UsageReport), output, seconds };
};

export interface ImportedSource {
  readonly kind: string;
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
}

/** runImport runs the real `import` command in a process of its own. */
export const runImport = async (
  folder: string,
  paths: readonly string[],
): Promise<Finished & { readonly sources: readonly ImportedSource[] }> => {
  const finished = await runMeasured(program, ['import', ...paths, '--data', folder, '--json']);
  const { sources } = JSON.parse(finished.output) as { sources: ImportedSource[] };
  return { ...finished, sources };
};

const kibibytes = (path: string, name: string): number => {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'));
  if (match === null) throw new Error(`${path} has no ${name}`);
  return Number(match[1]);
};

const mebi = 1024;

/** Memory of a process in MiB as the system counts it; null on systems without /proc. */
export const memoryOf = (pid: number): { readonly rss: number; readonly pss: number } | null =>
  process.platform === 'linux'
    ? {
        rss: kibibytes(`/proc/${pid}/status`, 'VmRSS') / mebi,
        pss: kibibytes(`/proc/${pid}/smaps_rollup`, 'Pss') / mebi,
      }
    : null;

export const programVersion = (): string =>
  (JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string }).version;
