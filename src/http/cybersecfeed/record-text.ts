import type { RecordDetail } from '../../catalog/index.ts';
import type { FieldName, IncludeName } from '../../contract/index.ts';
import { enrichmentText, isEnriched } from './enrichment.ts';

/** Which parts of a record to write; null `fields` means all of them. */
export interface Selection {
  readonly fields: readonly FieldName[] | null;
  readonly include: readonly IncludeName[];
}

export const everything: Selection = { fields: null, include: [] };

const text = (value: string | null): string => (value === null ? 'null' : JSON.stringify(value));
const instant = (ms: number | null): string => (ms === null ? 'null' : `"${new Date(ms).toISOString()}"`);

const status = (record: RecordDetail): string => (record.state === 'published' ? '"PUBLISHED"' : '"REJECTED"');
const severity = (record: RecordDetail): string =>
  record.severity === 'unknown' ? 'null' : `"${record.severity.toUpperCase()}"`;
const source = (record: RecordDetail): string => text(record.assigner ?? record.assignerOrgId);

/** Every part that can be asked for, under the name it has in the answer, in the order it is written. */
const parts: Readonly<
  Record<string, { readonly asked: readonly FieldName[]; readonly write: (record: RecordDetail) => string }>
> = {
  sourceIdentifier: { asked: ['sourceidentifier'], write: source },
  status: { asked: ['status'], write: status },
  published: { asked: ['published'], write: (record) => instant(record.publishedMs) },
  lastModified: { asked: ['modified', 'lastmodified'], write: (record) => instant(record.modifiedMs) },
  title: { asked: ['title'], write: (record) => text(record.title) },
  description: { asked: ['description'], write: (record) => text(record.description) },
  severity: { asked: ['severity'], write: severity },
  cvss: { asked: ['cvss'], write: (record) => record.cvssJson ?? 'null' },
  metrics: { asked: ['metrics'], write: (record) => record.metricsJson },
  weaknesses: { asked: ['weaknesses'], write: (record) => record.weaknessesJson },
  products: { asked: ['products'], write: (record) => record.productsJson },
  cpe: { asked: ['cpe'], write: (record) => record.cpeJson },
  references: { asked: ['references'], write: (record) => record.referencesJson },
  ssvc: { asked: ['ssvc'], write: (record) => record.ssvcJson ?? 'null' },
  enrichment_status: { asked: ['enrichment_status'], write: (record) => `"${isEnriched(record)}"` },
  source_tag: { asked: ['source_tag'], write: (record) => `"${record.origin}"` },
};

/**
 * recordText writes one record as JSON. The columns of the catalogue are JSON texts already, so the whole of a record is
 * joined, not parsed; `epssDate` is the day of the loaded EPSS scores.
 */
export const recordText = (record: RecordDetail, epssDate: string | null, selection: Selection): string => {
  const always = `"kev":${record.kevJson === null ? 'null' : kevText(record.kevJson)},"epss":${epssText(record, epssDate)}`;
  if (selection.fields !== null) return chosenText(record, selection.fields, selection.include, always);
  const body =
    `{"id":"${record.cveId}","sourceIdentifier":${source(record)},"status":${status(record)}` +
    `,"published":${instant(record.publishedMs)},"lastModified":${instant(record.modifiedMs)}` +
    `,"title":${text(record.title)},"description":${text(record.description)},"severity":${severity(record)}` +
    `,"cvss":${record.cvssJson ?? 'null'},"weaknesses":${record.weaknessesJson},"products":${record.productsJson}` +
    `,"cpe":${record.cpeJson},"references":${record.referencesJson},"ssvc":${record.ssvcJson ?? 'null'}` +
    `,${always},"source_tag":"${record.origin}"`;
  return selection.include.length === 0 ? `${body}}` : `${body}${includedText(record, selection.include)}}`;
};

const chosenText = (
  record: RecordDetail,
  fields: readonly FieldName[],
  include: readonly IncludeName[],
  always: string,
): string => {
  let body = `{"id":"${record.cveId}"`;
  for (const [name, part] of Object.entries(parts)) {
    if (part.asked.some((field) => fields.includes(field))) body += `,"${name}":${part.write(record)}`;
  }
  const included = (['enrichment', 'acsc', 'attack'] as const).filter(
    (name) => include.includes(name) || fields.includes(name),
  );
  return `${body},${always}${includedText(record, included)}}`;
};

/** No public machine-readable source of ACSC advisories or ATT&CK mappings is loaded: these lists are empty, not invented. */
const includedText = (record: RecordDetail, include: readonly IncludeName[]): string =>
  include.map((name) => (name === 'enrichment' ? `,"enrichment":${enrichmentText(record)}` : `,"${name}":[]`)).join('');

const epssText = (record: RecordDetail, epssDate: string | null): string =>
  record.epss === null
    ? 'null'
    : `{"score":${record.epss},"percentile":${record.epssPercentile},"date":${text(epssDate)}}`;

/** kevText writes an entry of CISA's catalogue with this product's names. */
export const kevText = (entry: string): string => JSON.stringify(kevOf(entry));

/** kevOf reads an entry; a member that is missing or of another type is null. */
export const kevOf = (entry: string) => {
  const given: unknown = JSON.parse(entry);
  const of = (name: string): unknown =>
    typeof given === 'object' && given !== null ? Reflect.get(given, name) : undefined;
  const word = (name: string): string | null => {
    const value = of(name);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const cwes = of('cwes');
  return {
    dateAdded: word('dateAdded'),
    knownRansomware: word('knownRansomwareCampaignUse')?.toLowerCase() === 'known',
    vendorProject: word('vendorProject'),
    product: word('product'),
    vulnerabilityName: word('vulnerabilityName'),
    shortDescription: word('shortDescription'),
    requiredAction: word('requiredAction'),
    dueDate: word('dueDate'),
    notes: word('notes'),
    cwes: Array.isArray(cwes) ? cwes.filter((cwe) => typeof cwe === 'string') : [],
  };
};
