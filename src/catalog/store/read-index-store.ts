import type { DatabaseSync } from 'node:sqlite';
import { idNumberLimit, idYearOrigin, type IndexRow } from '../search/columns.ts';
import { endSnapshot, isQueryError, numberOf, prepareQuery, textOf, type SqlRow } from './read-connection.ts';
import { packedFlags } from './read-flags.ts';

/** Times that are missing come out of SQL as this number, which no date has. */
const missingTime = -8_640_000_000_000_001;
/** Ids that one statement reads at a time. */
const chunk = 8192;

/**
 * Each column of a chunk comes as one JSON array: four times as fast as a row at a time, and it leaves no row objects
 * behind.
 */
const columnArrays = `json_group_array(id),
  json_group_array(${packedFlags}),
  json_group_array(coalesce(score, -1)), json_group_array(coalesce(epss, -1)),
  json_group_array(coalesce(published_ms, ${missingTime})), json_group_array(coalesce(modified_ms, ${missingTime})),
  json_group_array(assigner_id),
  json_group_array((coalesce(score_v2, -1) + 1) + (coalesce(score_v30, -1) + 1) * 128
    + (coalesce(score_v31, -1) + 1) * 16384 + (coalesce(score_v40, -1) + 1) * 2097152)`;

const idOrderArrays = `json_group_array(id),
  json_group_array(min(max(substr(cve_id, 5, 4) - ${idYearOrigin}, 0), 127) * ${idNumberLimit}
    + min(cast(substr(cve_id, 10) as integer), ${idNumberLimit - 1}))`;

/** IndexStore reads what the search index is made of, and the id lists of filters that only the database can answer. */
export interface IndexStore {
  /** snapshot runs `work` on one unchanging state of the catalogue: the newest one committed. */
  snapshot<Result>(work: () => Result): Result;
  /** Changes whenever another connection has committed anything. */
  dataVersion(): number;
  recordCount(): number;
  highestRevision(): number;
  highestId(): number;
  changedCount(afterRevision: number): number;
  /** The row that `take` gets is valid during the call only. */
  eachRow(take: (row: IndexRow) => void): void;
  /** Every id with the number that its CVE id sorts by. */
  eachIdOrder(take: (id: number, order: number) => void): void;
  /** All at once: meant for thousands of rows, not for all. */
  eachChangedRow(afterRevision: number, take: (row: IndexRow) => void): void;
  /** Of the records that hold all words of a match expression made of quoted words. */
  withWords(expression: string): string;
  withExactId(cveId: string): string;
  withIdPrefix(prefix: string): string;
  ofVendor(name: string): string;
  /** Of the product of that name: of the vendor, or of any when the vendor is null. */
  ofProduct(name: string, vendor: string | null): string;
  /** Of vendors whose name holds the piece. */
  ofVendorsLike(piece: string): string;
  /** Of products whose name begins so: of the vendor, or of any when the vendor is null. */
  ofProductsFrom(beginning: string, vendor: string | null): string;
  ofWeakness(cwe: number): string;
  /** Of the ids of a JSON array of CVE ids. */
  ofIds(cveIds: string): string;
  /** Whose CVE id holds the piece, which is in upper case. */
  withIdLike(piece: string): string;
  /** Ids of the assigners with that short name (in any letter case) or organisation id. */
  assignerIds(name: string): string;
}

