import type { KevPosition, KevQuery } from '../types.ts';
import type { KevRow } from '../store/read-page-store.ts';

/** A page of KEV entries by CVE id. */
export interface KevIdPage {
  readonly cveIds: readonly string[];
  readonly total: number;
  readonly next: KevPosition | null;
}

/** KevList is the KEV catalogue sorted by day added, then by CVE id; it has a few thousand entries, so it is simply scanned. */
export class KevList {
  readonly #rows: readonly KevRow[];

  constructor(rows: readonly KevRow[]) {
    this.#rows = rows.toSorted(byDay);
  }

  page(query: KevQuery): KevIdPage {
    const words = (query.text ?? '').toLowerCase().split(/\s+/u).filter((word) => word !== '').slice(0, 32);
    const matching = this.#rows.filter(
      (row) =>
        (query.ransomware === undefined || row.ransomware === query.ransomware) &&
        row.addedMs >= (query.addedFromMs ?? -Infinity) &&
        row.addedMs <= (query.addedToMs ?? Infinity) &&
        words.every((word) => row.words.includes(word)),
    );
    const { after } = query;
    const direction = query.descending ? -1 : 1;
    const ordered = query.descending ? matching.toReversed() : matching;
    const start = after === undefined ? 0 : ordered.findIndex((row) => byDay(row, after) * direction > 0);
    const rows = start < 0 ? [] : ordered.slice(start, start + query.limit);
    const last = rows.at(-1);
    const more = start >= 0 && start + rows.length < ordered.length;
    return {
      cveIds: rows.map((row) => row.cveId),
      total: matching.length,
      next: more && last !== undefined ? { addedMs: last.addedMs, cveId: last.cveId } : null,
    };
  }
}

const byDay = (a: KevPosition, b: KevPosition): number =>
  a.addedMs - b.addedMs || (a.cveId < b.cveId ? -1 : a.cveId > b.cveId ? 1 : 0);
