import { normaliseName } from '../record/product-names.ts';
import type { IndexStore } from '../store/read-index-store.ts';
import { eachInteger } from '../store/read-index-store.ts';
import type { TextStore } from '../store/read-text-store.ts';
import type { Position, SortKey } from '../types.ts';
import { Bitmap } from './bitmap.ts';
import { Columns, noValue } from './columns.ts';
import { evaluate } from './conditions.ts';
import { shortened } from './expression.ts';
import { filterKey, narrowByAssigner, narrowByFlags, narrowByRanges, type Filter } from './filter.ts';
import { Order, sortingRoom, type IdPage, type Ranks } from './order.ts';
import { Recent } from './recent.ts';
import { Substrings } from './substrings.ts';
import { matchExpression, parseText } from './text.ts';
import { Vocabulary } from './vocabulary.ts';

/** The rows that match a filter and how many they are. */
export interface Matches {
  readonly rows: Bitmap;
  readonly total: number;
}

/** Which page of a list. */
export interface PageQuery {
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly limit: number;
  readonly after?: Position;
  readonly offset?: number;
}

/** Up to so many changed rows are merged into the sorted orders; beyond, everything is read anew, which costs less. */
const mergeLimit = 20_000;

/**
 * CatalogIndex is the catalogue's filterable columns and its four sort orders in memory, kept equal to the snapshot that
 * the caller has open. `refresh` must run first in every snapshot.
 */
export class CatalogIndex {
  readonly #store: IndexStore;
  readonly #vocabulary: Vocabulary;
  readonly #substrings: Substrings;
  #columns = new Columns();
  #orders = ordersOf(this.#columns);
  /** The data version that memory stands for; null when memory must be filled anew. */
  #version: number | null = null;
  #revision = 0;
  readonly #matches = new Recent<Matches>(64);
  readonly #candidates = new Recent<Bitmap>(64);
  readonly #ranks = new Recent<Ranks>(64);

  constructor(store: IndexStore, texts: TextStore) {
    this.#store = store;
    this.#vocabulary = new Vocabulary(texts);
    this.#substrings = new Substrings(texts, this.#vocabulary);
  }

  get columns(): Columns {
    return this.#columns;
  }

  get revision(): number {
    return this.#revision;
  }

