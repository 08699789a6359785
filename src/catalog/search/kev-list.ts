import type { KevRow } from '../store/read-page-store.ts';
import type { KevQuery, Position } from '../types.ts';

/** A page of KEV entries by CVE id. */
export interface KevIdPage {
  readonly cveIds: readonly string[];
  readonly total: number;
  readonly next: Position | null;
}

interface Placed {
  readonly row: KevRow;
  readonly position: Position;
}

/** KevList is the KEV catalogue sorted by day added, then by CVE id; it has a few thousand entries, so it is simply scanned. */
export class KevList {
  readonly #oldestFirst: readonly Placed[];
  readonly #newestFirst: readonly Placed[];

  constructor(rows: readonly KevRow[]) {
    this.#oldestFirst = rows
      .map((row) => ({ row, position: { value: row.addedMs, id: idNumber(row.cveId) } }))
      .toSorted((a, b) => compare(a.position, b.position));
    this.#newestFirst = this.#oldestFirst.toReversed();
  }

  page(query: KevQuery): KevIdPage {
    const words = wordsOf(query.text ?? '');
    const { ransomware, after, limit, addedFromMs = -Infinity, addedToMs = Infinity } = query;
    const matching = (query.ascending === true ? this.#oldestFirst : this.#newestFirst).filter(
      ({ row }) =>
        (ransomware === undefined || row.ransomware === ransomware) &&
        row.addedMs >= addedFromMs &&
        row.addedMs <= addedToMs &&
        words.every((word) => row.words.includes(word)),
    );
    const direction = query.ascending === true ? 1 : -1;
    const rest =
      after === undefined ? matching : matching.filter(({ position }) => compare(position, after) * direction > 0);
    const page = rest.slice(0, limit);
    return {
      cveIds: page.map(({ row }) => row.cveId),
      total: matching.length,
      next: rest.length > limit ? (page.at(-1)?.position ?? null) : null,
    };
  }
}

/** Only so many words, and characters, of a query are looked at. */
const wordsOf = (text: string): string[] =>
  text
    .slice(0, 2048)
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '')
    .slice(0, 32);

const compare = (a: Position, b: Position): number => a.value - b.value || a.id - b.id;

/** Year and number of a CVE id as one number that sorts as the id does. KEV entries may have no record, so no record id. */
const idNumber = (cveId: string): number => {
  const [, year, number] = cveId.split('-');
  return Number(year) * 1e12 + Math.min(Number(number), 1e12 - 1);
};
