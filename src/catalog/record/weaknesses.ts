import { objectsOf, textOf, type JsonObject } from './json-value.ts';
import type { Weakness } from './types.ts';

const placeholder = /^(?:n\/?a|none|unknown|unspecified|nvd-cwe-(?:noinfo|other))$/i;
const cweNumber = /\bCWE[-_ ]?(\d{1,6})\b/i;

/** weaknessesOf reads the problem types of all containers, each weakness once a source. Placeholders are dropped. */
export const weaknessesOf = (containers: readonly (readonly [JsonObject, string])[]): readonly Weakness[] => {
  const found: Weakness[] = [];
  for (const [container, source] of containers) {
    for (const problem of objectsOf(container['problemTypes'])) {
      for (const item of objectsOf(problem['descriptions'])) {
        const weakness = weaknessOf(item, source);
        if (weakness !== null && !found.some((other) => same(other, weakness))) found.push(weakness);
      }
    }
  }
  return found;
};

/** cweNumbers lists the numbers of the named weaknesses, ascending. */
export const cweNumbers = (weaknesses: readonly Weakness[]): readonly number[] => {
  const numbers = new Set<number>();
  for (const { cweId } of weaknesses) if (cweId !== null) numbers.add(Number(cweId.slice(4)));
  return [...numbers].toSorted((a, b) => a - b);
};

/**
 * weaknessNameIn finds what a record calls a weakness of that number, in the JSON of its weaknesses: `CWE-79: Improper …`
 * or `CWE-79 Improper …`. Null when it gives the number alone, or its own words.
 */
export const weaknessNameIn = (weaknesses: string, cwe: number): string | null => {
  const parsed: unknown = JSON.parse(weaknesses);
  for (const { cweId, description } of objectsOf(parsed)) {
    if (cweId !== `CWE-${cwe}` || typeof description !== 'string') continue;
    const match = /^CWE[-_ ]?0*(\d{1,6})\b\s*[:-]?\s*(\p{L}.{3,198})$/u.exec(description.trim());
    if (match !== null && Number(match[1]) === cwe) return match[2]?.trim() ?? null;
  }
  return null;
};

const weaknessOf = (item: JsonObject, source: string): Weakness | null => {
  const description = textOf(item['description']) ?? '';
  const number = (cweNumber.exec(textOf(item['cweId']) ?? '') ?? cweNumber.exec(description))?.[1];
  if (number === undefined && (description === '' || placeholder.test(description))) return null;
  const cweId = number === undefined ? null : `CWE-${Number(number)}`;
  return { cweId, description: description === '' ? (cweId ?? '') : description, source };
};

const same = (a: Weakness, b: Weakness): boolean =>
  a.source === b.source &&
  (a.cweId === null || b.cweId === null ? a.cweId === b.cweId && a.description === b.description : a.cweId === b.cweId);
