import { createDirectoryStore } from '../store/read-directory-store.ts';
import { createIndexStore, type IndexStore } from '../store/read-index-store.ts';
import { createPageStore, type PageStore } from '../store/read-page-store.ts';
import { createTextStore } from '../store/read-text-store.ts';
import { openReadConnection, translating, type SqlRow } from '../store/read-connection.ts';
import type {
  CatalogStatistics,
  DirectoryPage,
  DirectoryQuery,
  KevQuery,
  ListQuery,
  NamedEntry,
  Position,
  ProductsQuery,
  WeaknessEntry,
  WeaknessesQuery,
} from '../types.ts';
import { CatalogIndex } from './catalog-index.ts';
import { Directories } from './directories.ts';
import { KevList } from './kev-list.ts';
import { countRows } from './statistics.ts';

/** A page with its rows (of `detailColumns`; for KEV: cve_id, added_ms, ransomware, entry) as the database gave them: they are decoded on the thread that asked. */
export interface ListAnswer {
  readonly rows: readonly SqlRow[];
  readonly total: number;
  readonly next: Position | null;
  readonly revision: number;
}

/** The page cache of the search's own connection. Small: what lists need most is in typed arrays already. */
const cacheKib = 4096;

/**
 * SearchEngine answers lists. Every answer is computed on one snapshot of the catalogue that begins after the question
 * came, with the index brought up to that snapshot first: an answer is never older than a commit before the question.
 */
export class SearchEngine {
  readonly #path: string;
  readonly #store: IndexStore;
  readonly #pages: PageStore;
  readonly #index: CatalogIndex;
  readonly #directories: Directories;
  readonly #close: () => void;
  #kev: KevList | null = null;
  #statistics: CatalogStatistics | null = null;

  constructor(path: string) {
    const database = openReadConnection(path, cacheKib);
    this.#path = path;
    this.#store = createIndexStore(database);
    this.#pages = createPageStore(database);
    this.#index = new CatalogIndex(this.#store, createTextStore(database));
    this.#directories = new Directories(createDirectoryStore(database));
    this.#close = () => database.close();
  }

  /** load fills the index; any other call does so too when it is still empty. Returns the catalogue's revision. */
  load(): number {
    return this.#current(() => this.#index.revision);
  }

  list(query: ListQuery): ListAnswer {
    const { sort, descending, limit, after, offset, ...filter } = query;
    return this.#current(() => {
      const page = this.#index.page(filter, {
        sort,
        descending,
        limit,
        ...(after === undefined ? {} : { after }),
        ...(offset === undefined ? {} : { offset }),
      });
      const { ids, total, next } = page;
      return { rows: this.#pages.listDetails(ids), total, next, revision: this.#index.revision };
    });
  }

  kevList(query: KevQuery): ListAnswer {
    return this.#current(() => {
      this.#kev ??= new KevList(this.#pages.listKevRows());
      const page = this.#kev.page(query);
      return {
        rows: this.#pages.listKevEntries(page.cveIds),
        total: page.total,
        next: page.next,
        revision: this.#index.revision,
      };
    });
  }

  vendors(query: DirectoryQuery): DirectoryPage<NamedEntry> {
    return this.#directory(() => this.#directories.vendors(query));
  }

  products(query: ProductsQuery): DirectoryPage<NamedEntry> {
    return this.#directory(() => this.#directories.products(query));
  }

  weaknesses(query: WeaknessesQuery): DirectoryPage<WeaknessEntry> {
    return this.#directory(() => this.#directories.weaknesses(query));
  }

  statistics(): CatalogStatistics {
    return this.#current(() => {
      this.#statistics ??= {
        ...countRows(this.#index.columns),
        ...this.#pages.countTables(),
        revision: this.#index.revision,
        feeds: this.#pages.listFeedStates(),
      };
      return this.#statistics;
    });
  }

  close(): void {
    this.#close();
  }

  #directory<Row>(work: () => Omit<DirectoryPage<Row>, 'revision'>): DirectoryPage<Row> {
    return this.#current(() => ({ ...work(), revision: this.#index.revision }));
  }

  #current<Answer>(work: () => Answer): Answer {
    return translating(this.#path, () =>
      this.#store.snapshot(() => {
        if (this.#index.refresh()) {
          this.#kev = null;
          this.#statistics = null;
          this.#directories.clear();
        }
        return work();
      }),
    );
  }
}
