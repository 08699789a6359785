import type { RecordDetail } from '../../catalog/index.ts';

/** Versions of CVSS under the names of this product. */
const versions = [
  ['cvssV2_0', '2.0'],
  ['cvssV3_0', '3.0'],
  ['cvssV3_1', '3.1'],
  ['cvssV4_0', '4.0'],
] as const;

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** objectsOf reads a JSON array of objects. */
export const objectsOf = (json: string): Json[] => {
  const given: unknown = JSON.parse(json);
  return Array.isArray(given) ? given.filter(isJson) : [];
};

const objectOf = (json: string | null): Json => {
  const given: unknown = json === null ? null : JSON.parse(json);
  return isJson(given) ? given : {};
};

const none = '{"data":{},"provider":null}';
const entry = (data: string, provider: string | null): string =>
  `{"data":${data},"provider":${JSON.stringify(provider)}}`;

/** Who gave a metric, in the words of this product: all CNAs stand under the list that they publish through. */
const providerOf = (source: unknown): string => {
  const name = typeof source === 'string' ? source.toLowerCase() : '';
  if (name === 'cisa-adp') return 'vulnrichment';
  if (name === 'nvd' || name === 'nvd@nist.gov') return 'nvd';
  return name === 'redhat' ? 'redhat' : 'mitre';
};

const cvssText = (metrics: readonly Json[], version: string): string => {
  // The best one comes first.
  const metric = metrics.find((each) => each['version'] === version);
  const score = metric?.['baseScore'];
  if (metric === undefined || typeof score !== 'number') return none;
  // Whole scores keep their decimal, as in the original.
  const data = `{"score":${score.toFixed(1)},"vector":${JSON.stringify(metric['vectorString'] ?? null)}}`;
  return entry(data, providerOf(metric['source']));
};

/** cvssMetrics shows a list of CVSS metrics by the names of the wire; versions that nobody gave are left out. */
export const cvssMetrics = (metrics: readonly unknown[]): Readonly<Record<string, unknown>> => {
  const texts = versions.map(([name, version]) => [name, cvssText(metrics.filter(isJson), version)] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== none).map(([name, text]) => [name, JSON.parse(text)]));
};

const dayText = (value: unknown): string =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? `"${value.slice(0, 10)}T00:00:00+00:00"` : 'null';

const kevText = (kevJson: string | null): string => {
  if (kevJson === null) return none;
  const kev = objectOf(kevJson);
  return entry(`{"dateAdded":${dayText(kev['dateAdded'])},"dueDate":${dayText(kev['dueDate'])}}`, 'cisa');
};

const yesNo = (value: unknown): string | null => (typeof value === 'boolean' ? (value ? 'yes' : 'no') : null);

const ssvcText = (ssvcJson: string | null): string => {
  if (ssvcJson === null) return none;
  const ssvc = objectOf(ssvcJson);
  const options = {
    Automatable: yesNo(ssvc['automatable']),
    Exploitation: ssvc['exploitation'] ?? null,
    'Technical Impact': ssvc['technicalImpact'] ?? null,
  };
  return entry(JSON.stringify({ options, version: ssvc['version'] ?? null }), 'vulnrichment');
};

/** metricsText writes what is known of a record's severity, each with who said it; what nobody said is empty. */
export const metricsText = (record: RecordDetail): string => {
  const metrics = objectsOf(record.metricsJson);
  const cvss = versions.map(([name, version]) => `"${name}":${cvssText(metrics, version)}`).join(',');
  const epss = record.epss === null ? none : entry(`{"score":${record.epss}}`, 'first');
  return (
    `{${cvss},"kev":${kevText(record.kevJson)},"epss":${epss},"ssvc":${ssvcText(record.ssvcJson)}` +
    ',"threat_severity":{"data":null,"provider":null}}'
  );
};
