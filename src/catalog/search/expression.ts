import { createHash } from 'node:crypto';
import { fail } from '../../kernel/index.ts';
import { normaliseName } from '../record/index.ts';
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
    switch (part.kind) {
      case 'all':
      case 'any':
        for (const inner of part.of) visit(inner, depth + 1);
        return;
      case 'not':
        visit(part.of, depth + 1);
        return;
      default:
        checkLeaf(part);
    }
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

/** expressionKey is the same text for the same condition, however its members are ordered. */
export const expressionKey = (expression: Expression): string => shortened(JSON.stringify(formOf(expression)));

type Form = string | number | boolean | null | undefined | readonly Form[];

const formOf = (expression: Expression): Form => {
  switch (expression.kind) {
    case 'all':
    case 'any':
      return [expression.kind, ...expression.of.map(formOf)];
    case 'not':
      return ['not', formOf(expression.of)];
    case 'id':
      return ['id', expression.match, expression.text.toUpperCase()];
    case 'text':
      return ['text', expression.field, expression.match, expression.text];
    case 'words':
      return ['words', expression.text];
    case 'vendor':
      return ['vendor', expression.match, spelled(expression)];
    case 'product':
      return ['product', expression.match, vendorOf(expression.vendor), spelled(expression)];
    case 'weakness':
      return ['weakness', expression.cwe];
    case 'cvss':
      return ['cvss', expression.version, expression.min, expression.max];
    case 'epss':
      return ['epss', expression.min, expression.max];
    case 'published':
    case 'modified':
      return [expression.kind, expression.fromMs, expression.toMs];
    case 'flag':
      return ['flag', expression.flag];
    case 'severity':
    case 'exploitation':
      return [expression.kind, ...expression.of];
    case 'assigner':
      return ['assigner', expression.name.trim().toLowerCase()];
    case 'ids':
      return ['ids', ...expression.cveIds];
  }
};

const spelled = (leaf: { readonly name: string; readonly match: 'exact' | 'contains' }): string =>
  leaf.match === 'exact' ? normaliseName(leaf.name) : leaf.name;

const vendorOf = (vendor: string | null): string | null => (vendor === null ? null : normaliseName(vendor));

/** shortened gives a long key a fixed length. */
export const shortened = (key: string): string =>
  key.length <= longestKey ? key : createHash('sha256').update(key).digest('base64');
