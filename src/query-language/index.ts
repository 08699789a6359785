/**
 * The search language: `field op value` joined by AND, OR and NOT, as clients write it in the parameter `q`.
 *
 * It owns the grammar, the fields and their values, and the translation into the catalogue's `Expression`. It reads no
 * record itself and knows nobody: tags and projects are looked up by hooks that are bound to who asks.
 *
 * Invariants: no text, however long or deep, makes it throw, overflow or take more than a walk over its characters; what
 * it gives is a condition that the catalogue takes; the same text and time give the same condition.
 *
 * A text that is no query is a value of kind `refused`, with the position; only what a hook throws is thrown.
 */
import type { Expression } from '../catalog/index.ts';
import { compile, type QueryHooks } from './compile.ts';
import { parseQueryText } from './parse.ts';
import { QueryRefusal, quoted } from './types.ts';

export type { QueryHooks } from './compile.ts';

export interface QueryOptions {
  /** The time that ages such as `30d` count from. */
  readonly nowMs: number;
  /** How many conditions a query may have. */
  readonly termsMax: number;
  readonly hooks?: QueryHooks;
}

export type QueryOutcome =
  | { readonly kind: 'ok'; readonly expression: Expression }
  /** `message` is for people and names the position, counted from 1; `position` counts characters from 0. */
  | { readonly kind: 'refused'; readonly message: string; readonly position: number };

const lengthMax = 4096;

/** compileQuery reads a query text. An empty one is every record. */
export const compileQuery = async (text: string, options: QueryOptions): Promise<QueryOutcome> => {
  if (text.trim() === '') return { kind: 'ok', expression: { kind: 'all', of: [] } };
  try {
    checkText(text);
    const node = parseQueryText(text, { termsMax: options.termsMax });
    return { kind: 'ok', expression: await compile(node, options.nowMs, options.hooks ?? {}) };
  } catch (error) {
    if (!(error instanceof QueryRefusal)) throw error;
    const { message, position } = error;
    return { kind: 'refused', message: `${message} (at character ${position + 1}).`, position };
  }
};

const checkText = (text: string): void => {
  if (text.length > lengthMax) throw new QueryRefusal(`The query is longer than ${lengthMax} characters`, lengthMax);
  // oxlint-disable-next-line no-control-regex
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/.exec(text);
  if (control !== null) throw new QueryRefusal(`The character ${quoted(control[0])} is not allowed`, control.index);
};
