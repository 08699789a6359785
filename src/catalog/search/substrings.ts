import { foldText, hasFoldingLetters } from '../record/folding.ts';
import { eachInteger } from '../store/read-index-store.ts';
import type { TextField, TextStore } from '../store/read-text-store.ts';
import { Bitmap } from './bitmap.ts';
import type { Columns } from './columns.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Looking up more words than this takes longer than reading all texts. */
const maximumWords = 2_500;
/** Reading more texts than this one by one takes longer than reading all of them in a row. */
const maximumCandidates = 60_000;
/** Ids that one statement gets. */
const chunk = 8192;

const letterAt = (text: string, at: number): boolean => /^[a-z0-9]$/.test(text.charAt(at));

/** A run of ASCII letters and digits in what is looked for; it begins, or ends, a word when a separator stands there. */
interface Piece {
  readonly text: string;
  readonly begins: boolean;
  readonly ends: boolean;
}

/** Rows whose texts the index does not know well enough, of one state of the catalogue. */
interface Doubtful {
  readonly columns: Columns;
  readonly revision: number;
  readonly foreign: Bitmap;
  readonly long: Bitmap;
}

/**
 * Substrings finds the records whose text holds a piece of text, or equals one, in any letter case, exactly.
 *
 * The words of the index narrow it down: a run of letters and digits lies inside one word of the text, and where a
 * separator follows, the word ends with it. For texts of ASCII letters a single run is then found; everything else is looked
 * at. Texts with letters beyond ASCII are always looked at, because the index folds those its own way.
 */
export class Substrings {
  readonly #store: TextStore;
  readonly #vocabulary: Vocabulary;
  #revision = -1;
  #doubtful: Doubtful | null = null;

  constructor(store: TextStore, vocabulary: Vocabulary) {
    this.#store = store;
    this.#vocabulary = vocabulary;
  }

  /** at says of which revision the catalogue is now. */
  at(revision: number): void {
    this.#revision = revision;
  }

  find(field: TextField, text: string, match: 'contains' | 'exact', columns: Columns): Bitmap {
    const sought = foldText(text);
    // No stored text is empty, or has a NUL or half a character.
    if (!text.isWellFormed() || sought.includes('\0')) return new Bitmap(columns.size);
    if (match === 'exact' && sought === '') return new Bitmap(columns.size);
    if (match === 'exact') return this.#equal(field, sought, this.#holding(field, sought, columns));
    return this.#holding(field, sought, columns);
  }

  #holding(field: TextField, sought: string, columns: Columns): Bitmap {
    if (sought === '') return this.#bitmap(columns.size, this.#store.withAny(field));
    const isForeign = hasFoldingLetters(sought);
    const pieces = piecesOf(sought);
    const candidates = this.#candidates(field, pieces, columns.size);
    const { foreign, long } = this.#doubtfulRows(columns);
    if (candidates === null) {
      // Only texts with such letters can hold one.
      if (isForeign) return this.#lookedAt(field, sought, foreign.copy());
      const rows = this.#bitmap(columns.size, this.#store.holding(field, sought));
      return this.#corrected(field, sought, rows, foreign);
    }
    const doubtful = candidates.copy();
    doubtful.keep(foreign);
    doubtful.include(long);
    if (isForeign) return this.#lookedAt(field, sought, doubtful);
    candidates.remove(foreign);
    const [first] = pieces;
    if (first?.text !== sought) this.#keepHolding(field, sought, candidates);
    candidates.include(this.#lookedAt(field, sought, doubtful));
    return candidates;
  }

  /** What a plain scan found, with the texts looked at that it may see otherwise. */
  #corrected(field: TextField, sought: string, rows: Bitmap, foreign: Bitmap): Bitmap {
    rows.remove(foreign);
    rows.include(this.#lookedAt(field, sought, foreign.copy()));
    return rows;
  }

