import {
  loadConfig,
  optionProblem,
  options,
  type Config,
  type ConfigSources,
  type OptionTexts,
} from '../config/index.ts';
import { AppError, asAppError, createLog, fail, type Clock, type Log, type Random } from '../kernel/index.ts';
import { splitGlobals, takeSettings, type GlobalArguments } from './arguments.ts';
import type { Command, CommandEntry, Output } from './command.ts';
import { errorLines } from './failure.ts';

/** Host is what the process gives to the program. */
export interface Host {
  readonly env: ConfigSources['env'];
  readonly stdout: Output;
  readonly stderr: Output;
  readonly isTty: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted with the name of the signal (`SIGINT`, `SIGTERM`) as its reason. */
  readonly signal: AbortSignal;
  readonly version: string;
}

const exitCodes = { failure: 1, usage: 2, configuration: 78, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * runProgram runs the command that the arguments name and returns the exit code: 0, or what the command returned; 1
 * failure, 2 bad usage, 78 bad configuration, 130 or 143 when it was stopped by a signal. It does not throw.
 */
export const runProgram = async (
  host: Host,
  args: readonly string[],
  commands: readonly CommandEntry[],
): Promise<number> => {
  let command: Command | null = null;
  try {
    const globals = splitGlobals(args);
    if (globals.version) return say(host, `${host.version}\n`);
    const entry = commands.find((each) => each.name === globals.command);
    if (globals.command === null || entry === undefined) return without(host, globals, commands);
    command = await entry.load();
    if (globals.help) return say(host, usageText(command));
    const { settings, rest } = takeSettings(globals.rest, entry.settings ?? []);
    const config = readConfig(host, globals, settings);
    const log = commandLog(host, config, entry);
    for (const warning of config.warnings) log.warn('config.warning', { warning });
    const { stdout, stderr, isTty, clock, random, signal } = host;
    return await command.run({ config, clock, random, log, stdout, stderr, isTty, json: globals.json, signal }, rest);
  } catch (error) {
    return report(host, command, error);
  }
};

const say = (host: Host, text: string): number => {
  host.stdout.write(text);
  return 0;
};

const without = (host: Host, globals: GlobalArguments, commands: readonly CommandEntry[]): number => {
  const text = programText(commands);
  if (globals.help || globals.command === 'help') return say(host, text);
  const problem =
    globals.command !== null
      ? `there is no command '${globals.command}'`
      : globals.rest.length > 0
        ? `a command must come before '${globals.rest[0] ?? ''}'`
        : 'no command given';
  host.stderr.write(`error: ${problem}\n\n${text}`);
  return exitCodes.usage;
};

const programText = (commands: readonly CommandEntry[]): string => {
  const width = Math.max(...commands.map((each) => each.name.length));
  const list = commands.map((each) => `  ${each.name.padEnd(width)}  ${each.summary}\n`).join('');
  return `usage: vulngate <command> … [--data DIR] [--config FILE] [--json]\n\ncommands:\n${list}\nvulngate <command> --help tells more; vulngate --version prints the version.\n`;
};

const usageText = (command: Command): string => {
  const [first = '', ...others] = command.usage.split('\n');
  const more = others.map((line) => `${line === '' ? '' : '       '}${line}\n`).join('');
  return `usage: vulngate ${first}\n${more}`;
};

/** Throws `cli.usage` for what the command line gives wrong, and `config.invalid` for what its other sources do. */
const readConfig = (host: Host, globals: GlobalArguments, settings: OptionTexts): Config => {
  const overrides = globals.data === null ? settings : { ...settings, data: globals.data };
  refuseWrong(overrides);
  return loadConfig({
    env: host.env,
    ...(globals.configFile === null ? {} : { file: globals.configFile }),
    overrides,
  });
};

const refuseWrong = (given: OptionTexts): void => {
  const problems = options.flatMap(({ key }) => {
    const text = given[key];
    const problem = text === undefined ? null : optionProblem(key, text);
    return problem === null ? [] : [`--${key} = ${JSON.stringify(text)} ${problem}`];
  });
  if (problems.length > 0) throw fail('cli.usage', { message: problems.join('\n') });
};

const commandLog = (host: Host, config: Config, entry: CommandEntry): Log => {
  const level = entry.logs === 'problems' && config.log.level === 'info' ? 'warn' : config.log.level;
  return createLog({ level, nowMs: () => host.clock.nowMs(), write: (line) => host.stderr.write(line) });
};

const report = (host: Host, command: Command | null, error: unknown): number => {
  const failure = asAppError(error);
  if (host.signal.aborted && !(error instanceof AppError && error.code === 'config.invalid')) {
    const name = host.signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
    host.stderr.write(`stopped by ${name}; what was complete is kept\n`);
    return exitCodes[name];
  }
  host.stderr.write(errorLines(error));
  if (failure.code === 'cli.usage') {
    if (command !== null) host.stderr.write(`\n${usageText(command)}`);
    return exitCodes.usage;
  }
  return failure.code === 'config.invalid' || failure.code === 'config.pepper_mismatch'
    ? exitCodes.configuration
    : exitCodes.failure;
};
