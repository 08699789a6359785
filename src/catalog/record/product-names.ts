import { readCpe } from './cpe.ts';
import { objectsOf, textOf, textsOf, type JsonObject } from './json-value.ts';
import type { ProductName } from './types.ts';

const placeholders = new Set([
  '',
  '*',
  '-',
  'n/a',
  'na',
  'n_a',
  'none',
  'unknown',
  'unspecified',
  'undefined',
  'null',
  'not_applicable',
  'not_specified',
  '[unknown]',
]);
const longestPlaceholder = Math.max(...[...placeholders].map((word) => word.length));
const maximumNameLength = 256;

const cache = new Map<string, string>();
/** Longer texts come from people who ask, not from records, and are not worth remembering. */
const longestCached = 256;

/**
 * normaliseName gives the one spelling of a vendor or product that the catalogue stores and looks up: trimmed, lower case,
 * runs of white space as one `_`, escapes undone (CPE's backslashes, percent and HTML escapes), typographic hyphens and
 * quotes as plain ones, trade marks and invisible characters left out. Empty for a placeholder such as `n/a`. A normalised
 * name stays as it is.
 */
export const normaliseName = (text: string): string => {
  // Looking a text up costs more than seeing that there is nothing to do.
  if (text.length <= maximumNameLength && plainName.test(text))
    return text.length <= longestPlaceholder && placeholders.has(text) ? '' : text;
  const known = cache.get(text);
  if (known !== undefined) return known;
  const name = foldName(text.slice(0, maximumNameLength * 2))
    .trim()
    .replaceAll(' ', '_')
    .slice(0, maximumNameLength)
    .toWellFormed();
  const result = placeholders.has(name) ? '' : name;
  if (text.length > longestCached) return result;
  if (cache.size > 100_000) cache.clear();
  cache.set(text, result);
  return result;
};

/** normalisePiece does the same to a piece of a name, to look it up inside names: blanks at its ends count. */
export const normalisePiece = (text: string): string =>
  foldName(text.slice(0, maximumNameLength * 2))
    .replaceAll(' ', '_')
    .toWellFormed();

const plainName = /^[a-z0-9._+-]+$/;

/** Undoing one escape can make another, and some sources escape twice: it goes on until nothing changes. */
const foldName = (text: string): string => {
  let now = text;
  while (!plainName.test(now)) {
    const before = now;
    now = foldOnce(before);
    if (now === before) break;
  }
  return now;
};

const foldOnce = (text: string): string =>
  unescaped(text)
    .normalize('NFC')
    .replaceAll('\\', '')
    .replaceAll(/[\u00ad\u200b\u200e\u200f\u2060\ufeff™®©]/g, '')
    .replaceAll(/[\u2010-\u2015\u2212]/g, '-')
    .replaceAll(/[\u2018\u2019\u201b]/g, "'")
    .replaceAll(/[\u201c-\u201f]/g, '"')
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what must not reach a name
    .replaceAll(/[\u0000-\u001f\u007f\s]+/g, ' ')
    .toLowerCase();

const entity = /&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|(amp|quot|apos|lt|gt|nbsp));/gi;
const percentEscape = /%(2[0-9a-f]|3[a-f]|40|5[b-f]|60|7[b-e])/gi;
const named: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>', nbsp: ' ' };

/** A percent sign before anything but the code of a punctuation mark is one. */
const unescaped = (text: string): string =>
  /[&%]/.test(text)
    ? text
        .replaceAll(entity, (whole, decimal?: string, hex?: string, name?: string) => {
          if (name !== undefined) return named[name.toLowerCase()] ?? whole;
          const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
          return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
        })
        .replaceAll(percentEscape, (_whole, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    : text;

export interface NamedProducts {
  /** Sorted, unique. */
  readonly products: readonly ProductName[];
  /** Sorted, unique; also vendors whose product is a placeholder. */
  readonly vendors: readonly string[];
}

/** productNames collects vendors and products from the affected entries and the given CPE criteria. */
export const productNames = (affected: readonly JsonObject[], criteria: Iterable<string>): NamedProducts => {
  const products: ProductName[] = [];
  const vendors: string[] = [];
  /** Both are normalised. */
  const add = (vendor: string, product: string): void => {
    if (vendor === '') return;
    vendors.push(vendor);
    if (product !== '') products.push([vendor, product]);
  };
  let latest: string | null = null;
  const addCpe = (text: string): void => {
    // Those of one product mostly stand together.
    if (latest !== null && text.startsWith(latest)) return;
    const cpe = readCpe(text);
    if (cpe === null) return;
    latest = cpe.prefix;
    add(normaliseName(cpe.vendor), normaliseName(cpe.product));
  };
  for (const entry of affected) {
    if (!claimsAffected(entry)) continue;
    const vendor = normaliseName(textOf(entry['vendor']) ?? '');
    const product = normaliseName(textOf(entry['product']) ?? '');
    const packaged = vendor === '' || product === '' ? packageOf(entry) : null;
    if (packaged === null) add(vendor, product);
    else add(vendor === '' ? normaliseName(packaged[0]) : vendor, normaliseName(packaged[1]));
    for (const cpe of textsOf(entry['cpes'])) addCpe(cpe);
  }
  for (const cpe of criteria) addCpe(cpe);
  return {
    products: unique(products, (a, b) => order(a[0], b[0]) || order(a[1], b[1])),
    vendors: unique(vendors, order),
  };
};

/** Sorted, each once. */
const unique = <T>(found: readonly T[], compare: (a: T, b: T) => number): readonly T[] => {
  if (found.length < 2) return found;
  const all = found.toSorted(compare);
  return all.filter((item, index) => index === 0 || compare(all[index - 1] ?? item, item) !== 0);
};

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** An entry that calls every version it names unaffected, and the rest too, is about a product that is not affected. */
const claimsAffected = (entry: JsonObject): boolean => {
  if (entry['defaultStatus'] !== 'unaffected') return true;
  return objectsOf(entry['versions']).some(
    (version) =>
      version['status'] !== 'unaffected' ||
      objectsOf(version['changes']).some((change) => change['status'] === 'affected'),
  );
};

const purl = /^pkg:([a-z][a-z0-9.+-]*)\/(?:([^?#@]+)\/)?([^/?#@]+)/i;

/** packageOf names a package by its URL (`pkg:npm/%40scope/name` → scope, name) or its collection and name. */
const packageOf = (entry: JsonObject): readonly [vendor: string, product: string] | null => {
  const match = purl.exec((textOf(entry['packageURL']) ?? '').replace(/^(pkg:[^/]+\/)%40/i, '$1'));
  if (match !== null) return [decoded(match[2] ?? match[1] ?? ''), decoded(match[3] ?? '')];
  const name = textOf(entry['packageName']);
  if (name === null) return null;
  const slash = name.lastIndexOf('/');
  if (slash > 0) return [name.slice(0, slash).replace(/^@/, ''), name.slice(slash + 1)];
  const collection = /^https?:\/\/(?:www\.|registry\.)?([^/:]+)/i.exec(textOf(entry['collectionURL']) ?? '')?.[1];
  return collection === undefined ? null : [collection, name];
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign: the text as it stands is the better name than none.
    return text;
  }
};
