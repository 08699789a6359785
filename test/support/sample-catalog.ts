import type { FeedState, KevEntry, ListQuery, RecordDetail } from '../../src/catalog/index.ts';
import type { CatalogReads } from '../../src/http/index.ts';

const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
const firstMs = Date.UTC(2021, 11, 10);
const dayMs = 86_400_000;

const kevEntry = (cveId: string): string =>
  JSON.stringify({
    cveID: cveId,
    vendorProject: 'Apache',
    product: 'Log4j2',
    vulnerabilityName: 'Apache Log4j2 Remote Code Execution Vulnerability',
    dateAdded: '2021-12-10',
    shortDescription: 'Remote code execution.',
    requiredAction: 'Apply updates.',
    dueDate: '2021-12-24',
    knownRansomwareCampaignUse: 'Known',
    notes: 'https://example.org/notes',
    cwes: ['CWE-20', 'CWE-502'],
  });

const recordOf = (index: number): RecordDetail => {
  const cveId = index === 0 ? 'CVE-2021-44228' : `CVE-2021-${String(50_000 + index)}`;
  const isKev = index % 7 === 0;
  const score = index % 11 === 10 ? null : Math.round((10 - (index % 100) / 10) * 10) / 10;
  return {
    id: index + 1,
    cveId,
    state: index % 20 === 19 ? 'rejected' : 'published',
    origin: 'cve-list',
    assigner: 'apache',
    assignerOrgId: 'f0158376-9dc2-43b6-827c-5f631a4d8d09',
    publishedMs: firstMs + index * dayMs,
    modifiedMs: firstMs + index * dayMs + 3_600_000,
    severity: severities[index % severities.length] ?? 'unknown',
    score,
    epss: index % 3 === 0 ? Math.round((index % 1000) * 100) / 100_000 : null,
    epssPercentile: index % 3 === 0 ? 0.5 : null,
    kev: isKev,
    kevRansomware: isKev,
    exploitKnown: isKev,
    ssvc: null,
    revision: index + 1,
    title: `Title “${index}”`,
    description: `Flaw number ${index} in log4j`,
    cvssJson:
      score === null
        ? null
        : `{"version":"3.1","vectorString":"CVSS:3.1/AV:N/AC:L","baseScore":${score},"baseSeverity":"HIGH","source":"apache"}`,
    metricsJson: '[]',
    cpeJson: '[{"vulnerable":true,"criteria":"cpe:2.3:a:apache:log4j:*:*:*:*:*:*:*:*"}]',
    referencesJson: '[{"url":"https://example.org/a","source":"apache","tags":["patch"]}]',
    weaknessesJson: '[{"cweId":"CWE-502","description":"Deserialization","source":"apache"}]',
    productsJson: '[["apache","log4j"]]',
    bareVendorsJson: null,
    ssvcJson: null,
    kevJson: isKev ? kevEntry(cveId) : null,
  };
};

const sortValue = (record: RecordDetail, query: ListQuery): number => {
  const values = {
    severity: record.score ?? -1,
    cvss: record.score ?? -1,
    epss: record.epss ?? -1,
    published: record.publishedMs ?? -1,
    modified: record.modifiedMs ?? -1,
    cve_id: record.id,
  };
  return values[query.sort];
};

const matches = (record: RecordDetail, query: ListQuery): boolean =>
  (query.severities === undefined || query.severities.includes(record.severity)) &&
  (query.scoreMin === undefined || (record.score ?? -1) >= query.scoreMin) &&
  (query.kev === undefined || record.kev === query.kev) &&
  (query.states === undefined || query.states.includes(record.state)) &&
  (query.text === undefined || (record.description ?? '').includes(query.text)) &&
  (query.publishedFromMs === undefined || (record.publishedMs ?? 0) >= query.publishedFromMs) &&
  (query.modifiedFromMs === undefined || (record.modifiedMs ?? 0) >= query.modifiedFromMs);

const epssFeed: FeedState = {
  feed: 'epss',
  attemptedMs: firstMs,
  succeededMs: firstMs,
  dataMs: Date.UTC(2026, 0, 14),
  records: 84,
  inserted: 84,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  error: null,
};

const datesOfNames = { createdMs: firstMs, updatedMs: firstMs };
const apache = { name: 'apache', ...datesOfNames };
const log4j = { name: 'log4j', ...datesOfNames };
const deserialization = { cwe: 502, name: 'Deserialization of Untrusted Data', description: null, ...datesOfNames };

/** sampleCatalog is a small catalogue in memory with predictable records; `queries` shows what it was asked. */
export const sampleCatalog = (size = 250): CatalogReads & { readonly queries: ListQuery[] } => {
  const records = Array.from({ length: size }, (_, index) => recordOf(index));
  const byId = new Map(records.map((record) => [record.cveId, record]));
  const kev: KevEntry[] = records
    .filter((record) => record.kev)
    .map((record) => ({
      cveId: record.cveId,
      addedMs: record.publishedMs ?? 0,
      ransomware: true,
      entry: record.kevJson ?? '',
    }));
  const queries: ListQuery[] = [];
  return {
    queries,
    find: (cveId) => byId.get(cveId) ?? null,
    revisionOf: (cveId) => byId.get(cveId)?.revision ?? null,
    version: () => size,
    document: () => null,
    vendors: async () => ({ rows: [apache], total: 1, revision: size }),
    products: async () => ({ rows: [log4j], total: 1, revision: size }),
    weaknesses: async () => ({ rows: [deserialization], total: 1, revision: size }),
    findVendor: (name) => (name === 'apache' ? apache : null),
    findProduct: (vendor, name) => (vendor === 'apache' && name === 'log4j' ? log4j : null),
    findWeakness: (cwe) => (cwe === 502 ? deserialization : null),
    kevEntry: (cveId) => kev.find((row) => row.cveId === cveId) ?? null,
    list: async (query) => {
      queries.push(query);
      const sign = query.descending ? -1 : 1;
      const order = (value: number, id: number, other: { value: number; id: number }) =>
        sign * (value - other.value) || id - other.id;
      const sorted = records
        .filter((record) => matches(record, query))
        .toSorted((a, b) => order(sortValue(a, query), a.id, { value: sortValue(b, query), id: b.id }));
      const after = query.after;
      const rest =
        after === undefined
          ? sorted.slice(query.offset ?? 0)
          : sorted.filter((record) => order(sortValue(record, query), record.id, after) > 0);
      const rows = rest.slice(0, query.limit);
      const last = rows.at(-1);
      const next =
        rest.length > rows.length && last !== undefined ? { value: sortValue(last, query), id: last.id } : null;
      return { rows, total: sorted.length, next, revision: size };
    },
    kevList: async (query) => {
      const sorted = kev.toSorted((a, b) => b.addedMs - a.addedMs);
      const start = query.after === undefined ? 0 : sorted.findIndex((row) => row.addedMs === query.after?.value) + 1;
      const rows = sorted.slice(start, start + query.limit);
      const last = rows.at(-1);
      const isMore = start + rows.length < sorted.length;
      return {
        rows,
        total: sorted.length,
        next: isMore && last !== undefined ? { value: last.addedMs, id: 1 } : null,
        revision: size,
      };
    },
    feedStates: () => [epssFeed],
    statistics: async () => ({
      records: size,
      published: size - 12,
      rejected: 12,
      starter: 0,
      severities: { critical: 50, high: 50, medium: 50, low: 50, unknown: 50 },
      kev: kev.length,
      kevRansomware: kev.length,
      epss: 84,
      vendors: 1,
      products: 1,
      revision: size,
      feeds: [epssFeed],
    }),
  };
};
