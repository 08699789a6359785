import { cpeProductPrefix, readCpe } from './cpe.ts';
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
]);
const maximumNameLength = 256;

const cache = new Map<string, string>();

/**
 * normaliseName gives the one spelling of a vendor or product that the catalogue stores and looks up: trimmed, lower case,
 * runs of white space as one `_`, CPE escapes (`\!`) undone. Empty for a placeholder such as `n/a`.
 */
export const normaliseName = (text: string): string => {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const name = text
    .slice(0, maximumNameLength * 2)
    .normalize('NFC')
    .replaceAll(/\\(.)/gs, '$1')
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what must not reach a name
    .replaceAll(/[\u0000-\u001f\u007f\s]+/g, ' ')
    .trim()
    .toLowerCase()
    .replaceAll(' ', '_')
    .slice(0, maximumNameLength);
  const result = placeholders.has(name) ? '' : name;
  if (cache.size > 100_000) cache.clear();
  cache.set(text, result);
  return result;
};

export interface NamedProducts {
  /** Sorted, unique. */
  readonly products: readonly ProductName[];
  /** Sorted, unique; also vendors whose product is a placeholder. */
  readonly vendors: readonly string[];
}

/** productNames collects vendors and products from the affected entries and the given CPE criteria. */
export const productNames = (affected: readonly JsonObject[], criteria: Iterable<string>): NamedProducts => {
  const found = new Map<string, ProductName>();
  const vendors = new Set<string>();
  const add = (vendorText: string, productText: string): void => {
    const vendor = normaliseName(vendorText);
    if (vendor === '') return;
    vendors.add(vendor);
    const product = normaliseName(productText);
    if (product !== '') found.set(`${vendor}\0${product}`, [vendor, product]);
  };
  const seen = new Set<string>();
  const addOnce = (cpe: string): void => {
    const prefix = cpeProductPrefix(cpe);
    if (seen.has(prefix)) return;
    seen.add(prefix);
    const parts = readCpe(cpe);
    if (parts !== null) add(parts[1] ?? '', parts[2] ?? '');
  };
  for (const entry of affected) {
    if (!claimsAffected(entry)) continue;
    const packaged = packageOf(entry);
    const vendor = textOf(entry['vendor']) ?? '';
    const product = textOf(entry['product']) ?? '';
    if (normaliseName(vendor) !== '') add(vendor, normaliseName(product) === '' ? (packaged?.[1] ?? '') : product);
    else if (packaged !== null) add(packaged[0], packaged[1]);
    for (const cpe of textsOf(entry['cpes'])) addOnce(cpe);
  }
  for (const cpe of criteria) addOnce(cpe);
  return { products: sorted(found), vendors: [...vendors].toSorted() };
};

const sorted = (found: ReadonlyMap<string, ProductName>): readonly ProductName[] =>
  found.size === 1
    ? [...found.values()]
    : [...found.values()].toSorted((a, b) => (a[0] === b[0] ? order(a[1], b[1]) : order(a[0], b[0])));

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
