/** A comparison as it is written between a field and a value. */
export type Operator = ':' | '!:' | '=' | '!=' | '>' | '>=' | '<' | '<=';

/** Term is one condition. A bare term has no field. Positions count characters from 0. */
export interface Term {
  readonly kind: 'term';
  readonly position: number;
  readonly field: { readonly name: string; readonly operator: Operator } | null;
  readonly value: { readonly text: string; readonly position: number };
}

/** QueryNode is a parsed query. `all` and `any` have two members or more. */
export type QueryNode =
  | Term
  | { readonly kind: 'all' | 'any'; readonly of: readonly QueryNode[] }
  | { readonly kind: 'not'; readonly of: QueryNode };

/** QueryRefusal is what is wrong with a query and where; it is turned into a value before it leaves the module. */
export class QueryRefusal extends Error {
  /** The character that it is about, from 0. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'QueryRefusal';
    this.position = position;
  }
}

/** quoted shows a piece of a query in a message: cut, and without control characters. */
export const quoted = (text: string): string => {
  // oxlint-disable-next-line no-control-regex
  const plain = text.replace(/[\u0000-\u001f\u007f]/g, '\ufffd');
  return `'${plain.length > 40 ? `${plain.slice(0, 40)}…` : plain}'`;
};
