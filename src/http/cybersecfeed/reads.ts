import type { CatalogStatistics, FeedState, ListPage, ListQuery, Position, RecordDetail } from '../../catalog/types.ts';

/** One entry of CISA's catalogue; it may name a CVE that has no record yet. */
export interface KevRow {
  readonly cveId: string;
  readonly addedMs: number;
  readonly ransomware: boolean;
  /** The entry as CISA publishes it, compact JSON. */
  readonly entry: string;
}

export interface KevQuery {
  readonly limit: number;
  readonly after?: Position;
  readonly ransomware?: boolean;
  readonly addedFromMs?: number;
  readonly addedToMs?: number;
}

/** What this surface reads of the catalogue. */
export interface CatalogReads {
  find(cveId: string): RecordDetail | null;
  list(query: ListQuery): Promise<ListPage<RecordDetail>>;
  /** Newest entry first. */
  kevList(query: KevQuery): Promise<ListPage<KevRow>>;
  kevEntry(cveId: string): KevRow | null;
  statistics(): CatalogStatistics | Promise<CatalogStatistics>;
  feedStates(): readonly FeedState[];
}
