import { parseCveIdPrefix } from '../cve-id.ts';

/** A word to look up in the text index: letters and digits only, folded to lower case. */
export interface SearchWord {
  readonly word: string;
  readonly prefix: boolean;
}

/** What a text query asks for. All of it must hold. */
export interface TextQuery {
  readonly words: readonly SearchWord[];
  /** CVE ids or beginnings of ids, upper case. */
  readonly ids: readonly { readonly text: string; readonly prefix: boolean }[];
  /** True when the text has no letter and no digit: no record can hold its words. */
  readonly empty: boolean;
}

/** Words that nearly every description holds; a query with any other word drops them. */
const stopWords = new Set(
  'a an and are as at be by can for from has in is it its may of on or that the this to was which with'.split(' '),
);

/** More distinct words than this narrow nothing any more; the rest is not looked at. */
const maximumWords = 32;
/** Only so much of the text is read, which bounds the work on hostile input. */
const maximumCharacters = 2048;
/** A shorter beginning would match nearly every record and is taken as a whole word. */
const minimumPrefixCharacters = 3;

const separators = /[^\p{L}\p{N}\p{Co}]+/u;

/**
 * parseText takes user text apart. Nothing in it is syntax but blanks between words and a `*` at a word's end: quotes,
 * operators, punctuation and NUL only separate words. The first 2,048 characters and 32 distinct words count.
 */
export const parseText = (text: string): TextQuery => {
  const words = new Map<string, SearchWord>();
  const ids = new Map<string, { text: string; prefix: boolean }>();
  for (const part of text.slice(0, maximumCharacters).split(/\s+/u)) {
    const bare = part.replace(/^[^\p{L}\p{N}]+/u, '').replace(/[^\p{L}\p{N}*-]+$/u, '');
    const idText = parseCveIdPrefix(bare.replace(/\*+$/u, ''));
    if (idText !== null) {
      ids.set(`${idText}${bare.endsWith('*') ? '*' : ''}`, { text: idText, prefix: bare.endsWith('*') });
      continue;
    }
    const pieces = fold(part)
      .split(separators)
      .filter((piece) => piece !== '');
    const open = /\*["')\]}]*$/u.test(part);
    for (const [at, piece] of pieces.entries()) {
      const prefix = open && at === pieces.length - 1 && piece.length >= minimumPrefixCharacters;
      words.set(prefix ? `${piece}*` : piece, { word: piece, prefix });
    }
  }
  const empty = words.size === 0 && ids.size === 0;
  const telling = [...words.values()].filter(({ word, prefix }) => prefix || !stopWords.has(word));
  const kept = telling.length > 0 || ids.size > 0 ? telling : [...words.values()];
  return { words: kept.slice(0, maximumWords), ids: [...ids.values()].slice(0, maximumWords), empty };
};

/** Lower case without diacritics, as the index's tokenizer folds. */
const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC')
    .toLowerCase();

/** matchExpression writes words in the index's query language; each is quoted, so none can be an operator. */
export const matchExpression = (words: readonly SearchWord[]): string =>
  words.map(({ word, prefix }) => (prefix ? `"${word}"*` : `"${word}"`)).join(' ');
