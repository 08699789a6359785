import { commands, runProgram } from '../../src/cli/index.ts';
import { ManualClock, seededRandom, type Random } from '../../src/kernel/index.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CommandLine {
  readonly clock: ManualClock;
  /** run gives the arguments to the program, in this process, on the folder. */
  run(...args: string[]): Promise<Ran>;
  /** json runs with `--json` and returns the one object printed; throws what was said when the command failed. */
  json(...args: string[]): Promise<Readonly<Record<string, unknown>>>;
}

export const commandLine = (
  folder: string,
  env: Readonly<Record<string, string>> = {},
  random: Random = seededRandom(`command line ${folder}`),
): CommandLine => {
  const clock = new ManualClock();
  const run = async (...args: string[]): Promise<Ran> => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await runProgram(
      {
        env: { VULNGATE_DATA: folder, ...env },
        stdout: { write: (text) => void out.push(text) },
        stderr: { write: (text) => void err.push(text) },
        isTty: false,
        clock,
        random,
        signal: new AbortController().signal,
        version: '0.0.0',
      },
      args,
      commands,
    );
    return { code, out: out.join(''), err: err.join('') };
  };
  return {
    clock,
    run,
    json: async (...args) => {
      const { code, out, err } = await run(...args, '--json');
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${err}`);
      if (!/^\{[^\n]*\}\n$/.test(out)) throw new Error(`not one object on a line: ${out}`);
      // A command prints an object, which the pattern has seen.
      return JSON.parse(out) as Record<string, unknown>;
    },
  };
};
