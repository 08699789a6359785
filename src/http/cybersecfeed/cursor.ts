import { createHash } from 'node:crypto';
import type { Position } from '../../catalog/index.ts';
import { fail } from '../../kernel/index.ts';

/** What a page is bound to: the same operation, filters and order must come with its cursor. */
export const bindingOf = (parts: Readonly<Record<string, unknown>>): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8);

export interface Cursor {
  readonly position: Position;
  /** A time that the first page fixed for all that follow, in epoch milliseconds; 0 when there is none. */
  readonly anchorMs: number;
}

const form = /^1:(-?\d{1,16}(?:\.\d{1,9})?):(\d{1,16}):(\d{1,16}):([\w-]{8})$/;

/** writeCursor packs where a page ended. Opaque to clients; it holds nothing secret. */
export const writeCursor = (cursor: Cursor, binding: string): string =>
  Buffer.from(`1:${cursor.position.value}:${cursor.position.id}:${cursor.anchorMs}:${binding}`).toString('base64url');

/** readCursor fails with `catalog.cursor_invalid` for a text that is no cursor or that belongs to another query. */
export const readCursor = (text: string, binding: string): Cursor => {
  const [, value, id, anchorMs, bound] = form.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (value === undefined || bound === undefined || !/^[\w-]+$/.test(text))
    throw refuse(text, 'must be nextCursor exactly as it was given');
  if (bound !== binding) throw refuse(text, 'must come with the filters and the sort of the page that gave it');
  return { position: { value: Number(value), id: Number(id) }, anchorMs: Number(anchorMs) };
};

const refuse = (text: string, constraint: string) =>
  fail('catalog.cursor_invalid', {
    message: `Invalid value for parameter 'after': ${constraint}`,
    detail: { parameter: 'after', value: text.slice(0, 100), constraint },
  });
