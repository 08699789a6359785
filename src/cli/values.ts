import { fail } from '../kernel/index.ts';

/** readInstant reads an ISO 8601 date or date and time (UTC when no zone is given) as epoch milliseconds. */
export const readInstant = (name: string, text: string): number => {
  const pattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;
  const hasZone = /(Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes('T');
  const instant = pattern.test(text) ? Date.parse(hasZone ? text : `${text}Z`) : Number.NaN;
  if (Number.isNaN(instant)) {
    throw fail('cli.usage', { message: `--${name} needs an ISO 8601 date or time, not '${text}'` });
  }
  return instant;
};

/** readCredits reads credits (down to a thousandth) as millicredits. */
export const readCredits = (name: string, text: string): number => {
  const match = /^(\d{1,12})(?:\.(\d{1,3}))?$/.exec(text);
  if (match === null) throw fail('cli.usage', { message: `--${name} needs a number of credits, not '${text}'` });
  return Number(match[1]) * 1000 + Number((match[2] ?? '').padEnd(3, '0'));
};

/** readChoice returns the text as one of the choices. */
export const readChoice = <Choice extends string>(name: string, text: string, choices: readonly Choice[]): Choice => {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) {
    throw fail('cli.usage', { message: `--${name} is one of ${choices.join(', ')}, not '${text}'` });
  }
  return found;
};

/** instantText writes epoch milliseconds as ISO 8601 in UTC, or null. */
export const instantText = (instantMs: number | null): string | null =>
  instantMs === null ? null : new Date(instantMs).toISOString();

/** onePath returns the one path that a command takes. */
export const onePath = (positionals: readonly string[]): string => {
  const [path, ...others] = positionals;
  if (path === undefined || path === '' || others.length > 0)
    throw fail('cli.usage', { message: 'one <file> must follow' });
  return path;
};
