import type { CommandContext } from './command.ts';

/** answer prints a result: the object itself with `--json`, else its fields, one a line. */
export const answer = ({ json, stdout }: CommandContext, result: Readonly<Record<string, unknown>>): void => {
  if (json) {
    stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  const shown = Object.entries(result).filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown) stdout.write(`${name.padEnd(width)}  ${fieldText(value)}\n`);
};

const fieldText = (value: unknown): string => {
  if (value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
};
