import { cpeConfigurationsOf, type Catalog, type RecordDetail, type SourceDocument } from '../../catalog/index.ts';
import { opencveFields } from '../../contract/index.ts';
import { secondsDate } from './dates.ts';
import { metricsText, objectsOf } from './metrics-text.ts';
import { wireProducts } from './names.ts';
import { commaList } from './parameters.ts';

export type OpencveField = (typeof opencveFields)[number];

/** Where the documents of the sources are, for the parts that are not in the record itself. */
export type Documents = Pick<Catalog, 'document'>;

/** Which parts of a record to write. */
export type Selection = ReadonlySet<OpencveField>;

const rowFields: readonly OpencveField[] = ['created_at', 'updated_at', 'cve_id', 'description'];
const detailFields: readonly OpencveField[] = [
  'created_at',
  'updated_at',
  'cve_id',
  'title',
  'description',
  'metrics',
  'weaknesses',
  'vendors',
];

/** What a list shows, and what a single record shows, when nothing is asked for. */
export const rowSelection: Selection = new Set(rowFields);
export const detailSelection: Selection = new Set(detailFields);

/** Other names under which people look for a part. */
const aliases: Readonly<Record<string, OpencveField>> = { cpes: 'nvd_cpe_configurations', scores: 'metrics' };

const namedFields = (text: string | undefined): OpencveField[] => {
  const names = commaList(text).map((name) => aliases[name] ?? name);
  return opencveFields.filter((field) => names.includes(field));
};

/** selectionOf reads `fields`, which replace the preset, and `include`, which add to it. Unknown names are ignored. */
export const selectionOf = (
  { fields, include }: { readonly fields?: string | undefined; readonly include?: string | undefined },
  preset: Selection,
): Selection => {
  if (fields === undefined && include === undefined) return preset;
  const chosen = namedFields(fields);
  return new Set([...(chosen.length === 0 ? preset : ['cve_id' as const, ...chosen]), ...namedFields(include)]);
};

const text = (value: string | null): string => (value === null ? 'null' : JSON.stringify(value));
const date = (ms: number | null): string => (ms === null ? 'null' : `"${secondsDate(ms)}"`);

/** Each weakness once, in the order of its number. */
const weaknesses = ({ weaknessesJson }: RecordDetail): string => {
  const ids = objectsOf(weaknessesJson).flatMap(({ cweId }) => (typeof cweId === 'string' ? [cweId] : []));
  return JSON.stringify([...new Set(ids)].toSorted((a, b) => Number(a.slice(4)) - Number(b.slice(4))));
};

/** What the sources state as configurations is in their document only; the record has a list of all their rows. */
const configurations = ({ cveId, cpeJson }: RecordDetail, documents: Documents): string => {
  if (cpeJson === '[]') return '[]';
  const stated = cpeConfigurationsOf(documents.document(cveId)?.json ?? '');
  return stated === null
    ? `[{"nodes":[{"cpeMatch":${cpeJson},"negate":false,"operator":"OR"}]}]`
    : JSON.stringify(stated);
};

/** affectedText joins what the sources list as affected, in the form of the CVE List. */
const affectedText = (document: SourceDocument | null): string => {
  const whole: unknown = document === null ? null : JSON.parse(document.json);
  const containers = memberOf(whole, 'containers');
  const adp = listOf(memberOf(containers, 'adp'));
  const all = [memberOf(containers, 'cna'), ...adp];
  return JSON.stringify(all.flatMap((container) => listOf(memberOf(container, 'affected'))));
};

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const parts: Readonly<Record<OpencveField, (record: RecordDetail, documents: Documents) => string>> = {
  created_at: ({ publishedMs, modifiedMs }) => date(publishedMs ?? modifiedMs),
  updated_at: ({ publishedMs, modifiedMs }) => date(modifiedMs ?? publishedMs),
  cve_id: ({ cveId }) => `"${cveId}"`,
  title: ({ title }) => text(title),
  description: ({ description }) => text(description),
  metrics: metricsText,
  weaknesses,
  vendors: (record) => JSON.stringify(wireProducts(record)),
  nvd_cpe_configurations: configurations,
  references: ({ referencesJson }) => referencesJson,
  affected: ({ cveId }, documents) => affectedText(documents.document(cveId)),
};

/**
 * recordText writes the selected parts of a record as JSON, in the order of the original. Documents are read for `affected` and
 * `nvd_cpe_configurations` only.
 */
export const recordText = (record: RecordDetail, selection: Selection, documents: Documents): string => {
  const members = opencveFields.filter((field) => selection.has(field));
  return `{${members.map((field) => `"${field}":${parts[field](record, documents)}`).join(',')}}`;
};
