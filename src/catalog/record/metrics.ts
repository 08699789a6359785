import {
  baseScoreOf,
  componentNames,
  readVector,
  versionOfVector,
  type Components,
  type CvssVector,
  type CvssVersion,
} from './cvss-vector.ts';
import { isJsonObject, objectsOf, type JsonObject } from './json-value.ts';
import type { Metric } from './types.ts';

const memberVersions: readonly (readonly [string, CvssVersion])[] = [
  ['cvssV3_1', '3.1'],
  ['cvssV4_0', '4.0'],
  ['cvssV3_0', '3.0'],
  ['cvssV2_0', '2.0'],
];
const severities = new Set<unknown>(['NONE', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
const isSeverity = (value: unknown): value is Metric['baseSeverity'] => severities.has(value);

/** Preference within one source: v3.1 first, because it is what most of the corpus and its users compare by. */
const versionRank: Record<CvssVersion, number> = { '3.1': 0, '4.0': 1, '3.0': 2, '2.0': 3 };

/** A vector occurs in thousands of records; its reading is kept. The cache is emptied rather than grown without end. */
const vectors = new Map<string, CvssVector | null>();
const vectorOf = (text: string): CvssVector | null => {
  const known = vectors.get(text);
  if (known !== undefined) return known;
  if (vectors.size > 20_000) vectors.clear();
  const read = readVector(text);
  vectors.set(text, read);
  return read;
};

/** severityOf gives the band of a score: v2 by NVD's bands, the others by those of the CVSS specification. */
export const severityOf = (version: CvssVersion, score: number): Metric['baseSeverity'] => {
  if (version !== '2.0' && score === 0) return 'NONE';
  if (score < 4) return 'LOW';
  if (score < 7) return 'MEDIUM';
  return score < 9 || version === '2.0' ? 'HIGH' : 'CRITICAL';
};

/** metricsOf reads the CVSS metrics of one container, in the order of preference. Metrics without a usable score are dropped. */
export const metricsOf = (container: JsonObject, source: string): readonly Metric[] => {
  const found: Metric[] = [];
  for (const item of objectsOf(container['metrics'])) {
    for (const [member, version] of memberVersions) {
      const stated = item[member];
      const metric = isJsonObject(stated) ? metricOf(stated, version, source) : null;
      if (metric !== null) found.push(metric);
    }
  }
  return found.length > 1 ? found.toSorted((a, b) => versionRank[a.version] - versionRank[b.version]) : found;
};

/**
 * rankMetrics puts the metrics of several sources, most trusted first, into one order whose head is the primary metric:
 * anything newer than v2 before v2 (its bands know no "critical" and its components are others), then by source, then by
 * version as above.
 */
export const rankMetrics = (bySource: readonly (readonly Metric[])[]): readonly Metric[] => {
  const all = bySource.flat();
  const isOld = (metric: Metric) => (metric.version === '2.0' ? 1 : 0);
  return all.length > 1 ? all.toSorted((a, b) => isOld(a) - isOld(b)) : all;
};

const metricOf = (stated: JsonObject, member: CvssVersion, source: string): Metric | null => {
  const text = stated['vectorString'];
  const vector = typeof text === 'string' ? vectorOf(text) : null;
  const version = vector?.version ?? (typeof text === 'string' ? versionOfVector(text) : null) ?? member;
  const score = scoreOf(stated['baseScore']) ?? (vector === null ? null : baseScoreOf(vector));
  if (score === null) return null;
  const named = typeof stated['baseSeverity'] === 'string' ? stated['baseSeverity'].toUpperCase() : null;
  return {
    version,
    vectorString: vector?.text ?? (typeof text === 'string' ? text.trim().slice(0, 512) : ''),
    baseScore: score,
    baseSeverity: isSeverity(named) ? named : severityOf(version, score),
    ...(vector?.components ?? statedComponents(stated, version)),
    source,
  };
};

const scoreOf = (value: unknown): number | null => {
  const score = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof score === 'number' && score >= 0 && score <= 10 ? Math.round(score * 10) / 10 : null;
};

const statedComponents = (stated: JsonObject, version: CvssVersion): Components => {
  const components: Record<string, string> = {};
  for (const name of componentNames(version)) {
    const value = stated[name];
    if (typeof value === 'string' && value.length <= 32) components[name] = value.toUpperCase();
  }
  return components;
};
