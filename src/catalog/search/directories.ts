import { normaliseName, normalisePiece } from '../record/product-names.ts';
import { weaknessFact } from '../record/weakness-facts.ts';
import type { DirectoryStore, WeaknessRow } from '../store/read-directory-store.ts';
import type {
  DirectoryPage,
  DirectoryQuery,
  NamedEntry,
  ProductsQuery,
  WeaknessEntry,
  WeaknessesQuery,
} from '../types.ts';
import { Recent } from './recent.ts';

type Rows<Row> = Omit<DirectoryPage<Row>, 'revision'>;

/** Directories are the pages of vendors, products and weaknesses. Counts are kept until `clear`. */
export class Directories {
  readonly #store: DirectoryStore;
  readonly #counts = new Recent<number>(256);
  readonly #weaknesses = new Recent<readonly WeaknessEntry[]>(16);

  constructor(store: DirectoryStore) {
    this.#store = store;
  }

  /** clear forgets what was counted; whenever anything was committed. */
  clear(): void {
    this.#counts.clear();
    this.#weaknesses.clear();
  }

  vendors({ search = '', limit, offset }: DirectoryQuery): Rows<NamedEntry> {
    const piece = normalisePiece(search);
    const total = this.#counts.take(JSON.stringify([piece]), () => this.#store.countVendors(piece));
    return { rows: offset < total ? this.#store.vendors(piece, limit, offset) : [], total };
  }

  products({ vendor, search = '', limit, offset }: ProductsQuery): Rows<NamedEntry> {
    const piece = normalisePiece(search);
    const name = normaliseName(vendor);
    const total = this.#counts.take(JSON.stringify([name, piece]), () => this.#store.countProducts(name, piece));
    return { rows: offset < total ? this.#store.products(name, piece, limit, offset) : [], total };
  }

  weaknesses({ search = '', order = 'id', limit, offset }: WeaknessesQuery): Rows<WeaknessEntry> {
    const sought = search.slice(0, longestSearch).toLowerCase();
    const entries = this.#weaknesses.take(JSON.stringify([order, sought]), () =>
      this.#store
        .weaknesses()
        .map(describeWeakness)
        .filter(({ cwe, name }) => `cwe-${cwe}`.includes(sought) || (name ?? '').toLowerCase().includes(sought))
        .toSorted(order === 'id' ? byId : byNameDescending),
    );
    return { rows: entries.slice(offset, offset + limit), total: entries.length };
  }
}

/** No name is longer. */
const longestSearch = 512;

/** describeWeakness adds what is known of a weakness to its row: our own words before those of a record. */
export const describeWeakness = ({ cwe, name, createdMs, updatedMs }: WeaknessRow): WeaknessEntry => {
  const fact = weaknessFact(cwe);
  return { cwe, name: fact?.name ?? name, description: fact?.description ?? null, createdMs, updatedMs };
};

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byId = (a: WeaknessEntry, b: WeaknessEntry): number => compare(`CWE-${a.cwe}`, `CWE-${b.cwe}`);
const byNameDescending = (a: WeaknessEntry, b: WeaknessEntry): number => {
  if (a.name === null || b.name === null) return a.name === b.name ? byId(a, b) : a.name === null ? 1 : -1;
  return compare(b.name, a.name) || byId(a, b);
};
