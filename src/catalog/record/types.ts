/**
 * The canonical, wire-neutral forms that the JSON columns of `record_body` hold. A surface translates them; it never
 * reads a feed's own document.
 */

/**
 * One CVSS metric. Base components follow the names of the CVSS JSON schemas (`attackVector`, `accessVector` for v2,
 * `vulnConfidentialityImpact` for v4 …); optional components stay in the vector only.
 */
export interface Metric {
  readonly version: '2.0' | '3.0' | '3.1' | '4.0';
  readonly vectorString: string;
  /** 0–10 with one decimal. */
  readonly baseScore: number;
  /** v2 has no severity of its own: NVD's bands (LOW < 4, MEDIUM < 7, HIGH). */
  readonly baseSeverity: 'NONE' | 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
  /** Short name of the organisation that gave the metric. */
  readonly source: string;
  readonly [component: string]: string | number;
}

/** One line of an NVD-style configuration. Bounds are versions as text; absent means unbounded. */
export interface CpeMatch {
  readonly vulnerable: boolean;
  /** A CPE 2.3 formatted string. */
  readonly criteria: string;
  readonly matchCriteriaId?: string;
  readonly versionStartIncluding?: string;
  readonly versionStartExcluding?: string;
  readonly versionEndIncluding?: string;
  readonly versionEndExcluding?: string;
}

/** A node of a configuration: names joined by its operator. */
export interface CpeNode {
  /** Of the older form of NVD; newer ones have none. */
  readonly children?: readonly CpeNode[];
  readonly cpeMatch: readonly CpeMatch[];
  readonly negate: boolean;
  readonly operator: 'AND' | 'OR';
}

/** An NVD-style configuration: nodes joined by its operator. Operator and negation are there where the source states them. */
export interface CpeConfiguration {
  readonly negate?: boolean;
  readonly nodes: readonly CpeNode[];
  readonly operator?: 'AND' | 'OR';
}

/** A reference named by several containers is listed once: the first one's source, the tags of all. */
export interface Reference {
  readonly url: string;
  readonly source: string;
  readonly tags: readonly string[];
}

/** `cweId` is null when the source describes the weakness in words only. */
export interface Weakness {
  readonly cweId: string | null;
  readonly description: string;
  readonly source: string;
}

/** The newest SSVC decision points stated for the record. */
export interface SsvcDecision {
  readonly exploitation: 'none' | 'poc' | 'active' | null;
  readonly automatable: boolean | null;
  readonly technicalImpact: 'partial' | 'total' | null;
  readonly version: string | null;
  /** As the source wrote it. */
  readonly timestamp: string | null;
}

/** A vendor and a product, both normalised (`normaliseName`). */
export type ProductName = readonly [vendor: string, product: string];

/** What a record itself says about its KEV listing: used only while the KEV feed has never been loaded. */
export interface KevHint {
  readonly addedMs: number;
  readonly ransomware: boolean;
  /** A KEV entry in CISA's own shape, as far as it is known; compact JSON. */
  readonly entry: string;
}

/** Scores × 100,000: used only while the EPSS feed has never been loaded. */
export interface EpssHint {
  readonly score: number;
  readonly percentile: number;
}

/**
 * NormalisedRecord is one CVE in the units of the catalogue's columns (see `catalog/schema.ts`): times in epoch
 * milliseconds, `score` × 10, enumerations as their numbers. Fields of type string that hold JSON are compact.
 */
export interface NormalisedRecord {
  readonly cveId: string;
  readonly state: 0 | 1;
  readonly assignerOrgId: string;
  /** Empty when the record does not name it. */
  readonly assignerName: string;
  readonly publishedMs: number | null;
  /** Null when the document has no date at all: then the store takes the time of the import. */
  readonly modifiedMs: number | null;
  /** The source's own modification time; null when it states none. */
  readonly updatedMs: number | null;
  readonly severity: 0 | 1 | 2 | 3 | 4;
  readonly score: number | null;
  /** Scores × 10 of the best metric of each version. */
  readonly scores: Readonly<Record<'v2' | 'v30' | 'v31' | 'v40', number | null>>;
  readonly exploitation: 0 | 1 | 2 | 3;
  readonly automatable: 0 | 1 | 2;
  readonly technicalImpact: 0 | 1 | 2;
  /** Whether SSVC or a reference tag says that an exploit exists. */
  readonly exploitNoted: boolean;
  readonly title: string | null;
  readonly description: string | null;
  /** Of title and description, as `textTraits` says. */
  readonly textTraits: 0 | 1 | 2 | 3;
  /** JSON of the primary `Metric`, or null. */
  readonly cvss: string | null;
  /** JSON of `Metric[]`, best first. */
  readonly metrics: string;
  /** JSON of `CpeMatch[]`. */
  readonly cpe: string;
  /** JSON of `Reference[]`. */
  readonly references: string;
  /** JSON of `Weakness[]`. */
  readonly weaknesses: string;
  /** JSON of `ProductName[]`, sorted, unique. */
  readonly products: string;
  /** Vendors without a named product, as JSON; null when there are none. */
  readonly bareVendors: string | null;
  /** JSON of `SsvcDecision`, or null. */
  readonly ssvc: string | null;
  readonly productNames: readonly ProductName[];
  /** Unique vendors, also those without a named product. */
  readonly vendors: readonly string[];
  readonly cwes: readonly number[];
  /** Vendors and products for the text index. */
  readonly nameWords: string;
  readonly kevHint: KevHint | null;
}

/** A record that cannot be taken in: which one and why. */
export interface RefusedRecord {
  readonly item: string | null;
  readonly reason: string;
}

/** `futureMs` is a time that the document states and that is not believed; null when there is none. */
export type NormaliseOutcome =
  | { readonly ok: true; readonly record: NormalisedRecord; readonly futureMs: number | null }
  | { readonly ok: false; readonly refused: RefusedRecord };
