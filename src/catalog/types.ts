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

/** RecordDetail adds the body. `…Json` fields are compact canonical JSON texts, ready to be joined into an answer. */
export interface RecordDetail extends RecordSummary {
  readonly title: string | null;
  readonly description: string | null;
  readonly cvssJson: string | null;
  readonly metricsJson: string;
  readonly cpeJson: string;
  readonly referencesJson: string;
  readonly weaknessesJson: string;
  readonly productsJson: string;
  readonly ssvcJson: string | null;
  /** The KEV entry as CISA publishes it, or null. */
  readonly kevJson: string | null;
}

export type SortKey = 'severity' | 'epss' | 'published' | 'modified';

/** ListQuery: every field narrows; all are ANDed. Absent means no restriction. */
export interface ListQuery {
  /** Words of title, description, vendor and product; all must occur; `word*` is a prefix; a CVE id or its prefix matches ids. */
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
  readonly states?: readonly ('published' | 'rejected')[];
  readonly vendor?: string;
  readonly product?: string;
  readonly cwe?: number;
  readonly assigner?: string;
  readonly kev?: boolean;
  readonly ransomware?: boolean;
  readonly exploitKnown?: boolean;
  readonly exploitation?: readonly ('none' | 'poc' | 'active')[];
  readonly automatable?: boolean;
  readonly technicalImpact?: 'partial' | 'total';
  readonly sort: SortKey;
  readonly descending: boolean;
  /** Rows to return, 1–100. */
  readonly limit: number;
  /** Position after which to go on: `ListPage.next` of the page before, with the same filters and sort. */
  readonly after?: Position;
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

export interface ImportError {
  /** Which item: a CVE id, a line number, a file name inside the archive. */
  readonly item: string;
  readonly reason: string;
}

/** One imported file or folder. `skipped` counts items that were left out, each named in `errors` (the first 1,000). */
export interface ImportedSource {
  readonly path: string;
  readonly kind: string;
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly errors: readonly ImportError[];
}

export interface ImportReport {
  readonly sources: readonly ImportedSource[];
}
