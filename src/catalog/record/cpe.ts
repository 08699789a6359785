/** The parts of a CPE 2.3 formatted string, still escaped. Always 11: part, vendor, product, version, …, other. */
export type CpeParts = readonly string[];

const attributes = 11;

/**
 * readCpe splits a CPE 2.3 formatted string, or a 2.2 URI (`cpe:/a:vendor:product:…`), into its 11 attributes. Null when
 * it is neither or names no vendor and product. A formatted string with attributes missing at the end is filled with `*`.
 */
export const readCpe = (text: string): CpeParts | null => {
  const cpe = text.trim();
  if (cpe.length > 1_024) return null;
  const parts = cpe.startsWith('cpe:2.3:')
    ? splitEscaped(cpe.slice(8))
    : cpe.startsWith('cpe:/')
      ? fromUri(cpe.slice(5))
      : [];
  if (parts.length < 3 || parts.length > attributes || !/^[aoh*-]$/.test(parts[0] ?? '')) return null;
  if ((parts[1] ?? '') === '' || (parts[2] ?? '') === '') return null;
  while (parts.length < attributes) parts.push('*');
  return parts.includes('') ? parts.map((part) => (part === '' ? '*' : part)) : parts;
};

export const writeCpe = (parts: CpeParts): string => `cpe:2.3:${parts.join(':')}`;

/** cpeVersion returns the version attribute: `*` any, `-` none. */
export const cpeVersion = (parts: CpeParts): string => parts[3] ?? '*';

/** cpeProductPrefix returns a formatted string up to its version: equal prefixes name the same product. */
export const cpeProductPrefix = (criteria: string): string => {
  let colon = 7;
  for (let count = 0; count < 3 && colon !== -1; count += 1) {
    do colon = criteria.indexOf(':', colon + 1);
    while (colon !== -1 && criteria.charCodeAt(colon - 1) === 92);
  }
  return colon === -1 ? criteria : criteria.slice(0, colon);
};

/** withVersion puts an exact version into a CPE, escaped; an update after a colon-free word stays part of the version. */
export const withVersion = (parts: CpeParts, version: string): CpeParts => [
  ...parts.slice(0, 3),
  escaped(version.trim().toLowerCase()),
  ...parts.slice(4),
];

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
