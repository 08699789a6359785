import type { Clock, Log } from '../kernel/index.ts';
import { parseCveId } from './cve-id.ts';
import { createTurnSnapshot } from './read/turn-snapshot.ts';
import { normaliseName } from './record/product-names.ts';
import { SearchClient } from './search/client.ts';
import { checkDirectoryQuery, checkKevQuery, checkQuery } from './search/filter.ts';
import { describeWeakness } from './search/directories.ts';
import { isSettled } from './store/ingest-database.ts';
import { createDirectoryStore } from './store/read-directory-store.ts';
import { createCatalogFile, openReadConnection, translating } from './store/read-connection.ts';
import { createRecordStore, decodeDetail, decodeKevEntry } from './store/read-record-store.ts';
import type {
  CatalogStatistics,
  DirectoryPage,
  DirectoryQuery,
  FeedState,
  KevEntry,
  KevQuery,
  ListPage,
  ListQuery,
  NamedEntry,
  ProductsQuery,
  RecordChange,
  RecordDetail,
  SourceDocument,
  WeaknessEntry,
  WeaknessesQuery,
} from './types.ts';

/**
 * Catalog reads the catalogue. Ids are accepted in any letter case; text that is not a CVE id is simply not found. Every
 * read sees all commits before it, of any process. Reads throw `storage.corrupt`, `storage.busy`, `storage.unavailable`;
 * those with a promise also `catalog.unavailable` when the search thread cannot answer.
 */