  /** The rows in whose text all pieces occur as words or parts of words; null when that would narrow nothing down. */
  #candidates(field: TextField, pieces: readonly Piece[], size: number): Bitmap | null {
    let rows: Bitmap | null = null;
    for (const piece of pieces) {
      const found = this.#withPiece(field, piece, size);
      if (found === null) continue;
      if (rows === null) rows = found;
      else rows.keep(found);
    }
    return rows;
  }

  #withPiece(field: TextField, { text, begins, ends }: Piece, size: number): Bitmap | null {
    if (begins && ends) return this.#bitmap(size, this.#store.withWord(field, text));
    if (begins) return this.#bitmap(size, this.#store.withWordPrefix(field, text));
    this.#vocabulary.refresh(this.#revision);
    const words = this.#vocabulary.wordsWith(text, ends, maximumWords);
    if (words === null) return null;
    const rows = new Bitmap(size);
    for (const word of words) eachInteger(this.#store.withWord(field, word), (id) => rows.add(id));
    return rows;
  }

  /** Keeps the rows of plain texts that hold what is looked for. */
  #keepHolding(field: TextField, sought: string, rows: Bitmap): void {
    const { size } = rows;
    if (rows.count() > maximumCandidates) {
      rows.keep(this.#bitmap(size, this.#store.holding(field, sought)));
      return;
    }
    const found = new Bitmap(size);
    for (const ids of chunksOf(rows)) eachInteger(this.#store.holdingAmong(field, sought, ids), (id) => found.add(id));
    rows.keep(found);
  }

  /** The rows among these whose folded text holds what is looked for. */
  #lookedAt(field: TextField, sought: string, rows: Bitmap): Bitmap {
    const found = new Bitmap(rows.size);
    for (const ids of chunksOf(rows)) {
      this.#store.eachText(field, ids, (id, text) => {
        if (foldText(text).includes(sought)) found.add(id);
      });
    }
    return found;
  }

  #equal(field: TextField, sought: string, rows: Bitmap): Bitmap {
    const found = new Bitmap(rows.size);
    for (const ids of chunksOf(rows)) {
      this.#store.eachText(field, ids, (id, text) => {
        if (foldText(text) === sought) found.add(id);
      });
    }
    return found;
  }

  #doubtfulRows(columns: Columns): Doubtful {
    if (this.#doubtful?.columns !== columns || this.#doubtful.revision !== this.#revision) {
      const foreign = new Bitmap(columns.size);
      const long = new Bitmap(columns.size);
      columns.present.each((id) => {
        const traits = (columns.flags[id] ?? 0) >>> 14;
        if (traits !== 0) foreign.add(id);
        if (traits >= 2) long.add(id);
      });
      this.#doubtful = { columns, revision: this.#revision, foreign, long };
    }
    return this.#doubtful;
  }

  #bitmap(size: number, ids: string): Bitmap {
    const rows = new Bitmap(size);
    eachInteger(ids, (id) => rows.add(id));
    return rows;
  }
}

/** Pieces end at ASCII separators; beside a character beyond ASCII nothing is known about where words end. */
const piecesOf = (sought: string): readonly Piece[] => {
  const found: Piece[] = [];
  for (const match of sought.matchAll(/[a-z0-9]+/g)) {
    const end = match.index + match[0].length;
    found.push({
      text: match[0],
      begins: match.index > 0 && isSeparator(sought, match.index - 1),
      ends: end < sought.length && isSeparator(sought, end),
    });
  }
  return found;
};

const isSeparator = (text: string, at: number): boolean => text.charCodeAt(at) < 128 && !letterAt(text, at);

/** JSON arrays of the ids, a few thousand each. */
function* chunksOf(rows: Bitmap): Generator<string> {
  let ids: number[] = [];
  const chunks: string[] = [];
  rows.each((id) => {
    ids.push(id);
    if (ids.length === chunk) {
      chunks.push(JSON.stringify(ids));
      ids = [];
    }
  });
  yield* chunks;
  if (ids.length > 0) yield JSON.stringify(ids);
}
