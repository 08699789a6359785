import { DatabaseSync } from 'node:sqlite';
import { isQueryError, numberOf, prepareQuery, textOf, textOrNull } from './read-connection.ts';

/** The texts of a record that can be searched for a piece. */
export type TextField = 'title' | 'description';

/**
 * TextStore reads the texts of records, and the words that the text index has taken them apart into. Lists of ids are JSON
 * arrays as text.
 */
export interface TextStore {
  /** The distinct words of the index, one a line, part by part; the parts together end each word with a line feed. */
  eachWords(take: (lines: string) => void): void;
  /** Words of the titles and descriptions that changed after a revision: at least those that are new. */
  wordsSince(revision: number): string[];
  changedSince(revision: number): number;
  /** Of the records whose text has the word, which is one of the index. */
  withWord(field: TextField, word: string): string;
  withWordPrefix(field: TextField, prefix: string): string;
  withAny(field: TextField): string;
  /** Of all records whose text holds the piece; ASCII letters compare without case, `piece` has them in lower case. */
  holding(field: TextField, piece: string): string;
  /** The same among the given ids. */
  holdingAmong(field: TextField, piece: string, ids: string): string;
  eachText(field: TextField, ids: string, take: (id: number, text: string) => void): void;
}

const wordsAPart = 20_000;

export const createTextStore = (database: DatabaseSync): TextStore => {
  const wordsAfter = prepareQuery(
    database,
    `select group_concat(term, char(10)), max(term) from (select term from record_term where term > ? limit ${wordsAPart})`,
  );
  const changedCount = prepareQuery(database, 'select count(*) from record where revision > ?');
  const changedTexts = prepareQuery(
    database,
    `select coalesce(title, ''), coalesce(description, '') from record join record_body body on body.id = record.id
     where revision > ?`,
  );
  const matching = prepareQuery(database, 'select json_group_array(rowid) from record_text where record_text match ?');
  const perField = (sql: (field: TextField) => string) => {
    const queries = {
      title: prepareQuery(database, sql('title')),
      description: prepareQuery(database, sql('description')),
    };
    return (field: TextField, ...parameters: string[]): string => textOf(queries[field].first(...parameters)?.[0]);
  };
  const texts = {
    title: prepareQuery(database, textsOf('title')),
    description: prepareQuery(database, textsOf('description')),
  };
  const match = (expression: string): string => {
    try {
      return textOf(matching.first(expression)?.[0]);
    } catch (error) {
      // A word that the index's own tables take apart is no word of it.
      if (isQueryError(error)) return '[]';
      throw error;
    }
  };
  return {
    eachWords: (take) => {
      for (let after = ''; ;) {
        const row = wordsAfter.first(after);
        const last = textOrNull(row?.[1]);
        if (last === null) return;
        take(`${textOf(row?.[0])}\n`);
        after = last;
      }
    },
    wordsSince: (revision) => tokenise(changedTexts.all(revision).flatMap((row) => [textOf(row[0]), textOf(row[1])])),
    changedSince: (revision) => numberOf(changedCount.first(revision)?.[0]),
    withWord: (field, word) => match(`${field} : "${word}"`),
    withWordPrefix: (field, prefix) => match(`${field} : "${prefix}"*`),
    withAny: perField((field) => `select json_group_array(id) from record_body where ${field} is not null`),
    holding: perField((field) => `select json_group_array(id) from record_body where instr(lower(${field}), ?)`),
    holdingAmong: perField(
      (field) => `select json_group_array(body.id) from record_body body
        where body.id in (select value from json_each(?2)) and instr(lower(body.${field}), ?1)`,
    ),
    eachText: (field, ids, take) => {
      for (const row of texts[field].all(ids)) take(numberOf(row[0]), textOf(row[1]));
    },
  };
};

const textsOf = (field: TextField): string =>
  `select id, ${field} from record_body where id in (select value from json_each(?)) and ${field} is not null`;

/** An index of its own, in memory, takes texts apart exactly as the catalogue's does. */
const tokenise = (texts: readonly string[]): string[] => {
  const database = new DatabaseSync(':memory:');
  try {
    database.exec(`create virtual table words using fts5 (text, content='', detail=none, tokenize='unicode61');
      create virtual table word using fts5vocab (words, row)`);
    const add = database.prepare('insert into words (text) values (?)');
    database.exec('begin');
    for (const text of texts) add.run(text);
    database.exec('commit');
    return prepareQuery(database, 'select term from word')
      .all()
      .map((row) => textOf(row[0]));
  } finally {
    database.close();
  }
};
