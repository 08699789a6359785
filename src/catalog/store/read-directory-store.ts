import type { DatabaseSync } from 'node:sqlite';
import type { NamedEntry } from '../types.ts';
import { numberOf, prepareQuery, textOf, textOrNull, type SqlRow } from './read-connection.ts';

/** A weakness as it is stored: the name is what a record says. */
export interface WeaknessRow {
  readonly cwe: number;
  readonly name: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** DirectoryStore reads vendors, products and weaknesses. Names come normalised; a page is ordered by name. */
export interface DirectoryStore {
  vendor(name: string): NamedEntry | null;
  product(vendor: string, name: string): NamedEntry | null;
  weakness(cwe: number): WeaknessRow | null;
  /** Names that hold the piece; the empty piece is in all. */
  countVendors(piece: string): number;
  vendors(piece: string, limit: number, offset: number): NamedEntry[];
  countProducts(vendor: string, piece: string): number;
  products(vendor: string, piece: string, limit: number, offset: number): NamedEntry[];
  /** All of them: a few hundred. */
  weaknesses(): WeaknessRow[];
}

const namedColumns = 'name, created_ms, updated_ms';
const ofVendor = 'vendor_id = (select id from vendor where name = ?)';

export const createDirectoryStore = (database: DatabaseSync): DirectoryStore => {
  const prepare = (sql: string) => prepareQuery(database, sql);
  const vendor = prepare(`select ${namedColumns} from vendor where name = ?`);
  const product = prepare(`select ${namedColumns} from product where ${ofVendor} and name = ?`);
  const weaknessColumns = 'select cwe, name, created_ms, updated_ms from weakness';
  const weakness = prepare(`${weaknessColumns} where cwe = ?`);
  const weaknesses = prepare(weaknessColumns);
  const vendorCount = prepare('select count(*) from vendor where instr(name, ?)');
  const productCount = prepare(`select count(*) from product where ${ofVendor} and instr(name, ?)`);
  // The inner query walks the index of the names alone; the rows are fetched for the page only.
  const vendorPage = prepare(`select ${namedColumns} from vendor where id in
    (select id from vendor where instr(name, ?) order by name limit ? offset ?) order by name`);
  const productPage = prepare(`select ${namedColumns} from product where id in
    (select id from product where ${ofVendor} and instr(name, ?) order by name limit ? offset ?) order by name`);
  const one = (row: SqlRow | undefined): NamedEntry | null => (row === undefined ? null : decodeNamed(row));
  return {
    vendor: (name) => one(vendor.first(name)),
    product: (vendorName, name) => one(product.first(vendorName, name)),
    weakness: (cwe) => {
      const row = weakness.first(cwe);
      return row === undefined ? null : decodeWeakness(row);
    },
    countVendors: (piece) => numberOf(vendorCount.first(piece)?.[0]),
    vendors: (piece, limit, offset) => vendorPage.all(piece, limit, offset).map(decodeNamed),
    countProducts: (vendorName, piece) => numberOf(productCount.first(vendorName, piece)?.[0]),
    products: (vendorName, piece, limit, offset) => productPage.all(vendorName, piece, limit, offset).map(decodeNamed),
    weaknesses: () => weaknesses.all().map(decodeWeakness),
  };
};

const decodeNamed = (row: SqlRow): NamedEntry => ({
  name: textOf(row[0]),
  createdMs: numberOf(row[1]),
  updatedMs: numberOf(row[2]),
});

const decodeWeakness = (row: SqlRow): WeaknessRow => ({
  cwe: numberOf(row[0]),
  name: textOrNull(row[1]),
  createdMs: numberOf(row[2]),
  updatedMs: numberOf(row[3]),
});
