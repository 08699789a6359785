import type { RecordDetail } from '../../catalog/index.ts';

type Member = Readonly<Record<string, unknown>>;

const isMember = (value: unknown): value is Member =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (json: string): Member[] => {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter(isMember) : [];
};

const memberOf = (json: string | null): Member => {
  const value: unknown = json === null ? null : JSON.parse(json);
  return isMember(value) ? value : {};
};

const word = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const vectorWords: Readonly<Record<string, string>> = {
  N: 'NETWORK',
  A: 'ADJACENT_NETWORK',
  L: 'LOCAL',
  P: 'PHYSICAL',
};

/** `enriched`: score and products are known; `partial`: one of them; `none`: neither. */
export const isEnriched = (record: RecordDetail): 'enriched' | 'partial' | 'none' => {
  const hasProducts = record.cpeJson !== '[]' || record.productsJson !== '[]';
  if (record.cvssJson !== null && hasProducts) return 'enriched';
  return record.cvssJson !== null || hasProducts ? 'partial' : 'none';
};

/** enrichmentText writes the opt-in block: figures derived from the record, nothing that is not in it. */
export const enrichmentText = (record: RecordDetail): string => {
  const cvss = memberOf(record.cvssJson);
  const vector = word(cvss['vectorString']);
  const references = listOf(record.referencesJson);
  const products: unknown = JSON.parse(record.productsJson);
  const vendors = Array.isArray(products)
    ? products.map((pair: unknown) => (Array.isArray(pair) ? word(pair[0]) : null))
    : [];
  const patched = references.some(
    (reference) => Array.isArray(reference['tags']) && reference['tags'].some(isPatchTag),
  );
  return JSON.stringify({
    cvss_vector: vector,
    cvss_source: word(cvss['source']),
    cwe_list: unique(listOf(record.weaknessesJson).map((weakness) => word(weakness['cweId']))),
    exploit_flag: record.exploitKnown,
    attack_vector:
      word(cvss['attackVector']) ??
      word(cvss['accessVector']) ??
      vectorWords[/\bAV:([NALP])/.exec(vector ?? '')?.[1] ?? ''] ??
      null,
    patch_available: patched,
    cpe_count: listOf(record.cpeJson).length,
    reference_count: references.length,
    vendor_tags: unique(vendors),
    enriched_at: record.modifiedMs === null ? null : new Date(record.modifiedMs).toISOString(),
  });
};

const isPatchTag = (tag: unknown): boolean => typeof tag === 'string' && tag.toLowerCase() === 'patch';

const unique = (names: readonly (string | null)[]): string[] => [...new Set(names.filter((name) => name !== null))];
