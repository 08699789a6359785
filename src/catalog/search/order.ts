import type { Position, SortKey } from '../types.ts';
import type { Bitmap } from './bitmap.ts';
import { maximumId, noValue, type Columns } from './columns.ts';

/** A page of ids in the order asked for. `next` is the last row's position when more rows follow, else null. */
export interface IdPage {
  readonly ids: readonly number[];
  readonly next: Position | null;
}

/** All ids, ascending, and space for their sort keys. */
export interface SortingRoom {
  readonly ids: Uint32Array;
  readonly keys: BigUint64Array;
}

export const sortingRoom = ({ present, count }: Columns): SortingRoom => {
  const ids = new Uint32Array(count);
  let at = 0;
  present.each((id) => {
    ids[at++] = id;
  });
  return { ids, keys: new BigUint64Array(count) };
};

/** Ranks tells how many matching rows come before each block of a list. */
export type Ranks = Uint32Array<ArrayBuffer>;

/** Rows a block: a page looks through at most so many before its first row, and a filter's ranks take a kilobyte or two. */
const blockRows = 512;

/** The last block that has no more than `offset` matching rows before it. */
const blockOf = (ranks: Ranks, offset: number): number => {
  let low = 0;
  let high = ranks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((ranks[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
};

/**
 * Order keeps all ids sorted by one key: rows with a value by (value, id), then rows without one by id. Descending lists
 * read each of the two parts backwards, so rows without a value come last either way and the tie-break turns round too.
 */
export class Order {
  readonly #key: SortKey;
  readonly #columns: Columns;
  #ids = new Uint32Array(0);
  #isBuilt = false;
  /** How many of the ids have a value. */
  #valued = 0;

  constructor(key: SortKey, columns: Columns) {
    this.#key = key;
    this.#columns = columns;
  }

  /** isBuilt tells whether it was ever sorted. */
  get isBuilt(): boolean {
    return this.#isBuilt;
  }

  /** rebuild sorts everything anew. Several orders of the same rows share the room that sorting needs. */
  rebuild(room: SortingRoom = sortingRoom(this.#columns)): void {
    [this.#ids, this.#valued] = this.#sorted(room.ids, room.keys);
    this.#isBuilt = true;
  }

  /** merge puts the changed rows (ascending unique ids) where they now belong; the others keep their order. */
  merge(changed: Uint32Array, isChanged: Bitmap): void {
    const [fresh, freshValued] = this.#sorted(changed);
    const kept = this.#ids.filter((id) => !isChanged.has(id));
    const keptValued = this.#countValued(kept);
    const ids = new Uint32Array(kept.length + fresh.length);
    const valued = this.#interleave(ids, 0, kept.subarray(0, keptValued), fresh.subarray(0, freshValued));
    this.#interleave(ids, valued, kept.subarray(keptValued), fresh.subarray(freshValued));
    this.#ids = ids;
    this.#valued = valued;
  }

  /** page collects up to `limit` ids of `matches` after the position. Costs at most one look at each row. */
  page(
    matches: Bitmap,
    query: { readonly descending: boolean; readonly limit: number; readonly after?: Position },
  ): IdPage {
    const { descending, limit, after } = query;
    const found: number[] = [];
    let more = false;
    for (let at = this.#start(after, descending); at < this.#ids.length && !more; at++) {
      const id = this.#ids[descending ? this.#turned(at) : at] ?? 0;
      if (!matches.has(id)) continue;
      if (found.length < limit) found.push(id);
      else more = true;
    }
    const last = found.at(-1);
    return { ids: found, next: more && last !== undefined ? { value: this.#valueOf(last), id: last } : null };
  }

  /**
   * pageAt collects up to `limit` ids of `matches` after as many matching rows as `offset` says. `ranks` is what
   * `ranksOf` gave for the same rows and direction; null when every row matches.
   */
  pageAt(
    matches: Bitmap,
    ranks: Ranks | null,
    query: { readonly descending: boolean; readonly limit: number; readonly offset: number },
  ): IdPage {
    const { descending, limit, offset } = query;
    const found: number[] = [];
    let skip = offset;
    let more = false;
    let at = 0;
    if (ranks === null) {
      at = Math.min(offset, this.#ids.length);
      skip = 0;
    } else {
      const block = blockOf(ranks, offset);
      at = block * blockRows;
      skip -= ranks[block] ?? 0;
    }
    for (; at < this.#ids.length && !more; at++) {
      // A block without a match is passed over as a whole.
      if (ranks !== null && at % blockRows === 0) {
        const block = at / blockRows;
        if (ranks[block] === ranks[block + 1]) {
          at += blockRows - 1;
          continue;
        }
      }
      const id = this.#ids[descending ? this.#turned(at) : at] ?? 0;
      if (!matches.has(id)) continue;
      if (skip > 0) skip--;
      else if (found.length < limit) found.push(id);
      else more = true;
    }
    const last = found.at(-1);
    return { ids: found, next: more && last !== undefined ? { value: this.#valueOf(last), id: last } : null };
  }

  /** ranksOf counts, for each block of the list, the matching rows before it; the last entry is the number of all. */
  ranksOf(matches: Bitmap, descending: boolean): Ranks {
    const blocks = Math.ceil(this.#ids.length / blockRows);
    const ranks = new Uint32Array(blocks + 1);
    let count = 0;
    for (let block = 0; block < blocks; block++) {
      ranks[block] = count;
      const end = Math.min((block + 1) * blockRows, this.#ids.length);
      for (let at = block * blockRows; at < end; at++)
        if (matches.has(this.#ids[descending ? this.#turned(at) : at] ?? 0)) count++;
    }
    ranks[blocks] = count;
    return ranks;
  }

  /** The place of the n-th row of a descending list, and the other way round: each of the two parts is read backwards. */
  #turned(at: number): number {
    return (at < this.#valued ? this.#valued : this.#valued + this.#ids.length) - 1 - at;
  }

  /** How many rows of the list come before the first one after the position. */
  #start(after: Position | undefined, descending: boolean): number {
    if (after === undefined) return 0;
    let low = after.value === noValue ? this.#valued : 0;
    let high = after.value === noValue ? this.#ids.length : this.#valued;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const id = this.#ids[middle] ?? 0;
      const difference = this.#valueOf(id) - after.value || id - after.id;
      if (difference < 0 || (difference === 0 && !descending)) low = middle + 1;
      else high = middle;
    }
    if (!descending) return low;
    return (after.value === noValue ? this.#valued + this.#ids.length : this.#valued) - low;
  }

  #valueOf(id: number): number {
    return this.#columns.sortValue(this.#key, id);
  }

  #countValued(ids: Uint32Array): number {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#valueOf(ids[middle] ?? 0) !== noValue) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Sorts ids of ascending order by packing (value, id) into 64 bits, which the run time sorts without a comparator. */
  #sorted(ids: Uint32Array, keys: BigUint64Array = new BigUint64Array(ids.length)): [Uint32Array<ArrayBuffer>, number] {
    const halves = new Uint32Array(keys.buffer);
    const result = new Uint32Array(ids.length);
    let valued = 0;
    for (const id of ids) {
      const value = this.#valueOf(id);
      if (value === noValue) continue;
      halves[valued * 2] = ((value % 1024) << 22) | id;
      halves[valued * 2 + 1] = Math.floor(value / 1024);
      valued++;
    }
    keys.subarray(0, valued).sort();
    for (let at = 0; at < valued; at++) result[at] = (halves[at * 2] ?? 0) & maximumId;
    let rest = valued;
    if (rest < ids.length) for (const id of ids) if (this.#valueOf(id) === noValue) result[rest++] = id;
    return [result, valued];
  }

  /** Merges two sorted runs into `into` from `offset`; returns the index after the last id written. */
  #interleave(into: Uint32Array, offset: number, left: Uint32Array, right: Uint32Array): number {
    let at = offset;
    let l = 0;
    let r = 0;
    while (r < right.length) {
      const id = right[r] ?? 0;
      const value = this.#valueOf(id);
      while (l < left.length) {
        const other = left[l] ?? 0;
        if ((this.#valueOf(other) - value || other - id) > 0) break;
        into[at++] = other;
        l++;
      }
      into[at++] = id;
      r++;
    }
    into.set(left.subarray(l), at);
    return at + left.length - l;
  }
}
