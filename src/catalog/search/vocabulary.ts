import type { TextStore } from '../store/read-text-store.ts';

/** Up to so many changed records add their words; beyond, all words are read anew when they are next asked for. */
const mergeLimit = 2_000;
/** Added words are kept apart until they are so many. */
const addedLimit = 20_000;
const lineFeed = 10;

/**
 * Vocabulary is the distinct words of the text index in one buffer, a line each, read at the first question. It may hold
 * words that no record has any more, but lacks none.
 */
export class Vocabulary {
  readonly #store: TextStore;
  /** Each word between line feeds, in UTF-8. */
  #lines: Buffer | null = null;
  readonly #added = new Set<string>();
  #addedLines = Buffer.from('\n');
  #revision = -1;

  constructor(store: TextStore) {
    this.#store = store;
  }

  /** refresh brings the words up to the revision. */
  refresh(revision: number): void {
    if (revision === this.#revision) return;
    const mergeable =
      this.#lines !== null && revision > this.#revision && this.#store.changedSince(this.#revision) <= mergeLimit;
    if (mergeable) {
      for (const word of this.#store.wordsSince(this.#revision)) this.#added.add(word);
      this.#addedLines = Buffer.from(`\n${[...this.#added].join('\n')}\n`);
    }
    if (!mergeable || this.#added.size > addedLimit) this.#load();
    this.#revision = revision;
  }

  /** forget makes the next refresh read everything anew. */
  forget(): void {
    this.#revision = -1;
    this.#lines = null;
  }

  /**
   * wordsWith returns the words that contain the piece (lower case ASCII letters and digits), or end with it; null when
   * they are more than `limit`.
   */
  wordsWith(piece: string, atEnd: boolean, limit: number): readonly string[] | null {
    const found = new Set<string>();
    const sought = Buffer.from(atEnd ? `${piece}\n` : piece);
    for (const lines of [this.#lines, this.#addedLines]) {
      if (lines === null) continue;
      for (let at = lines.indexOf(sought); at !== -1;) {
        const start = lines.lastIndexOf(lineFeed, at) + 1;
        const end = lines.indexOf(lineFeed, at);
        found.add(lines.toString('utf8', start, end));
        if (found.size > limit) return null;
        at = lines.indexOf(sought, end);
      }
    }
    return [...found];
  }

  #load(): void {
    const parts: Buffer[] = [Buffer.from('\n')];
    this.#store.eachWords((lines) => parts.push(Buffer.from(lines)));
    this.#lines = Buffer.concat(parts);
    this.#added.clear();
    this.#addedLines = Buffer.from('\n');
  }
}
