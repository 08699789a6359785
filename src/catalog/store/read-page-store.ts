import type { DatabaseSync } from 'node:sqlite';
import type { FeedState } from '../types.ts';
import { numberOf, prepareQuery, textOf, type SqlRow } from './read-connection.ts';
import { createRecordStore, detailColumns, detailTables } from './read-record-store.ts';

/** A KEV entry as the list needs it: without the entry's text, with what the text filter looks in. */
export interface KevRow {
  readonly cveId: string;
  readonly addedMs: number;
  readonly ransomware: boolean;
  /** CVE id, vendor, product and name, lower case. */
  readonly words: string;
}

/** Sizes of the tables that statistics name and the search index does not know. */
export interface TableCounts {
  readonly kev: number;
  readonly kevRansomware: number;
  readonly epss: number;
  readonly vendors: number;
  readonly products: number;
}

/** PageStore reads what a page shows, on the same snapshot as the search that chose it. */
export interface PageStore {
  /** Rows of `detailColumns`, for `decodeDetail` on the other side of the thread. */
  listDetails(ids: readonly number[]): SqlRow[];
  listKevRows(): KevRow[];
  /** Rows of (cve_id, added_ms, ransomware, entry). */
  listKevEntries(cveIds: readonly string[]): SqlRow[];
  countTables(): TableCounts;
  listFeedStates(): FeedState[];
}

export const createPageStore = (database: DatabaseSync): PageStore => {
  const detail = prepareQuery(database, `select ${detailColumns} from ${detailTables} where record.id = ?`);
  const kevRows = prepareQuery(
    database,
    `select cve_id, added_ms, ransomware, lower(concat_ws(' ', cve_id, entry ->> '$.vendorProject', entry ->> '$.product',
       entry ->> '$.vulnerabilityName')) from kev`,
  );
  const kevEntry = prepareQuery(database, 'select cve_id, added_ms, ransomware, entry from kev where cve_id = ?');
  const counts = prepareQuery(
    database,
    `select (select count(*) from kev), (select count(*) from kev where ransomware = 1), (select count(*) from epss),
       (select count(*) from vendor), (select count(*) from product)`,
  );
  const { listFeedStates } = createRecordStore(database);
  return {
    listDetails: (ids) => ids.flatMap((id) => present(detail.first(id))),
    listKevRows: () =>
      kevRows.all().map((row) => ({
        cveId: textOf(row[0]),
        addedMs: numberOf(row[1]),
        ransomware: numberOf(row[2]) === 1,
        words: textOf(row[3]),
      })),
    listKevEntries: (cveIds) => cveIds.flatMap((cveId) => present(kevEntry.first(cveId))),
    countTables: () => {
      const row = counts.first() ?? [];
      const [kev, kevRansomware, epss, vendors, products] = row.map(numberOf);
      return {
        kev: kev ?? 0,
        kevRansomware: kevRansomware ?? 0,
        epss: epss ?? 0,
        vendors: vendors ?? 0,
        products: products ?? 0,
      };
    },
    listFeedStates,
  };
};

const present = (row: SqlRow | undefined): SqlRow[] => (row === undefined ? [] : [row]);
