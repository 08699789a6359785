/** A CPE 2.3 name that was read. Its attributes are still escaped. */
export interface Cpe {
  /** The formatted string, with all of its 11 attributes. */
  readonly text: string;
  /** The formatted string up to its version: equal prefixes name the same product. */
  readonly prefix: string;
  readonly vendor: string;
  readonly product: string;
  /** `*` any, `-` none. */
  readonly version: string;
}

const attributes = 11;
const longestName = 1_024;

/** A formatted string as it should be; nearly all are, and are taken as they stand. */
const formatted = /^(cpe:2\.3:[aoh*-]:((?:[^:\\]|\\.)+):((?:[^:\\]|\\.)+):)((?:[^:\\]|\\.)+)(?::(?:[^:\\]|\\.)+){7}$/s;

/**
 * readCpe reads a CPE 2.3 formatted string, or a 2.2 URI (`cpe:/a:vendor:product:…`). Null when it is neither or names no
 * vendor and product. A formatted string with attributes missing at the end is filled with `*`.
 */
export const readCpe = (name: string): Cpe | null => {
  const text = name.trim();
  if (text.length > longestName) return null;
  const found = formatted.exec(text);
  if (found === null) return readLoosely(text);
  const [, prefix = '', vendor = '', product = '', version = ''] = found;
  return { text, prefix, vendor, product, version };
};

/** withVersion returns the formatted string with an exact version; an update after a colon-free word stays part of it. */
export const withVersion = (cpe: Cpe, version: string): string =>
  cpe.prefix + escaped(version.trim().toLowerCase()) + cpe.text.slice(cpe.prefix.length + cpe.version.length);

/** updateOf returns the update of a CPE name (`beta1`), or null when it names none. */
export const updateOf = (cpe: Cpe): string | null => {
  const update = /^:((?:[^:\\]|\\.)+)/s.exec(cpe.text.slice(cpe.prefix.length + cpe.version.length))?.[1] ?? '*';
  return update === '*' || update === '-' ? null : update;
};

const readLoosely = (text: string): Cpe | null => {
  const parts = text.startsWith('cpe:2.3:')
    ? splitEscaped(text.slice(8))
    : text.startsWith('cpe:/')
      ? fromUri(text.slice(5))
      : [];
  if (parts.length < 3 || parts.length > attributes || !/^[aoh*-]$/.test(parts[0] ?? '')) return null;
  while (parts.length < attributes) parts.push('*');
  const [part = '', vendor = '', product = '', version = '', ...rest] = parts.map((value, index) =>
    value === '' && index > 2 ? '*' : value,
  );
  if (vendor === '' || product === '') return null;
  const prefix = `cpe:2.3:${part}:${vendor}:${product}:`;
  return { text: `${prefix}${[version, ...rest].join(':')}`, prefix, vendor, product, version };
};

const plainVersion = /^[a-z0-9._-]*$/;

const escaped = (version: string): string =>
  plainVersion.test(version)
    ? version
    : version.replaceAll(/\s+/g, '_').replaceAll(/[!-,/:-@[-^`{-~]/g, (character) => `\\${character}`);

/** Splits at colons that no backslash escapes. */
const splitEscaped = (text: string): string[] => {
  if (!text.includes('\\')) return text.split(':');
  const parts: string[] = [];
  let start = 0;
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(colon - 1 - backslashes) === 92) backslashes += 1;
    if (backslashes % 2 === 1) continue;
    parts.push(text.slice(start, colon));
    start = colon + 1;
  }
  parts.push(text.slice(start));
  return parts;
};

/** A URI writes special characters as %xx where the formatted string writes a backslash. */
const fromUri = (text: string): string[] =>
  text.split(':').map((part) =>
    part.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) => {
      const code = Number.parseInt(hex, 16);
      return code > 0x20 && code < 0x7f ? `\\${String.fromCodePoint(code)}` : '';
    }),
  );