  /** page returns the ids of a page of the rows that match, in the order asked for. */
  page(filter: Filter, query: PageQuery): IdPage & { readonly total: number } {
    const { rows, total } = this.matches(filter);
    const { sort, descending, limit, after, offset } = query;
    const order = this.#order(sort);
    if (offset === undefined || offset === 0)
      return { ...order.page(rows, { descending, limit, ...(after === undefined ? {} : { after }) }), total };
    if (offset >= total) return { ids: [], next: null, total };
    const ranks =
      total === this.#columns.count
        ? null
        : this.#ranks.take(`${sort} ${descending} ${shortened(filterKey(filter))}`, () =>
            order.ranksOf(rows, descending),
          );
    return { ...order.pageAt(rows, ranks, { descending, limit, offset }), total };
  }

  /** refresh takes in what was committed since the last one; returns whether anything was committed at all. */
  refresh(): boolean {
    const version = this.#store.dataVersion();
    if (version === this.#version) return false;
    const loaded = this.#version !== null;
    this.#version = null;
    // Everything derived goes with every commit: a kept result can then never be older than the snapshot.
    this.#matches.clear();
    this.#candidates.clear();
    this.#ranks.clear();
    const revision = this.#store.highestRevision();
    if (!loaded || revision < this.#revision || !this.#merge()) this.#load();
    this.#revision = revision;
    this.#substrings.at(revision);
    this.#version = version;
    return true;
  }

  matches(filter: Filter): Matches {
    return this.#matches.take(shortened(filterKey(filter)), () => {
      const rows = this.#columns.present.copy();
      for (const candidates of this.#candidatesOf(filter)) rows.keep(candidates);
      if (filter.assigner !== undefined) {
        const assigners = new Set<number>();
        eachInteger(this.#store.assignerIds(filter.assigner.trim()), (id) => assigners.add(id));
        narrowByAssigner(rows, this.#columns, assigners);
      }
      narrowByFlags(rows, this.#columns, filter);
      narrowByRanges(rows, this.#columns, filter);
      return { rows, total: rows.count() };
    });
  }

  /** The sets of ids that only the database knows; each is kept by itself, for other filters beside it. */
  *#candidatesOf(filter: Filter): Generator<Bitmap> {
    const store = this.#store;
    const { cwe } = filter;
    const vendor = filter.vendor === undefined ? null : normaliseName(filter.vendor);
    const product = filter.product === undefined ? null : normaliseName(filter.product);
    if (product !== null)
      yield this.#bitmap(JSON.stringify(['product', vendor, product]), () => store.ofProduct(product, vendor));
    else if (vendor !== null) yield this.#bitmap(`vendor ${vendor}`, () => store.ofVendor(vendor));
    if (cwe !== undefined) yield this.#bitmap(`cwe ${cwe}`, () => store.ofWeakness(cwe));
    if (filter.text !== undefined) yield* this.#candidatesOfText(filter.text);
    if (filter.where !== undefined) {
      const { columns } = this;
      const words = (text: string) => {
        const rows = columns.present.copy();
        for (const candidates of this.#candidatesOfText(text)) rows.keep(candidates);
        return rows;
      };
      yield evaluate(filter.where, { columns, store, substrings: this.#substrings, kept: this.#candidates, words });
    }
  }

  *#candidatesOfText(text: string): Generator<Bitmap> {
    const query = parseText(text);
    if (query.empty) yield new Bitmap(this.#columns.size);
    for (const id of query.ids) yield this.#bitmap(`id ${id.text}${id.prefix ? '*' : ''}`, () => this.#idsLike(id));
    if (query.words.length > 0) {
      const expression = matchExpression(query.words);
      yield this.#bitmap(`words ${expression}`, () => this.#store.withWords(expression));
    }
  }

  #idsLike(id: { readonly text: string; readonly prefix: boolean }): string {
    const exact = id.prefix ? '[]' : this.#store.withExactId(id.text);
    return exact === '[]' ? this.#store.withIdPrefix(id.text) : exact;
  }

  #bitmap(key: string, read: () => string): Bitmap {
    return this.#candidates.take(key, () => {
      const bitmap = new Bitmap(this.#columns.size);
      eachInteger(read(), (id) => bitmap.add(id));
      return bitmap;
    });
  }

  /** Orders that are seldom asked for are made when they are, and dropped with the next commit. */
  #order(key: SortKey): Order {
    const order = this.#orders[key];
    if (!order.isBuilt) {
      if (key === 'cve_id') this.#readIdOrder();
      order.rebuild();
    }
    return order;
  }

  #readIdOrder(): void {
    const columns = this.#columns;
    columns.idOrder = new Float64Array(columns.size).fill(noValue);
    this.#store.eachIdOrder((id, value) => {
      columns.idOrder[id] = value;
    });
  }

  #load(): void {
    this.#vocabulary.forget();
    const columns = new Columns();
    columns.reserve(this.#store.highestId());
    this.#store.eachRow((row) => columns.set(row));
    this.#columns = columns;
    this.#orders = ordersOf(columns);
    const room = sortingRoom(columns);
    for (const key of readyKeys) this.#orders[key].rebuild(room);
  }

  /** Takes in the changed rows; false when a full load is needed instead (too many, or rows are gone). */
  #merge(): boolean {
    const store = this.#store;
    const changedCount = store.changedCount(this.#revision);
    if (changedCount > Math.max(mergeLimit, this.#columns.count / 10)) return false;
    const changed = new Uint32Array(changedCount);
    let at = 0;
    store.eachChangedRow(this.#revision, (row) => {
      this.#columns.set(row);
      changed[at++] = row.id;
    });
    if (this.#columns.count !== store.recordCount()) return false;
    if (at === 0) return true;
    const isChanged = new Bitmap(this.#columns.size);
    for (const id of changed.sort()) isChanged.add(id);
    for (const key of readyKeys) this.#orders[key].merge(changed, isChanged);
    this.#columns.idOrder = new Float64Array(0);
    this.#orders.cve_id = new Order('cve_id', this.#columns);
    this.#orders.cvss = new Order('cvss', this.#columns);
    return true;
  }
}

/** The orders that are kept sorted all the time. */
const readyKeys = ['severity', 'epss', 'published', 'modified'] as const satisfies readonly SortKey[];

const ordersOf = (columns: Columns): Record<SortKey, Order> => ({
  severity: new Order('severity', columns),
  cvss: new Order('cvss', columns),
  epss: new Order('epss', columns),
  published: new Order('published', columns),
  modified: new Order('modified', columns),
  cve_id: new Order('cve_id', columns),
});
