import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { Secret } from '../kernel/index.ts';
import type { Option, OptionKind } from './option.ts';
import type { OptionKey, OptionRow } from './options.ts';

/** KindValues is what an option of a kind parses to. `interval`: hours, 0 for off. `networks`: CIDR ranges. */
interface KindValues {
  text: string;
  path: string;
  integer: number;
  choice: string;
  networks: readonly string[];
  secret: Secret<string>;
  interval: number;
  json: unknown;
  url: string;
  template: string;
}

type Parsed<Row extends OptionRow> = Row extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : KindValues[Row['kind']];

/** OptionValues holds each option's value under its key; null where an option without default was not given. */
export type OptionValues = {
  readonly [Row in OptionRow as Row['key']]: Row['default'] extends null ? Parsed<Row> | null : Parsed<Row>;
};

/** Problem is one thing that is wrong with the configuration. `given` is null for secrets and for what was not given. */
export interface Problem {
  readonly name: string;
  readonly given: string | null;
  readonly problem: string;
  readonly fix: string;
}

type ValueOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

const good = (value: unknown): ValueOutcome => ({ ok: true, value });
const bad = (problem: string, fix: string): ValueOutcome => ({ ok: false, problem, fix });

/** parseValue turns the text given for an option into its value, or says what is wrong with it. */
export const parseValue = (option: Option, text: string): ValueOutcome => parsers[option.kind](text, option);

const parsers: Record<OptionKind, (text: string, option: Option) => ValueOutcome> = {
  text: (text) => (text.includes('\0') ? bad('holds a NUL character', 'Remove it.') : good(text)),
  path: (text) => (text.includes('\0') ? bad('holds a NUL character', 'Remove it.') : good(resolve(text))),
  integer: (text, option) => integerWithin(text, option, ''),
  interval: (text, option) => (text.toLowerCase() === 'off' ? good(0) : integerWithin(text, option, '`off` or ')),
  choice: (text, option) =>
    option.choices?.includes(text) === true
      ? good(text)
      : bad('is not one of the choices', `Give one of ${(option.choices ?? []).join(', ')}.`),
  networks: (text) => {
    const ranges: string[] = [];
    for (const part of text.split(',').map((each) => each.trim())) {
      if (part === '') continue;
      const range = asRange(part);
      if (range === null)
        return bad(`'${part}' is neither an address nor a CIDR range`, 'Give ranges such as 10.0.0.0/8,fd00::/8.');
      ranges.push(range);
    }
    return good(ranges);
  },
  secret: (text) => good(new Secret(text)),
  json: (text) => {
    try {
      return good(JSON.parse(text));
    } catch {
      return bad('is not JSON', 'Give one JSON value; quote it for your shell.');
    }
  },
  url: (text) => webAddress(text, text),
  template: (text) => webAddress(text, text.replaceAll(/\{[a-z]+\}/g, '0')),
};

const integerWithin = (text: string, option: Option, also: string): ValueOutcome => {
  const minimum = option.minimum ?? 0;
  const maximum = option.maximum ?? Number.MAX_SAFE_INTEGER;
  const value = Number(text);
  return /^\d{1,16}$/.test(text) && value >= minimum && value <= maximum
    ? good(value)
    : bad('is out of bounds or not a whole number', `Give ${also}a whole number from ${minimum} to ${maximum}.`);
};

const asRange = (text: string): string | null => {
  if (ipaddr.isValidCIDR(text)) return text;
  if (!ipaddr.isValid(text) || text.includes('%')) return null;
  return `${text}/${text.includes(':') ? 128 : 32}`;
};

const webAddress = (text: string, filled: string): ValueOutcome => {
  const fix = 'Give an address such as https://host/path.';
  const url = URL.parse(filled);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return bad('is not an http(s) address', fix);
  if (url.username !== '' || url.password !== '') return bad('holds a user name or password', fix);
  if (url.hash !== '') return bad('holds a fragment', fix);
  return good(text);
};

/** missingFileProblem says that a file does not exist, or null. */
export const missingFileProblem = (name: string, path: string): Problem | null =>
  existsSync(path)
    ? null
    : { name, given: path, problem: 'names a file that does not exist', fix: 'Correct the path.' };

/** nearestName returns the entry of `names` closest to `name` by edits, or null when none is close. */
export const nearestName = (name: string, names: readonly string[]): string | null => {
  const ranked = names
    .map((each) => ({ each, distance: editDistance(name, each) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= 4 ? best.each : null;
};

const editDistance = (left: string, right: string): number => {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
};

/** OptionTexts are values as text by option key, as the command line gives them. */
export type OptionTexts = Partial<Readonly<Record<OptionKey, string>>>;
