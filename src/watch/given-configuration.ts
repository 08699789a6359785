import { refusedFields, type AppError } from '../kernel/index.ts';

/** An object as it came. */
export type GivenObject = Readonly<Record<string, unknown>>;

const textMax = 500;

/** refused is the refusal of a `configuration`, in the form that forms have: a list of texts. */
export const refused = (text: string): AppError => refusedFields({ configuration: [text] });

export const isObject = (value: unknown): value is GivenObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** shown is what was given, short enough to be repeated. */
export const shown = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : 'this';

export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= textMax && !/\p{Cc}/u.test(value);

/** textOf reads a text that says something. */
export const textOf = (value: unknown, where: string): string => {
  const text = isText(value) ? value.trim() : '';
  if (text === '') throw refused(`${where} needs a text.`);
  return text;
};

export const requireOnly = (value: GivenObject, names: readonly string[], where: string): void => {
  const other = Object.keys(value).find((name) => !names.includes(name));
  if (other !== undefined) throw refused(`${where}: There is no member ${shown(other)}.`);
};
