import { createHash } from 'node:crypto';
import { fail } from '../../kernel/index.ts';
import type { Expression } from '../types.ts';

/** A condition that has no other conditions inside. */
export type Leaf = Exclude<Expression, { readonly kind: 'all' | 'any' | 'not' }>;

const maximumParts = 20_000;
const maximumDepth = 64;
const maximumCharacters = 65_536;
const maximumIds = 100_000;
/** A longer key is replaced by its digest: keys are kept beside what they stand for. */
const longestKey = 256;

/** checkExpression refuses what is too large to be answered. Throws `request.invalid_parameter`. */
export const checkExpression = (expression: Expression): void => {
  let parts = 0;
  const visit = (part: Expression, depth: number): void => {
    if (++parts > maximumParts) throw refused(`at most ${maximumParts} parts`);
    if (depth > maximumDepth) throw refused(`at most ${maximumDepth} conditions inside each other`);
    if (part.kind === 'all' || part.kind === 'any') for (const inner of part.of) visit(inner, depth + 1);
    else if (part.kind === 'not') visit(part.of, depth + 1);
    else checkLeaf(part);
  };
  visit(expression, 1);
};

const checkLeaf = (leaf: Leaf): void => {
  for (const value of Object.values(leaf)) {
    if (typeof value === 'number' && !Number.isFinite(value)) throw refused('finite numbers');
    if (typeof value === 'string' && value.length > maximumCharacters)
      throw refused(`texts of at most ${maximumCharacters} characters`);
  }
  if (leaf.kind === 'ids' && leaf.cveIds.length > maximumIds) throw refused(`at most ${maximumIds} ids in a list`);
};

const refused = (constraint: string) =>
  fail('request.invalid_parameter', {
    message: `Invalid where: must have ${constraint}`,
    detail: { parameter: 'where', constraint },
  });

/** expressionKey is the same text for the same condition. */
export const expressionKey = (expression: Expression): string => shortened(JSON.stringify(formOf(expression)));

/** Leaves as their members in the order of the names, whatever order they were written in. */
const formOf = (expression: Expression): readonly unknown[] => {
  if (expression.kind === 'all' || expression.kind === 'any') return [expression.kind, ...expression.of.map(formOf)];
  if (expression.kind === 'not') return ['not', formOf(expression.of)];
  return Object.entries(expression).toSorted(([a], [b]) => (a < b ? -1 : 1));
};

/** shortened gives a long key a fixed length. */
export const shortened = (key: string): string =>
  key.length <= longestKey ? key : createHash('sha256').update(key).digest('base64');
