import { parseArgs, type ParseArgsConfig } from 'node:util';
import { fail } from '../kernel/index.ts';

/** GlobalArguments are the options that every command takes, and what is left without them. */
export interface GlobalArguments {
  readonly command: string | null;
  readonly rest: readonly string[];
  readonly data: string | null;
  readonly configFile: string | null;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/**
 * splitGlobals takes `--data DIR`, `--config FILE`, `--json`, `--help` and `--version` out of the arguments, wherever they
 * stand before a `--`; the first of the others that is no option is the command.
 * @throws `cli.usage` when a value is missing.
 */
export const splitGlobals = (args: readonly string[]): GlobalArguments => {
  const rest: string[] = [];
  const flags = new Set<string>();
  const found = takeSettings(args, ['data', 'config']);
  const end = found.rest.includes('--') ? found.rest.indexOf('--') : found.rest.length;
  for (const [index, arg] of found.rest.entries()) {
    if (index < end && ['--json', '--help', '-h', '--version', '-V'].includes(arg)) flags.add(arg);
    else rest.push(arg);
  }
  const first = rest[0];
  const command = first === undefined || first.startsWith('-') ? null : first;
  return {
    command,
    rest: command === null ? rest : rest.slice(1),
    data: found.settings.data ?? null,
    configFile: found.settings.config ?? null,
    json: flags.has('--json'),
    help: flags.has('--help') || flags.has('-h'),
    version: flags.has('--version') || flags.has('-V'),
  };
};

/**
 * takeSettings takes `--name value` and `--name=value` for the given names out of the arguments before a `--`.
 * @throws `cli.usage` when a value is missing.
 */
export const takeSettings = <Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): { readonly settings: Partial<Record<Name, string>>; readonly rest: readonly string[] } => {
  const settings: Partial<Record<Name, string>> = {};
  const rest: string[] = [];
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const name = index < end ? names.find((each) => arg === `--${each}` || arg.startsWith(`--${each}=`)) : undefined;
    if (name === undefined) {
      rest.push(arg);
      continue;
    }
    const value = arg === `--${name}` ? args[(index += 1)] : arg.slice(name.length + 3);
    if (value === undefined || value === '') throw fail('cli.usage', { message: `--${name} needs a value` });
    settings[name] = value;
  }
  return { settings, rest };
};

type Definitions = NonNullable<ParseArgsConfig['options']>;

/**
 * parseArguments parses a command's own arguments strictly (`node:util` parseArgs).
 * @throws `cli.usage` for an unknown option, a missing value, or positionals that are not allowed.
 */
export const parseArguments = <const Options extends Definitions>(
  args: readonly string[],
  options: Options,
  allowPositionals = false,
) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals, strict: true });
  } catch (error) {
    throw fail('cli.usage', { message: error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error) });
  }
};

/**
 * required returns an option's value.
 * @throws `cli.usage` that names the option when it was not given or is empty.
 */
export const required = (name: string, value: string | undefined): string => {
  if (value === undefined || value === '') throw fail('cli.usage', { message: `--${name} is required` });
  return value;
};

/**
 * chooseVerb splits `create --email …` into the entry of `verbs` that the first argument names and the other arguments.
 * @throws `cli.usage` that lists the verbs.
 */
export const chooseVerb = <Verb>(
  args: readonly string[],
  verbs: Readonly<Record<string, Verb>>,
): { verb: Verb; rest: readonly string[] } => {
  const name = args[0] ?? '';
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb !== undefined) return { verb, rest: args.slice(1) };
  const list = Object.keys(verbs).join(', ');
  throw fail('cli.usage', { message: name === '' ? `one of ${list} must follow` : `'${name}' is not one of ${list}` });
};
