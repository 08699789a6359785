import { readCpe, updateOf, type Cpe } from './cpe.ts';
import { objectsOf, textOf, textsOf, type JsonObject } from './json-value.ts';
import { isUnbounded } from './version-ranges.ts';

/** What an affected entry says of some versions. The kind is `unaffected` only where that is all that it says of them. */
interface Statement {
  readonly unaffected: boolean;
  readonly from: string | undefined;
  readonly through: string | undefined;
  readonly before: string | undefined;
}

/**
 * unaffectedVersions returns whether an affected entry calls the version of a CPE name unaffected: its exact entry decides,
 * else a range, else `defaultStatus`. What does not order (Git commits, texts that are no dotted numbers), what a range
 * changes within, and what is called unknown is not called unaffected.
 */
export const unaffectedVersions = (entry: JsonObject): ((cpe: Cpe) => boolean) => {
  const versions = objectsOf(entry['versions']);
  const rest = entry['defaultStatus'] === 'unaffected';
  if (rest && versions.every(isUnaffected)) return always;
  if (!rest && !versions.some(isUnaffected)) return never;
  // The versions of a package are not those of the product that the CPE names, nor those of one product another's.
  if (textOf(entry['packageName']) !== null || namesSeveral(textsOf(entry['cpes']))) return never;
  const exact = new Map<string, boolean>();
  const ranges: Statement[] = [];
  let isVague = false;
  for (const version of versions) {
    const unaffected = isUnaffected(version);
    const from = boundOf(version['version']);
    const through = boundOf(version['lessThanOrEqual']);
    const before = boundOf(version['lessThan']);
    if (version['versionType'] === 'git') isVague ||= !unaffected;
    else if (from !== undefined && isExact(version)) {
      exact.set(from, unaffected && exact.get(from) !== false);
      isVague ||= !unaffected && !dotted.test(from);
    } else ranges.push({ unaffected, from, through, before });
  }
  return (cpe) => {
    const version = spelled(cpe.version.replaceAll(/\\(.)/g, '$1'));
    const update = updateOf(cpe);
    const stated = update === null ? exact.get(version) : undefined;
    if (stated !== undefined) return stated;
    if (isVague) return false;
    let isCovered = false;
    for (const range of ranges) {
      const covers = isWithin(version, range, update !== null);
      if (!range.unaffected && covers !== false) return false;
      isCovered ||= covers === true;
    }
    return isCovered || (rest && (update === null || !exact.has(version)));
  };
};

const always = (): boolean => true;
const never = (): boolean => false;

const namesSeveral = (cpes: readonly string[]): boolean => {
  const prefixes = cpes.flatMap((text) => readCpe(text)?.prefix ?? []);
  return prefixes.some((prefix) => prefix !== prefixes[0]);
};

/** A range whose changes make a part of it affected is not unaffected. */
const isUnaffected = (version: JsonObject): boolean =>
  version['status'] === 'unaffected' &&
  objectsOf(version['changes']).every((change) => change['status'] === 'unaffected');

const isExact = (version: JsonObject): boolean =>
  version['lessThan'] === undefined && version['lessThanOrEqual'] === undefined && version['changes'] === undefined;

const dotted = /^\d+(?:\.\d+)*$/;

/** One spelling for what CPE names and records write in their own ways: `V7.3.0` and `7.3` are one version. */
const spelled = (version: string): string => {
  const text = version
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, '_')
    .replace(/^v(?=\d)/, '');
  return dotted.test(text) ? text.replace(/(?:\.0+)+$/, '') : text;
};

const boundOf = (value: unknown): string | undefined => {
  const text = textOf(value);
  return text === null || isUnbounded(text) ? undefined : spelled(text);
};

/** Null when the version and a bound do not order, when a range ends before it starts, and for an update of a bound's version. */
const isWithin = (version: string, { from, through, before }: Statement, isUpdate: boolean): boolean | null => {
  const after = from === undefined ? 1 : orderOf(version, from, isUpdate);
  const end = through ?? before;
  if (from !== undefined && end !== undefined && (orderOf(from, end, false) ?? 0) > 0) return null;
  const until = end === undefined ? -1 : orderOf(version, end, isUpdate);
  if ((after !== null && after < 0) || (until !== null && (until > 0 || (until === 0 && through === undefined))))
    return false;
  return after === null || until === null ? null : true;
};

const orderOf = (a: string, b: string, isUpdate: boolean): number | null => {
  if (a === b) return isUpdate ? null : 0;
  if (!dotted.test(a) || !dotted.test(b)) return null;
  const left = a.split('.');
  const right = b.split('.');
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = Number(left[index] ?? 0) - Number(right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};
