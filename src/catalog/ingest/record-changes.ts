import type { NormalisedRecord } from '../record/index.ts';

/** A change of one field: what it was and what it is. Null: it was, or is, not there. */
export type FieldChange = readonly [before: unknown, after: unknown];
export type FieldChanges = Readonly<Record<string, FieldChange>>;

const longestValue = 300;

const states = ['published', 'rejected'];
const severities = ['unknown', 'low', 'medium', 'high', 'critical'];
const exploitations = [null, 'none', 'poc', 'active'];
const automatables = [null, false, true];
const impacts = [null, 'partial', 'total'];

/**
 * fieldChanges compares two forms of a record, field by field. Short values are given whole. A longer text is cut at 300
 * characters, a longer list given as `{count}`: the change log says that it changed, the record says to what.
 */
export const fieldChanges = (before: NormalisedRecord, after: NormalisedRecord): FieldChanges => {
  const changes: Record<string, FieldChange> = {};
  const compare = <T>(name: string, read: (record: NormalisedRecord) => T, show: (value: T) => unknown): void => {
    const old = read(before);
    const now = read(after);
    if (old !== now) changes[name] = [show(old), show(now)];
  };
  compare(
    'state',
    (record) => record.state,
    (state) => states[state],
  );
  compare('title', (record) => record.title, cut);
  compare('description', (record) => record.description, cut);
  compare(
    'severity',
    (record) => record.severity,
    (severity) => severities[severity],
  );
  compare(
    'score',
    (record) => record.score,
    (score) => (score === null ? null : score / 10),
  );
  compare('cvss', (record) => record.cvss, vectorOf);
  compare('metrics', (record) => record.metrics, listed);
  compare(
    'weaknesses',
    (record) => record.cwes.map((cwe) => `CWE-${cwe}`).join(' '),
    (text) => (text === '' ? [] : text.split(' ')),
  );
  compare('products', (record) => record.products, listed);
  compare(
    'bareVendors',
    (record) => record.bareVendors,
    (json) => (json === null ? null : listed(json)),
  );
  compare('cpe', (record) => record.cpe, listed);
  compare('references', (record) => record.references, listed);
  compare(
    'exploitation',
    (record) => record.exploitation,
    (value) => exploitations[value],
  );
  compare(
    'automatable',
    (record) => record.automatable,
    (value) => automatables[value],
  );
  compare(
    'technicalImpact',
    (record) => record.technicalImpact,
    (value) => impacts[value],
  );
  compare('assigner', (record) => record.assignerName, cut);
  compare('published', (record) => record.publishedMs, timed);
  compare('modified', (record) => record.modifiedMs, timed);
  return changes;
};

const cut = (text: string | null): string | null =>
  text !== null && text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;

const timed = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const vectorOf = (json: string | null): unknown => {
  const metric: unknown = json === null ? null : JSON.parse(json);
  return typeof metric === 'object' && metric !== null && 'vectorString' in metric ? metric.vectorString : null;
};

const listed = (json: string): unknown => {
  const list: unknown = JSON.parse(json);
  return json.length > longestValue && Array.isArray(list) ? { count: list.length } : list;
};
