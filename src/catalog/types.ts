/** A severity as words; `unknown` when no metric states one. */
export type Severity = 'unknown' | 'low' | 'medium' | 'high' | 'critical';

/** RecordRow is the filterable part of a CVE: one row of `record` with decoded units. */
export interface RecordSummary {
  readonly id: number;
  readonly cveId: string;
  readonly state: 'published' | 'rejected';
  readonly origin: 'starter' | 'cve-list';
  readonly assigner: string | null;
  readonly assignerOrgId: string;
  readonly publishedMs: number | null;
  /** As the source says; without any date there, when its document last changed here. */
  readonly modifiedMs: number | null;
  readonly severity: Severity;
  readonly score: number | null;
  /** 0–1 with five decimals. */
  readonly epss: number | null;
  readonly epssPercentile: number | null;
  readonly kev: boolean;
  readonly kevRansomware: boolean;
  readonly exploitKnown: boolean;
  readonly ssvc: Ssvc | null;
  /** Grows with every change of the record: the entity tag. */
  readonly revision: number;
}

export interface Ssvc {
  readonly exploitation: 'none' | 'poc' | 'active' | null;
  readonly automatable: boolean | null;
  readonly technicalImpact: 'partial' | 'total' | null;
}

/** RecordDetail adds the body. `…Json` fields are compact JSON texts; a bare vendor is one without a named product. */
export interface RecordDetail extends RecordSummary {
  readonly title: string | null;
  readonly description: string | null;
  readonly cvssJson: string | null;
  readonly metricsJson: string;
  readonly cpeJson: string;
  readonly referencesJson: string;
  readonly weaknessesJson: string;
  readonly productsJson: string;
  readonly bareVendorsJson: string | null;
  readonly ssvcJson: string | null;
  /** The KEV entry as CISA publishes it, or null. */
  readonly kevJson: string | null;
}

/** `severity` sorts by the primary metric, `cvss` by the greatest score of any version, `cve_id` by year, then by number. */
export type SortKey = 'severity' | 'cvss' | 'epss' | 'published' | 'modified' | 'cve_id';

/** A version of CVSS, or any of them. */
export type ScoreVersion = '2.0' | '3.0' | '3.1' | '4.0' | 'any';

/**
 * Expression is a condition on records. Texts compare without regard to letter case. Bounds are included; a record
 * without the value is never inside bounds. A whole expression has at most 20,000 parts, nested at most 64 deep, and a text
 * in it has at most 65,536 characters: more is refused with `request.invalid_parameter`.
 */
export type Expression =
  /** `all` of nothing is true, `any` of nothing is false. */
  | { readonly kind: 'all'; readonly of: readonly Expression[] }
  | { readonly kind: 'any'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'id'; readonly text: string; readonly match: 'exact' | 'contains' }
  /** Of the stored text, as a plain substring or as a whole. An empty `contains` holds for every record that has the text. */
  | {
      readonly kind: 'text';
      readonly field: 'title' | 'description';
      readonly text: string;
      readonly match: 'contains' | 'exact';
    }
  /** As `ListQuery.text`. */
  | { readonly kind: 'words'; readonly text: string }
  /** Names are normalised here; an empty one is nobody's name. `contains` looks for a piece of a stored name, `prefix` for its beginning. */
  | { readonly kind: 'vendor'; readonly name: string; readonly match: 'exact' | 'contains' }
  | {
      readonly kind: 'product';
      /** The exact vendor; null: of any. */
      readonly vendor: string | null;
      readonly name: string;
      readonly match: 'exact' | 'prefix';
    }
  | { readonly kind: 'weakness'; readonly cwe: number }
  /** Base scores 0–10 with one decimal, of the best metric of that version. Without bounds: such a score exists. */
  | { readonly kind: 'cvss'; readonly version: ScoreVersion; readonly min?: number; readonly max?: number }
  /** 0–1. Without bounds: a score exists. */
  | { readonly kind: 'epss'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'published' | 'modified'; readonly fromMs?: number; readonly toMs?: number }
  | { readonly kind: 'flag'; readonly flag: 'kev' | 'ransomware' | 'exploit_known' | 'rejected' | 'automatable' }
  | { readonly kind: 'severity'; readonly of: readonly Severity[] }
  | { readonly kind: 'exploitation'; readonly of: readonly ('none' | 'poc' | 'active')[] }
  /** Short name or organisation id. */
  | { readonly kind: 'assigner'; readonly name: string }
  /** Members of a list; ids that have no record are nobody. At most 100,000. */
  | { readonly kind: 'ids'; readonly cveIds: readonly string[] };

