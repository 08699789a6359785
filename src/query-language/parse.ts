import { Cursor } from './cursor.ts';
import { QueryRefusal, type QueryNode, type Term } from './types.ts';

/** Parentheses inside parentheses: deeper than any question of a person, shallow enough for any stack. */
const depthMax = 16;

/**
 * parseQueryText reads a query: terms joined by OR, AND (which binds tighter) and NOT (tighter still), with parentheses.
 * Throws `QueryRefusal`.
 */
export const parseQueryText = (text: string, limits: { readonly termsMax: number }): QueryNode => {
  const cursor = new Cursor(text);
  let terms = 0;
  let depth = 0;

  const list = (kind: 'all' | 'any', word: 'AND' | 'OR', member: () => QueryNode): QueryNode => {
    const first = member();
    const of = [first];
    while (cursor.takeWord(word)) of.push(member());
    return of.length === 1 ? first : { kind, of };
  };
  const any = (): QueryNode => list('any', 'OR', all);
  const all = (): QueryNode => list('all', 'AND', negated);

  const negated = (): QueryNode => {
    let isNegated = false;
    while (cursor.takeWord('NOT')) isNegated = !isNegated;
    const of = operand();
    return isNegated ? { kind: 'not', of } : of;
  };

  const operand = (): QueryNode => {
    const { position } = cursor;
    if (!cursor.take('(')) return term();
    if (depth >= depthMax) throw new QueryRefusal(`Parentheses are nested deeper than ${depthMax}`, position);
    depth += 1;
    const inner = any();
    depth -= 1;
    if (!cursor.take(')')) throw expected('a closing parenthesis, AND or OR');
    return inner;
  };

  const term = (): Term => {
    const { position } = cursor;
    for (const keyword of ['AND', 'OR']) {
      if (cursor.takeWord(keyword)) throw new QueryRefusal(`Expected a condition instead of '${keyword}'`, position);
    }
    const word = cursor.word();
    if (word.text === '' && !word.isQuoted) throw expected('a condition');
    terms += 1;
    if (terms > limits.termsMax) throw new QueryRefusal(`There are more than ${limits.termsMax} conditions`, position);
    const operator = word.isQuoted ? null : cursor.operator();
    if (operator === null) return { kind: 'term', position, field: null, value: { text: word.text, position } };
    const valuePosition = cursor.position;
    const value = cursor.value();
    if (value === '') throw expected(`a value for ${word.text}`);
    return {
      kind: 'term',
      position,
      field: { name: word.text, operator },
      value: { text: value, position: valuePosition },
    };
  };

  const expected = (what: string): QueryRefusal =>
    new QueryRefusal(
      cursor.isAtEnd ? `The query ends where ${what} is expected` : `Expected ${what} instead of ${cursor.rest()}`,
      cursor.position,
    );

  const query = any();
  if (!cursor.isAtEnd) throw expected('AND or OR');
  return query;
};
