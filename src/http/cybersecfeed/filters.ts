import type { z } from 'zod';
import type { ListQuery, SortKey } from '../../catalog/index.ts';
import type { CvesQuery, RecentQuery } from '../../contract/index.ts';
import { invalidParameter } from '../query.ts';

type Given = z.output<typeof CvesQuery>;
type RecentGiven = z.output<typeof RecentQuery>;

/** The part of a query that narrows; order and page come beside it. */
export type Filters = Omit<ListQuery, 'sort' | 'descending' | 'limit' | 'after'>;

/** filtersOf translates the wire's filters. Fails with `request.invalid_parameter` when a range is upside down. */
export const filtersOf = (given: Partial<Given> & Partial<RecentGiven>): Filters => {
  ordered('severity_min', given.severity_min, 'severity_max', given.severity_max);
  ordered('epss_min', given.epss_min, 'epss_max', given.epss_max);
  ordered('published_from', given.published_from, 'published_to', given.published_to);
  ordered('modified_from', given.modified_from, 'modified_to', given.modified_to);
  return defined({
    text: given.q,
    severities: given.severity,
    scoreMin: given.severity_min,
    scoreMax: given.severity_max,
    epssMin: given.epss_min,
    epssMax: given.epss_max,
    publishedFromMs: given.published_from,
    publishedToMs: given.published_to,
    modifiedFromMs: given.modified_from,
    modifiedToMs: given.modified_to,
    states: given.status,
    vendor: given.vendor?.toLowerCase(),
    product: given.product?.toLowerCase(),
    cwe: given.cwe === undefined ? undefined : Number(given.cwe.replace(/\D/g, '')),
    assigner: given.assigner,
    kev: given.kev,
    ransomware: given.ransomware,
    ...exploitOf(given.exploit),
  });
};

/** orderOf reads both spellings of a sort: `published_desc` and `-published`. */
export const orderOf = (word: Given['sort']): { readonly sort: SortKey; readonly descending: boolean } => {
  const [, minus, key, direction] =
    /^(-?)(severity|epss|published|modified)(?:_(asc|desc))?$/.exec(word ?? 'published_desc') ?? [];
  return { sort: isSortKey(key) ? key : 'published', descending: minus === '-' || direction === 'desc' };
};

const isSortKey = (key: string | undefined): key is SortKey =>
  key === 'severity' || key === 'epss' || key === 'published' || key === 'modified';

const exploitOf = (word: Given['exploit']): Pick<Filters, 'exploitKnown' | 'exploitation'> => {
  if (word === undefined) return {};
  if (word === 'none' || word === 'poc' || word === 'active') return { exploitation: [word] };
  return { exploitKnown: word !== 'false' };
};

const ordered = (lowName: string, low: number | undefined, highName: string, high: number | undefined): void => {
  if (low !== undefined && high !== undefined && low > high)
    throw invalidParameter(lowName, low, `at most ${highName}`);
};

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Absent and undefined differ in the catalogue's query: leave out what was not given. */
const defined = <T extends object>(given: T): Defined<T> => {
  const kept: Defined<T> = {};
  for (const key in given) {
    const value = given[key];
    if (isDefined(value)) kept[key] = value;
  }
  return kept;
};

const isDefined = <V>(value: V): value is Exclude<V, undefined> => value !== undefined;