/** createIndexStore prepares the statements. Lists of ids are JSON arrays as text, to be read with `eachInteger`. */
export const createIndexStore = (database: DatabaseSync): IndexStore => {
  const prepare = (sql: string) => prepareQuery(database, sql);
  const number = (sql: string) => {
    const query = prepare(sql);
    return (...parameters: number[]): number => numberOf(query.first(...parameters)?.[0] ?? 0);
  };
  const list = (sql: string) => {
    const query = prepare(sql);
    return (...parameters: (string | number)[]): string => textOf(query.first(...parameters)?.[0]);
  };
  const highestId = number('select max(id) from record');
  const changedCount = number('select count(*) from record where revision > ?');
  const range = prepare(`select ${columnArrays} from record where id > ? and id <= ?`);
  const idOrders = prepare(`select ${idOrderArrays} from record where id > ? and id <= ?`);
  const changed = prepare(`select ${columnArrays} from record where revision > ?`);
  // '~' sorts behind every character of an id.
  const idsBetween = list('select json_group_array(id) from record where cve_id >= ? and cve_id < ?');
  const matching = list('select json_group_array(rowid) from record_text where record_text match ?');
  const vendorRecords = list(
    'select json_group_array(record_id) from vendor_record where vendor_id in (select id from vendor where name = ?)',
  );
  const productRecords = list(
    'select json_group_array(record_id) from product_record where product_id in (select id from product where name = ?)',
  );
  const vendorProductRecords = list(
    `select json_group_array(record_id) from product_record where product_id in
       (select product.id from vendor join product on product.vendor_id = vendor.id where vendor.name = ? and product.name = ?)`,
  );
  const productsFrom = list(
    'select json_group_array(record_id) from product_record where product_id in (select id from product where instr(name, ?) = 1)',
  );
  const vendorProductsFrom = list(
    `select json_group_array(record_id) from product_record where product_id in
       (select product.id from vendor join product on product.vendor_id = vendor.id where vendor.name = ? and instr(product.name, ?) = 1)`,
  );
  return {
    snapshot: (work) => {
      endSnapshot(database);
      database.exec('begin');
      try {
        return work();
      } finally {
        endSnapshot(database);
      }
    },
    dataVersion: number('pragma data_version'),
    recordCount: number('select count(*) from record'),
    highestRevision: number('select max(revision) from record'),
    highestId,
    changedCount,
    eachRow: (take) => {
      const last = highestId();
      const columns = columnsFor(chunk);
      for (let from = 0; from < last; from += chunk) eachOf(range.first(from, from + chunk) ?? [], columns, take);
    },
    eachIdOrder: (take) => {
      const last = highestId();
      const [ids = new Float64Array(), orders = new Float64Array()] = columnsFor(chunk);
      for (let from = 0; from < last; from += chunk) {
        const count = readArrays(idOrders.first(from, from + chunk) ?? [], [ids, orders]);
        for (let at = 0; at < count; at++) take(ids[at] ?? 0, orders[at] ?? 0);
      }
    },
    eachChangedRow: (afterRevision, take) => {
      eachOf(changed.first(afterRevision) ?? [], columnsFor(changedCount(afterRevision)), take);
    },
    withWords: (expression) => {
      try {
        return matching(expression);
      } catch (error) {
        // Words come quoted, so the one thing that can be wrong with them is a letter newer than SQLite's tables, which
        // splits the word: no word of the index is like that.
        if (isQueryError(error)) return '[]';
        throw error;
      }
    },
    withExactId: list('select json_group_array(id) from record where cve_id = ?'),
    withIdPrefix: (prefix) => idsBetween(prefix, `${prefix}~`),
    ofVendor: vendorRecords,
    ofProduct: (name, vendor) => (vendor === null ? productRecords(name) : vendorProductRecords(vendor, name)),
    ofVendorsLike: list(
      'select json_group_array(record_id) from vendor_record where vendor_id in (select id from vendor where instr(name, ?))',
    ),
    ofProductsFrom: (beginning, vendor) =>
      vendor === null ? productsFrom(beginning) : vendorProductsFrom(vendor, beginning),
    ofIds: list('select json_group_array(id) from record where cve_id in (select value from json_each(?))'),
    withIdLike: list('select json_group_array(id) from record where instr(cve_id, ?)'),
    ofWeakness: list('select json_group_array(record_id) from weakness_record where cwe = ?'),
    assignerIds: list('select json_group_array(id) from assigner where org_id = ?1 or name = ?1 collate nocase'),
  };
};

/** Hands over the rows of one result. The row object is one and the same, refilled: a quarter of a million of them add up. */
const eachOf = (arrays: SqlRow, columns: readonly Float64Array[], take: (row: IndexRow) => void): void => {
  const [ids, flags, score, epss, published, modified, assigner, scores] = columns;
  const row = {
    id: 0,
    flags: 0,
    score: 0,
    scoreV2: 0,
    scoreV30: 0,
    scoreV31: 0,
    scoreV40: 0,
    epss: 0,
    publishedMs: 0,
    modifiedMs: 0,
    assignerId: 0,
  };
  const count = readArrays(arrays, columns);
  for (let at = 0; at < count; at++) {
    row.id = ids?.[at] ?? 0;
    row.flags = flags?.[at] ?? 0;
    row.score = score?.[at] ?? -1;
    row.epss = epss?.[at] ?? -1;
    row.publishedMs = timeOf(published?.[at]);
    row.modifiedMs = timeOf(modified?.[at]);
    row.assignerId = assigner?.[at] ?? 0;
    const packed = scores?.[at] ?? 0;
    row.scoreV2 = (packed & 127) - 1;
    row.scoreV30 = ((packed >>> 7) & 127) - 1;
    row.scoreV31 = ((packed >>> 14) & 127) - 1;
    row.scoreV40 = ((packed >>> 21) & 127) - 1;
    take(row);
  }
};

/** Reads JSON arrays of equal length into columns; returns the length. */
const readArrays = (arrays: SqlRow, columns: readonly Float64Array[]): number => {
  let count = 0;
  columns.forEach((column, at) => {
    count = 0;
    eachInteger(textOf(arrays[at]), (value) => {
      column[count++] = value;
    });
  });
  return count;
};

const timeOf = (value: number | undefined): number =>
  value === undefined || value === missingTime ? Number.NaN : value;

const columnsFor = (rows: number): Float64Array[] => Array.from({ length: 8 }, () => new Float64Array(rows));

/** eachInteger reads a JSON array of whole numbers from its text without building it. */
export const eachInteger = (json: string, take: (value: number) => void): void => {
  let value = 0;
  let sign = 1;
  let inside = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code >= 48 && code <= 57) {
      value = value * 10 + code - 48;
      inside = true;
    } else if (code === 45) {
      sign = -1;
    } else if (inside) {
      take(value * sign);
      value = 0;
      sign = 1;
      inside = false;
    }
  }
};
