import { readCpe, withVersion, type Cpe } from './cpe.ts';
import { objectsOf, textOf, textsOf, type JsonObject } from './json-value.ts';
import { unaffectedVersions } from './unaffected-versions.ts';
import { affectedRanges } from './version-ranges.ts';
import type { CpeMatch } from './types.ts';

/** Of an entry's combinations of CPE names and versions, so many become rows. Real records have half as many. */
const maximumDerivedRows = 8_000;

/**
 * cpeMatchesOf lists the CPE rows of a record in NVD's form: those it states (`cpeApplicability`), then those that follow
 * from an affected entry's `cpes` and versions. Each row once; a name of a version that the entry calls unaffected is none.
 */
export const cpeMatchesOf = (containers: readonly JsonObject[]): readonly CpeMatch[] => {
  const rows = new Rows();
  addStated(containers, rows);
  addDerived(containers, rows);
  return rows.list;
};

/** derivedMatchesOf lists those of the rows that follow from affected entries alone: no stated configuration has them. */
export const derivedMatchesOf = (containers: readonly JsonObject[]): readonly CpeMatch[] => {
  const rows = new Rows();
  addStated(containers, rows);
  const stated = rows.list.length;
  addDerived(containers, rows);
  return rows.list.slice(stated);
};

const addStated = (containers: readonly JsonObject[], rows: Rows): void => {
  for (const container of containers) {
    for (const configuration of objectsOf(container['cpeApplicability'])) {
      for (const node of objectsOf(configuration['nodes'])) addNode(node, configuration['negate'] === true, rows);
    }
  }
};

const addDerived = (containers: readonly JsonObject[], rows: Rows): void => {
  for (const container of containers) {
    for (const entry of objectsOf(container['affected'])) addEntry(entry, rows);
  }
};

type Row = { -readonly [Name in keyof CpeMatch]: CpeMatch[Name] };

/** So few rows are compared faster than their keys are made. */
const comparedRows = 24;

/** Rows that are each there once. Rows of the two origins may be one: the id of a match is no part of what it says. */
class Rows {
  readonly list: Row[] = [];
  #keys: Set<string> | null = null;

  add(row: Row): void {
    if (this.list.length < comparedRows) {
      for (const other of this.list) if (isSame(row, other)) return;
    } else {
      this.#keys ??= new Set(this.list.map(keyOf));
      const key = keyOf(row);
      if (this.#keys.has(key)) return;
      this.#keys.add(key);
    }
    this.list.push(row);
  }
}

const isSame = (a: Row, b: Row): boolean =>
  a.criteria === b.criteria &&
  a.versionEndExcluding === b.versionEndExcluding &&
  a.versionStartIncluding === b.versionStartIncluding &&
  a.versionEndIncluding === b.versionEndIncluding &&
  a.versionStartExcluding === b.versionStartExcluding &&
  a.vulnerable === b.vulnerable;

const keyOf = (row: Row): string =>
  `${row.criteria}\0${row.versionStartIncluding ?? ''}\0${row.versionEndExcluding ?? ''}\0${row.versionEndIncluding ?? ''}\0${row.versionStartExcluding ?? ''}${row.vulnerable ? '' : '\0'}`;

const addNode = (node: JsonObject, outerNegate: boolean, rows: Rows): void => {
  // A negated node says where the flaw is not: its rows are context, never vulnerable.
  const negated = (node['negate'] === true) !== outerNegate;
  for (const match of objectsOf(node['cpeMatch'])) {
    const cpe = readCpe(textOf(match['criteria']) ?? '');
    if (cpe === null) continue;
    rows.add(statedMatch(match, cpe.text, match['vulnerable'] !== false && !negated));
  }
  for (const child of objectsOf(node['children'])) addNode(child, negated, rows);
};

/** statedMatch is a match of a stated configuration, with the version bounds and the id that it has. */
export const statedMatch = (match: JsonObject, criteria: string, vulnerable: boolean): CpeMatch => {
  const row: Row = { vulnerable, criteria };
  // One after the other, in the order in which they are stored: spreading them costs more than the rest of the row.
  const id = textOf(match['matchCriteriaId']);
  if (id !== null) row.matchCriteriaId = id;
  const startIncluding = textOf(match['versionStartIncluding']);
  if (startIncluding !== null) row.versionStartIncluding = startIncluding;
  const startExcluding = textOf(match['versionStartExcluding']);
  if (startExcluding !== null) row.versionStartExcluding = startExcluding;
  const endIncluding = textOf(match['versionEndIncluding']);
  if (endIncluding !== null) row.versionEndIncluding = endIncluding;
  const endExcluding = textOf(match['versionEndExcluding']);
  if (endExcluding !== null) row.versionEndExcluding = endExcluding;
  return row;
};

const addEntry = (entry: JsonObject, rows: Rows): void => {
  const open: Cpe[] = [];
  let isUnaffected: ((cpe: Cpe) => boolean) | null = null;
  for (const text of textsOf(entry['cpes'])) {
    const cpe = readCpe(text);
    if (cpe === null) continue;
    if (cpe.version === '*' || cpe.version === '-') open.push(cpe);
    else {
      isUnaffected ??= unaffectedVersions(entry);
      if (!isUnaffected(cpe)) rows.add({ vulnerable: true, criteria: cpe.text });
    }
  }
  if (open.length === 0) return;
  const ranges = affectedRanges(entry);
  let left = maximumDerivedRows;
  // A name alone means every version: it stands for all combinations only where none is called unaffected.
  if (ranges.length * open.length > left && !namesUnaffected(entry)) {
    for (const cpe of open) rows.add({ vulnerable: true, criteria: cpe.text });
    return;
  }
  for (const cpe of open) {
    for (const { exact, from, through, before } of ranges) {
      if (left === 0) return;
      left -= 1;
      const row: Row = { vulnerable: true, criteria: exact === undefined ? cpe.text : withVersion(cpe, exact) };
      if (from !== undefined) row.versionStartIncluding = from;
      if (through !== undefined) row.versionEndIncluding = through;
      if (before !== undefined) row.versionEndExcluding = before;
      rows.add(row);
    }
  }
};

const namesUnaffected = (entry: JsonObject): boolean =>
  entry['defaultStatus'] === 'unaffected' ||
  objectsOf(entry['versions']).some((version) => version['status'] === 'unaffected');
