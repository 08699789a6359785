import { QueryRefusal, quoted, type Operator } from './types.ts';

const blank = /\s/u;
/** A word in front of an operator, or alone: up to a blank, a parenthesis, a quote or an operator. */
const wordEnd = /[\s()"'<>=!:]/u;
/** A value may hold what operators are made of: `2024-01-01T00:00:00Z`. */
const valueEnd = /[\s()"]/u;
const operators: readonly Operator[] = ['!:', '!=', '>=', '<=', ':', '=', '>', '<'];
const quotes = new Set(['"', "'"]);

/** Cursor walks through the text of a query. */
export class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next character that is not blank, counted from 0; the length of the text at its end. */
  get position(): number {
    while (this.#at < this.#text.length && blank.test(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.position >= this.#text.length;
  }

  /** take goes past `text` when that stands here. */
  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.position)) return false;
    this.#at += text.length;
    return true;
  }

  /** takeWord goes past a word that is no value, such as AND, in any letter case. */
  takeWord(word: string): boolean {
    const start = this.position;
    const found = this.#run(wordEnd);
    if (found.toUpperCase() === word && !this.#isFollowedByOperator()) return true;
    this.#at = start;
    return false;
  }

  /** operator reads a comparison; null when none stands here. */
  operator(): Operator | null {
    return operators.find((operator) => this.take(operator)) ?? null;
  }

  /** word reads a bare or quoted word in front of an operator, or alone. */
  word(): { readonly text: string; readonly isQuoted: boolean } {
    return this.#read(wordEnd);
  }

  /** value reads what stands behind an operator. */
  value(): string {
    return this.#read(valueEnd).text;
  }

  /** rest shows what stands here, for a message. */
  rest(): string {
    const start = this.position;
    const text = this.#run(blank);
    this.#at = start;
    return quoted(text);
  }

  #isFollowedByOperator(): boolean {
    const start = this.#at;
    const found = this.operator() !== null;
    this.#at = start;
    return found;
  }

  #read(end: RegExp): { readonly text: string; readonly isQuoted: boolean } {
    const mark = this.#text.charAt(this.position);
    return quotes.has(mark)
      ? { text: this.#quotedText(mark), isQuoted: true }
      : { text: this.#run(end), isQuoted: false };
  }

  #run(end: RegExp): string {
    const start = this.position;
    while (this.#at < this.#text.length && !end.test(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  /** Inside quotes a backslash stands before the quote or before another backslash; anywhere else it is itself. */
  #quotedText(mark: string): string {
    const start = this.#at;
    this.#at += 1;
    let text = '';
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      const next = this.#text.charAt(this.#at + 1);
      this.#at += 1;
      if (character === mark) return text;
      if (character === '\\' && (next === mark || next === '\\')) {
        text += next;
        this.#at += 1;
      } else text += character;
    }
    throw new QueryRefusal(`The quote is not closed`, start);
  }
}
