/**
 * Every batch writes the rows of its callers, and a commit writes whole pages. Among a million stored rows those of a
 * thousand active callers lie on a thousand pages, unless they are brought together: a row that lies far behind the newest
 * ones moves up when it is written, so that what is active lies side by side however much is stored.
 */
import type { DatabaseSync } from 'node:sqlite';

/** How many places behind the newest row one may lie. */
const reach = 16_384;
/**
 * A move costs several writes, and with more active rows than `reach` there would be no end of it: so many are saved up, for
 * callers that all come at once, and so many are added a batch.
 */
const movesSaved = 4096;
const movesABatch = 8;

export interface HotRows {
  /** forget drops what is known of the places; for when another connection may have changed them. */
  forget(): void;
  /** begin starts a batch. */
  begin(): void;
  /** placeOf returns the `rowid` of a row, in the transaction that writes it, or undefined when there is none. */
  placeOf(key: string): number | undefined;
}

/** createHotRows looks after a table with a `rowid` and a unique text column. */
export const createHotRows = (
  database: DatabaseSync,
  table: 'meters' | 'credential_activity',
  column: string,
): HotRows => {
  const select = database.prepare(`select rowid as place from ${table} where ${column} = ?`);
  const selectNewest = database.prepare(`select coalesce(max(rowid), 0) as place from ${table}`);
  const move = database.prepare(`update ${table} set rowid = ? where rowid = ?`);
  const places = new Map<string, number>();
  let newest: number | null = null;
  let movesLeft = movesSaved;

  const placed = (key: string, place: number): number => {
    newest ??= Number(selectNewest.get()?.['place']);
    if (place > newest - reach || movesLeft === 0) return place;
    movesLeft -= 1;
    newest += 1;
    move.run(newest, place);
    places.set(key, newest);
    return newest;
  };

  return {
    forget: () => {
      places.clear();
      newest = null;
    },
    begin: () => {
      movesLeft = Math.min(movesSaved, movesLeft + movesABatch);
    },
    placeOf: (key) => {
      const known = places.get(key);
      if (known !== undefined) return placed(key, known);
      const row = select.get(key);
      if (row === undefined) return undefined;
      const place = Number(row['place']);
      places.set(key, place);
      return placed(key, place);
    },
  };
};