export interface Catalog {
  find(cveId: string): RecordDetail | null;
  /** One entry for each id, in the same order. */
  findMany(cveIds: readonly string[]): readonly (RecordDetail | null)[];
  /** The record's revision without reading the record: equal revisions mean equal answers. */
  revisionOf(cveId: string): number | null;
  /** A number that moves with every commit to the catalogue, of any process: equal numbers mean equal answers to anything. */
  version(): number;
  kevEntry(cveId: string): KevEntry | null;
  /** The newest document of the best source, as received. */
  document(cveId: string): SourceDocument | null;
  /** The newest 1,000 changes of the record, newest first. */
  changes(recordId: number): readonly RecordChange[];
  feedStates(): readonly FeedState[];
  /** Whether there is no record yet. */
  isEmpty(): boolean;
  /** Throws `request.invalid_parameter` and `catalog.cursor_invalid`. */
  list(query: ListQuery): Promise<ListPage<RecordDetail>>;
  /** Newest entry first, unless asked otherwise. Throws `request.invalid_parameter`. */
  kevList(query: KevQuery): Promise<ListPage<KevEntry>>;
  statistics(): Promise<CatalogStatistics>;
  /** The vendors by name. Directories throw `request.invalid_parameter`. */
  vendors(query: DirectoryQuery): Promise<DirectoryPage<NamedEntry>>;
  /** The vendor's products by name; an unknown vendor has none. */
  products(query: ProductsQuery): Promise<DirectoryPage<NamedEntry>>;
  /** The weaknesses that records name. */
  weaknesses(query: WeaknessesQuery): Promise<DirectoryPage<WeaknessEntry>>;
  /** By name, which is normalised here. */
  findVendor(name: string): NamedEntry | null;
  findProduct(vendor: string, name: string): NamedEntry | null;
  findWeakness(cwe: number): WeaknessEntry | null;
  /**
   * Starts the search thread, resolves when its index is loaded, and from then on has the index take in new commits every
   * few seconds, so that the first list after an import need not wait for that. Lists work without it, too.
   */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Pages that the connection of the hot path keeps in memory: the inner nodes of the trees it walks, and then some. */
const cacheKib = 8192;

/** Revisions remembered between commits to the catalogue. */
const revisionsMax = 10_000;

/** How often the search index takes in new commits when nobody asks for a list. Looking for them costs microseconds. */
const freshenMs = 5000;

export interface CatalogDeps {
  readonly databasePath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A search thread that was started beforehand, for the same file; the catalogue closes it. */
  readonly search?: SearchClient;
}

/**
 * startSearch starts the search thread, which loads its index while the rest of a program starts. It makes no file and
 * leaves one that is to be written first alone; what is wrong with it, `openCatalog` says.
 */
export const startSearch = ({ databasePath, clock, log }: CatalogDeps): SearchClient => {
  const search = new SearchClient(databasePath, clock, log);
  if (isSettled(databasePath)) search.ask({ kind: 'load' }).then(ignored, ignored);
  return search;
};

/**
 * openCatalog opens the file, which it creates when it is missing. It starts no thread and reads no data yet.
 * Throws `storage.corrupt`, `storage.newer_schema`, `storage.unavailable`.
 */
export const openCatalog = (deps: CatalogDeps): Catalog => {
  const path = deps.databasePath;
  createCatalogFile(path);
  const database = openReadConnection(path, cacheKib);
  const store = createRecordStore(database);
  const directories = createDirectoryStore(database);
  const enter = createTurnSnapshot(database);
  const search = deps.search ?? new SearchClient(path, deps.clock, deps.log);

  let version = 0;
  const read = <Result>(work: () => Result): Result =>
    translating(path, () => {
      if (enter()) {
        revisions.clear();
        version += 1;
      }
      return work();
    });
  const byId = <Result>(text: string, work: (cveId: string) => Result | null): Result | null => {
    const cveId = parseCveId(text)?.id;
    return cveId === undefined ? null : read(() => work(cveId));
  };
  const find = (cveId: string) => byId(cveId, store.findDetail);
  /** Revisions as of the snapshot's version of the file; forgotten whenever that moves, so never older than a read. */
  const revisions = new Map<string, number | null>();
  const findRevision = (cveId: string): number | null => {
    const known = revisions.get(cveId);
    if (known !== undefined) return known;
    if (revisions.size >= revisionsMax) revisions.clear();
    const revision = store.findRevision(cveId);
    revisions.set(cveId, revision);
    return revision;
  };

  let stopFreshening = () => {};
  const freshen = (): (() => void) =>
    deps.clock.after(freshenMs, () => {
      // What goes wrong here is logged by the search client or told to the next one who asks.
      search.ask({ kind: 'load' }).then(ignored, ignored);
      stopFreshening = freshen();
    });

  return {
    find,
    findMany: (cveIds) => cveIds.map(find),
    revisionOf: (cveId) => byId(cveId, findRevision),
    version: () => read(() => version),
    kevEntry: (cveId) => byId(cveId, store.findKevEntry),
    document: (cveId) => byId(cveId, store.findDocument),
    changes: (recordId) => read(() => store.listChanges(recordId)),
    feedStates: () => read(store.listFeedStates),
    isEmpty: () => read(store.isEmpty),
    list: async (query) => {
      checkQuery(query);
      const { rows, total, next, revision } = await search.ask({ kind: 'list', query });
      return { rows: rows.map(decodeDetail), total, next, revision };
    },
    kevList: async (query) => {
      checkKevQuery(query);
      const { rows, total, next, revision } = await search.ask({ kind: 'kev', query });
      return { rows: rows.map(decodeKevEntry), total, next, revision };
    },
    statistics: () => search.ask({ kind: 'statistics' }),
    vendors: async (query) => {
      checkDirectoryQuery(query);
      return search.ask({ kind: 'vendors', query });
    },
    products: async (query) => {
      checkDirectoryQuery(query);
      return search.ask({ kind: 'products', query });
    },
    weaknesses: async (query) => {
      checkDirectoryQuery(query);
      return search.ask({ kind: 'weaknesses', query });
    },
    findVendor: (name) => read(() => directories.vendor(normaliseName(name))),
    findProduct: (vendor, name) => read(() => directories.product(normaliseName(vendor), normaliseName(name))),
    findWeakness: (cwe) => {
      if (!Number.isSafeInteger(cwe)) return null;
      const row = read(() => directories.weakness(cwe));
      return row === null ? null : describeWeakness(row);
    },
    ready: async () => {
      await search.ask({ kind: 'load' });
      stopFreshening();
      stopFreshening = freshen();
    },
    close: async () => {
      stopFreshening();
      await search.close();
      if (database.isOpen) database.close();
    },
  };
};

const ignored = (): void => {};
