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
  const parts = cpe.startsWith('cpe:2.3:') ? splitEscaped(cpe.slice(8)) : cpe.startsWith('cpe:/') ? fromUri(cpe.slice(5)) : [];
  if (parts.length < 3 || parts.length > attributes || !/^[aoh*-]$/.test(parts[0] ?? '')) return null;
  if ((parts[1] ?? '') === '' || (parts[2] ?? '') === '') return null;
  while (parts.length < attributes) parts.push('*');
  return parts.map((part) => (part === '' ? '*' : part));
};

export const writeCpe = (parts: CpeParts): string => `cpe:2.3:${parts.join(':')}`;

/** cpeVersion returns the version attribute: `*` any, `-` none. */
export const cpeVersion = (parts: CpeParts): string => parts[3] ?? '*';

/** withVersion puts an exact version into a CPE, escaped; an update after a colon-free word stays part of the version. */
export const withVersion = (parts: CpeParts, version: string): CpeParts => [
  ...parts.slice(0, 3),
  version.trim().toLowerCase().replaceAll(/\s+/g, '_').replaceAll(/[^a-z0-9._-]/g, (character) => (character.codePointAt(0) ?? 0) > 127 ? character : `\\${character}`),
  ...parts.slice(4),
];

/** Splits at colons that no backslash escapes. */
const splitEscaped = (text: string): string[] => {
  if (!text.includes('\\')) return text.split(':');
  const parts: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '\\') index += 1;
    else if (character === ':') {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
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
