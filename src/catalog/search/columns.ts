import { fail } from '../../kernel/index.ts';
import type { SortKey } from '../types.ts';
import { Bitmap } from './bitmap.ts';

/** One row as the store reads it. Units of `catalog/schema.ts`; -1 (times: NaN) where the catalogue has no value. */
export interface IndexRow {
  readonly id: number;
  /** Packed as `store/read-flags.ts` says. */
  readonly flags: number;
  readonly score: number;
  readonly scoreV2: number;
  readonly scoreV30: number;
  readonly scoreV31: number;
  readonly scoreV40: number;
  readonly epss: number;
  readonly publishedMs: number;
  readonly modifiedMs: number;
  readonly assignerId: number;
}

/** Sort keys of ids: the years from 1980 on in steps of 2^35, which is more than any number so far. */
export const idYearOrigin = 1980;
export const idNumberLimit = 2 ** 35;

/** Ids take 22 bits of a packed sort key: room for 4.1 million records, ten times what exists. */
export const maximumId = 2 ** 22 - 1;

/** Sort keys have 42 bits: times count from 1980 and end in 2119; a time outside is sorted as the nearest inside. */
const timeOrigin = Date.UTC(1980, 0, 1);
const maximumSortValue = 2 ** 42 - 1;

/** Stands for "no value" as a sort value. Such rows come last in both directions. */
export const noValue = -1;

/** Columns holds what lists filter and sort by: one typed array a column, indexed by `record.id`. About 38 bytes a row. */
export class Columns {
  flags = new Uint16Array(0);
  score = new Int8Array(0);
  scoreV2 = new Int8Array(0);
  scoreV30 = new Int8Array(0);
  scoreV31 = new Int8Array(0);
  scoreV40 = new Int8Array(0);
  epss = new Int32Array(0);
  published = new Float64Array(0);
  modified = new Float64Array(0);
  assigner = new Uint32Array(0);
  /** Year and number of the CVE id as one number. Empty until somebody sorts by it. */
  idOrder = new Float64Array(0);
  present = new Bitmap(0);
  /** Rows present. */
  count = 0;

  get size(): number {
    return this.flags.length;
  }

  /** reserve makes room for ids up to `id`, with some to spare. */
  reserve(id: number): void {
    if (id > maximumId) {
      throw fail('catalog.unavailable', { internal: `record id ${id} is beyond what the search index can hold` });
    }
    if (id < this.size) return;
    const size = Math.min(maximumId + 1, Math.ceil(((id + 1) * 1.05 + 2048) / 32) * 32);
    this.flags = grow(new Uint16Array(size), this.flags);
    this.score = grow(new Int8Array(size), this.score);
    this.scoreV2 = grow(new Int8Array(size), this.scoreV2);
    this.scoreV30 = grow(new Int8Array(size), this.scoreV30);
    this.scoreV31 = grow(new Int8Array(size), this.scoreV31);
    this.scoreV40 = grow(new Int8Array(size), this.scoreV40);
    this.epss = grow(new Int32Array(size), this.epss);
    this.published = grow(new Float64Array(size), this.published);
    this.modified = grow(new Float64Array(size), this.modified);
    this.assigner = grow(new Uint32Array(size), this.assigner);
    const present = new Bitmap(size);
    present.words.set(this.present.words);
    this.present = present;
  }

  set(row: IndexRow): void {
    const { id } = row;
    this.reserve(id);
    this.flags[id] = row.flags;
    this.score[id] = row.score;
    this.scoreV2[id] = row.scoreV2;
    this.scoreV30[id] = row.scoreV30;
    this.scoreV31[id] = row.scoreV31;
    this.scoreV40[id] = row.scoreV40;
    this.epss[id] = row.epss;
    this.published[id] = row.publishedMs;
    this.modified[id] = row.modifiedMs;
    this.assigner[id] = row.assignerId;
    if (!this.present.has(id)) {
      this.present.add(id);
      this.count++;
    }
  }

  /** sortValue returns a whole number of 0 to 2^42-1, or `noValue`. Severity sorts by severity, then by score. */
  sortValue(key: SortKey, id: number): number {
    switch (key) {
      case 'severity': {
        const severity = ((this.flags[id] ?? 0) >>> 2) & 7;
        const score = this.score[id] ?? noValue;
        return severity === 0 && score < 0 ? noValue : severity * 1000 + Math.max(score, 0);
      }
      case 'cvss':
        return Math.max(
          this.scoreV2[id] ?? noValue,
          this.scoreV30[id] ?? noValue,
          this.scoreV31[id] ?? noValue,
          this.scoreV40[id] ?? noValue,
        );
      case 'epss':
        return this.epss[id] ?? noValue;
      case 'cve_id':
        return this.idOrder[id] ?? noValue;
      case 'published':
        return timeValue(this.published[id]);
      case 'modified':
        return timeValue(this.modified[id]);
    }
  }
}

const timeValue = (ms: number | undefined): number =>
  ms === undefined || Number.isNaN(ms) ? noValue : Math.min(Math.max(Math.trunc(ms) - timeOrigin, 0), maximumSortValue);

const grow = <Column extends { set(from: Column): void }>(wider: Column, from: Column): Column => {
  wider.set(from);
  return wider;
};