/** ListQuery: every field narrows; all are ANDed. Absent means no restriction. */
export interface ListQuery {
  /**
   * Words of title, description, vendor and product; all must occur; `word*` (three letters or more) is a prefix. A CVE id
   * matches that record; the beginning of an id that no record has, or an id with `*`, matches all ids that begin so.
   * Words that nearly every text holds (a, in, the …) are left out beside others. The first 2,048 characters and 32
   * distinct words count; a text without any letter or digit matches nothing.
   */
  readonly text?: string;
  readonly severities?: readonly Severity[];
  readonly scoreMin?: number;
  readonly scoreMax?: number;
  readonly epssMin?: number;
  readonly epssMax?: number;
  readonly publishedFromMs?: number;
  readonly publishedToMs?: number;
  readonly modifiedFromMs?: number;
  readonly modifiedToMs?: number;
  /** Lists narrow to any of their members; an empty list matches nothing. */
  readonly states?: readonly ('published' | 'rejected')[];
  /** Exact names after trimming, lower-casing and writing blanks as `_`. With both, the product must be that vendor's. */
  readonly vendor?: string;
  readonly product?: string;
  readonly cwe?: number;
  /** Short name (letter case does not matter) or organisation id. */
  readonly assigner?: string;
  readonly kev?: boolean;
  readonly ransomware?: boolean;
  readonly exploitKnown?: boolean;
  readonly exploitation?: readonly ('none' | 'poc' | 'active')[];
  readonly automatable?: boolean;
  readonly technicalImpact?: 'partial' | 'total';
  /** A condition beside the others. */
  readonly where?: Expression;
  /** Rows without the value come last in both directions; `severity` sorts equal severities by score. */
  readonly sort: SortKey;
  readonly descending: boolean;
  /** Rows to return, 1–100. */
  readonly limit: number;
  /** Position after which to go on: `ListPage.next` of the page before, with the same filters and sort. */
  readonly after?: Position;
  /** Rows to skip, instead of `after`; a page far down costs what the first one does. */
  readonly offset?: number;
}

/** Position of a row in a sorted list: the sort value and the tie-break. Stable while other rows change. */
export interface Position {
  readonly value: number;
  readonly id: number;
}

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** Exact number of rows that match the filters. */
  readonly total: number;
  readonly next: Position | null;
  /** The catalogue's revision that the page was read at. */
  readonly revision: number;
}

/** A vendor or a product. Names are normalised (`normaliseName`). */
export interface NamedEntry {
  readonly name: string;
  /** When the catalogue first met the name. */
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** A weakness that some record names. */
export interface WeaknessEntry {
  readonly cwe: number;
  /** Without its number; null when neither the table of facts nor any record says. */
  readonly name: string | null;
  readonly description: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** A page of a directory. */
export interface DirectoryQuery {
  /** A piece of the name, in any letter case (weaknesses: of the name or of `CWE-n`). Absent or empty: all. */
  readonly search?: string;
  /** Rows to skip. */
  readonly offset: number;
  /** Rows to return, 1–100. */
  readonly limit: number;
}

export interface ProductsQuery extends DirectoryQuery {
  readonly vendor: string;
}

export interface WeaknessesQuery extends DirectoryQuery {
  /** `id` is the order of the texts `CWE-n`; `name_desc` puts those without a name last. Default `id`. */
  readonly order?: 'id' | 'name_desc';
}

export interface DirectoryPage<Row> {
  readonly rows: readonly Row[];
  /** Exact number of entries that match. */
  readonly total: number;
  /** The catalogue's revision that the page was read at. */
  readonly revision: number;
}

/** One entry of CISA's catalogue of known exploited vulnerabilities; it may name a CVE that has no record yet. */
export interface KevEntry {
  readonly cveId: string;
  readonly addedMs: number;
  readonly ransomware: boolean;
  /** The entry as CISA publishes it: compact JSON. */
  readonly entry: string;
}

/** KevQuery lists entries by the day they were added, then by CVE id. Every field narrows; all are ANDed. */
export interface KevQuery {
  /** Words that must all occur in the CVE id, vendor, product or name; letter case does not matter. */
  readonly text?: string;
  readonly ransomware?: boolean;
  /** Bounds are included. */
  readonly addedFromMs?: number;
  readonly addedToMs?: number;
  /** Oldest first instead of newest first. */
  readonly ascending?: boolean;
  /** Rows to return, 1–100. */
  readonly limit: number;
  /** `ListPage.next` of the page before, with the same filters and direction. */
  readonly after?: Position;
}

/** One logged change of a record. */
export interface RecordChange {
  /** The revision that the record had after the change. */
  readonly seq: number;
  readonly atMs: number;
  /** `created`, `updated`, `rejected`, `kev`, `epss` … */
  readonly kind: string;
  /** JSON of what changed: `{"name":[old,new]…}`. */
  readonly fieldsJson: string;
}

/** A source's own document as it was received. */
export interface SourceDocument {
  readonly cveId: string;
  readonly origin: 'starter' | 'cve-list';
  /** The source's own modification time; null when it states none. */
  readonly updatedMs: number | null;
  /** Compact JSON. */
  readonly json: string;
}

/** Counts over the whole catalogue. `severities` counts published records; `kev` and `epss` count the feeds' entries. */
export interface CatalogStatistics {
  readonly records: number;
  readonly published: number;
  readonly rejected: number;
  readonly starter: number;
  readonly severities: Readonly<Record<Severity, number>>;
  readonly kev: number;
  readonly kevRansomware: number;
  readonly epss: number;
  readonly vendors: number;
  readonly products: number;
  readonly revision: number;
  readonly feeds: readonly FeedState[];
}

export interface FeedState {
  readonly feed: string;
  readonly attemptedMs: number | null;
  readonly succeededMs: number | null;
  /** The time the feed itself says it is of (score date, release date, newest record). */
  readonly dataMs: number | null;
  readonly records: number | null;
  readonly inserted: number | null;
  readonly updated: number | null;
  readonly unchanged: number | null;
  readonly skipped: number | null;
  readonly error: string | null;
}
