import { cpeVersion, readCpe, withVersion, writeCpe, type CpeParts } from './cpe.ts';
import { objectsOf, textOf, textsOf, type JsonObject } from './json-value.ts';
import { affectedRanges, type VersionRange } from './version-ranges.ts';
import type { CpeMatch } from './types.ts';

/** More combinations of CPE names and versions than this are stated by the names alone. */
const maximumDerivedRows = 2_000;

/**
 * cpeMatchesOf lists the CPE rows of a record in NVD's form: those it states (`cpeApplicability`), then those that follow
 * from an affected entry's `cpes` and versions. Each row once.
 */
export const cpeMatchesOf = (containers: readonly JsonObject[]): readonly CpeMatch[] => {
  const rows = new Map<string, CpeMatch>();
  const add = (row: CpeMatch): void => {
    // Rows of the two origins must meet in one key; the id of a match is no part of what it says.
    const key = `${row.criteria}\0${row.versionStartIncluding ?? ''}\0${row.versionEndExcluding ?? ''}\0${row.versionEndIncluding ?? ''}\0${row.versionStartExcluding ?? ''}${row.vulnerable ? '' : '\0'}`;
    if (!rows.has(key)) rows.set(key, row);
  };
  for (const container of containers) {
    for (const configuration of objectsOf(container['cpeApplicability'])) {
      for (const node of objectsOf(configuration['nodes'])) addNode(node, configuration['negate'] === true, add);
    }
  }
  for (const container of containers) {
    for (const entry of objectsOf(container['affected'])) addEntry(entry, add);
  }
  return [...rows.values()];
};

const addNode = (node: JsonObject, outerNegate: boolean, add: (row: CpeMatch) => void): void => {
  // A negated node says where the flaw is not: its rows are context, never vulnerable.
  const negated = (node['negate'] === true) !== outerNegate;
  for (const match of objectsOf(node['cpeMatch'])) {
    const parts = readCpe(textOf(match['criteria']) ?? '');
    if (parts === null) continue;
    const id = textOf(match['matchCriteriaId']);
    add({
      vulnerable: match['vulnerable'] !== false && !negated,
      criteria: writeCpe(parts),
      ...(id === null ? {} : { matchCriteriaId: id }),
      ...bound('versionStartIncluding', match),
      ...bound('versionStartExcluding', match),
      ...bound('versionEndIncluding', match),
      ...bound('versionEndExcluding', match),
    });
  }
  for (const child of objectsOf(node['children'])) addNode(child, negated, add);
};

type BoundName = 'versionStartIncluding' | 'versionStartExcluding' | 'versionEndIncluding' | 'versionEndExcluding';

const bound = (name: BoundName, match: JsonObject): Partial<Record<BoundName, string>> => {
  const value = textOf(match[name]);
  return value === null ? {} : { [name]: value };
};

const addEntry = (entry: JsonObject, add: (row: CpeMatch) => void): void => {
  const cpes = textsOf(entry['cpes']).map(readCpe).filter(isCpe);
  const open = cpes.filter((cpe) => isOpen(cpe));
  for (const cpe of cpes) if (!isOpen(cpe)) add({ vulnerable: true, criteria: writeCpe(cpe) });
  if (open.length === 0) return;
  const ranges = affectedRanges(entry);
  if (ranges.length * open.length > maximumDerivedRows) {
    for (const cpe of open) add({ vulnerable: true, criteria: writeCpe(cpe) });
    return;
  }
  for (const cpe of open) for (const range of ranges) add(rowOf(cpe, range));
};

const isCpe = (cpe: CpeParts | null): cpe is CpeParts => cpe !== null;
const isOpen = (cpe: CpeParts): boolean => cpeVersion(cpe) === '*' || cpeVersion(cpe) === '-';

const rowOf = (cpe: CpeParts, range: VersionRange): CpeMatch => {
  if (range.exact !== undefined) return { vulnerable: true, criteria: writeCpe(withVersion(cpe, range.exact)) };
  return {
    vulnerable: true,
    criteria: writeCpe(cpe),
    ...(range.from === undefined ? {} : { versionStartIncluding: range.from }),
    ...(range.through === undefined ? {} : { versionEndIncluding: range.through }),
    ...(range.before === undefined ? {} : { versionEndExcluding: range.before }),
  };
};
