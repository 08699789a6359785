import {
  isCveId,
  isJsonObject,
  objectsOf,
  textOf,
  textsOf,
  timeOf,
  type EpssHint,
  type JsonObject,
  type KevHint,
} from '../record/index.ts';

/** A starter entry as a CVE JSON 5 record, with what it says of KEV and EPSS beside it. */
export interface StarterRecord {
  readonly document: JsonObject;
  readonly kevHint: KevHint | null;
  readonly epssHint: EpssHint | null;
}

const orgId = '00000000-0000-4000-8000-000000000000';
const metricMembers: Readonly<Record<string, string>> = { '3.0': 'cvssV3_0', '3.1': 'cvssV3_1', '4.0': 'cvssV4_0' };

/**
 * starterRecord converts one line of the starter catalogue: `{id, title, published, modified, assigner, cvss: [vector…],
 * cwe: [id…], affected: [{vendor, product, versions: [{from?, lessThan | upTo} | {exact} | {all: true}]}], kev?, epss?,
 * references: [{url, tags}]}`. Null when it is no such line; the normaliser then judges the parts.
 */
export const starterRecord = (entry: unknown): StarterRecord | null => {
  if (!isJsonObject(entry)) return null;
  const id = textOf(entry['id']);
  if (id === null || !isCveId(id)) return null;
  const shortName = textOf(entry['assigner']) ?? '';
  const title = textOf(entry['title']);
  const provider = { orgId: shortName === '' ? orgId : `starter:${shortName}`, shortName };
  const document = {
    dataType: 'CVE_RECORD',
    dataVersion: '5.1',
    cveMetadata: {
      cveId: id,
      assignerOrgId: provider.orgId,
      assignerShortName: shortName,
      state: 'PUBLISHED',
      ...optional('datePublished', textOf(entry['published'])),
      ...optional('dateUpdated', textOf(entry['modified'])),
    },
    containers: {
      cna: {
        providerMetadata: provider,
        ...optional('title', title),
        descriptions: title === null ? [] : [{ lang: 'en', value: textOf(entry['description']) ?? title }],
        affected: objectsOf(entry['affected']).map(affectedOf),
        problemTypes: textsOf(entry['cwe']).map((cweId) => ({
          descriptions: [{ lang: 'en', type: 'CWE', cweId, description: cweId }],
        })),
        metrics: textsOf(entry['cvss']).map(metricOf),
        references: objectsOf(entry['references']).map((reference) => ({
          url: reference['url'],
          tags: textsOf(reference['tags']),
        })),
        x_generator: { engine: 'vulngate-starter' },
      },
    },
  };
  return { document, kevHint: kevHintOf(id, entry), epssHint: epssHintOf(entry['epss']) };
};

const optional = (name: string, value: string | null): JsonObject => (value === null ? {} : { [name]: value });

const metricOf = (vector: string): JsonObject => {
  const version = /^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? '';
  return {
    format: 'CVSS',
    [metricMembers[version] ?? 'cvssV2_0']: { version: version === '' ? '2.0' : version, vectorString: vector },
  };
};

const affectedOf = (item: JsonObject): JsonObject => ({
  vendor: item['vendor'],
  product: item['product'],
  defaultStatus: 'unaffected',
  versions: objectsOf(item['versions']).map(versionOf),
  cpes: textsOf(item['cpes']),
});

const versionOf = (item: JsonObject): JsonObject => {
  const exact = textOf(item['exact']) ?? textOf(item['version']);
  if (exact !== null) return { version: exact, status: 'affected' };
  const lessThan = textOf(item['lessThan']);
  const lessThanOrEqual = textOf(item['upTo']) ?? textOf(item['lessThanOrEqual']);
  const from = textOf(item['from']) ?? '0';
  if (lessThan === null && lessThanOrEqual === null)
    return { version: from, status: 'affected', versionType: 'custom', lessThan: '*' };
  const semver = [from, lessThan ?? lessThanOrEqual ?? ''].every(
    (version) => version === '0' || /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version),
  );
  return {
    version: from,
    status: 'affected',
    versionType: semver ? 'semver' : 'custom',
    ...(lessThan === null ? { lessThanOrEqual } : { lessThan }),
  };
};

const kevHintOf = (id: string, entry: JsonObject): KevHint | null => {
  const kev = entry['kev'];
  if (!isJsonObject(kev)) return null;
  const added = textOf(kev['added']);
  const addedMs = timeOf(added);
  if (added === null || addedMs === null) return null;
  const product = objectsOf(entry['affected'])[0];
  const ransomware = kev['ransomware'] === true;
  return {
    addedMs,
    ransomware,
    entry: JSON.stringify({
      cveID: id,
      vendorProject: textOf(product?.['vendor']) ?? '',
      product: textOf(product?.['product']) ?? '',
      vulnerabilityName: textOf(entry['title']) ?? id,
      dateAdded: added,
      dueDate: textOf(kev['due']) ?? '',
      knownRansomwareCampaignUse: ransomware ? 'Known' : 'Unknown',
      cwes: textsOf(entry['cwe']),
    }),
  };
};

const epssHintOf = (value: unknown): EpssHint | null => {
  if (!Array.isArray(value)) return null;
  const figures: readonly unknown[] = value;
  const [score, percentile] = figures;
  const isShare = (figure: unknown): figure is number => typeof figure === 'number' && figure >= 0 && figure <= 1;
  return isShare(score) && isShare(percentile)
    ? { score: Math.round(score * 100_000), percentile: Math.round(percentile * 100_000) }
    : null;
};
