import { fail } from '../../kernel/index.ts';
import { publicUrlOf } from '../public-url.ts';
import type { Exchange } from '../surface.ts';

const sizeMax = 100;
/** Beyond any list: what is larger names no page, and never becomes an offset. */
const pageMax = 10_000_000;

/** Which part of a list is asked for. */
export interface PageWish {
  readonly number: number | 'last';
  readonly size: number;
}

interface Paging {
  readonly page?: string | undefined;
  readonly page_size?: string | undefined;
  readonly limit?: string | undefined;
}

/**
 * pageWishOf reads `page`, from 1, or `last`; anything else fails with `request.page_unknown`. `page_size` and `limit` set
 * the size up to 100; what is no number leaves it at the preset, since clients of the original send `limit` in vain.
 */
export const pageWishOf = ({ page = '1', page_size: size, limit }: Paging, preset: number): PageWish => {
  const number = /^\s*\+?\d+\s*$/.test(page) ? Number(page) : page === 'last' ? page : 0;
  if (number !== 'last' && (number < 1 || number > pageMax)) throw fail('request.page_unknown');
  return { number, size: sizeOf(size) ?? sizeOf(limit) ?? preset };
};

const sizeOf = (text: string | undefined): number | null =>
  text !== undefined && /^\s*\+?\d{1,9}\s*$/.test(text) && Number(text) > 0 ? Math.min(Number(text), sizeMax) : null;

/** Rows `offset` to `offset + limit` of a list, and how many it has in all. `limit` is 1–100. */
export type Slice<Row> = (part: {
  readonly offset: number;
  readonly limit: number;
}) => Promise<{ readonly rows: readonly Row[]; readonly total: number }>;

/** sliceOf reads from a list that is in memory as a whole. */
export const sliceOf =
  <Row>(rows: readonly Row[]): Slice<Row> =>
  async ({ offset, limit }) => ({ rows: rows.slice(offset, offset + limit), total: rows.length });

/**
 * pageText writes the page that is asked for: `{count, next, previous, results}`, each row by `show`, as JSON. `read` is
 * asked once, or twice for the last page. A page past the end fails with `request.page_unknown`; the first page of nothing is
 * empty.
 */
export const pageText = async <Row>(
  exchange: Exchange,
  publicUrl: string | null,
  { number: wished, size }: PageWish,
  read: Slice<Row>,
  show: (row: Row) => string,
): Promise<string> => {
  const number = wished === 'last' ? lastPage((await read({ offset: 0, limit: 1 })).total, size) : wished;
  const { rows, total } = await read({ offset: (number - 1) * size, limit: size });
  if (number > lastPage(total, size)) throw fail('request.page_unknown');
  const next = number * size < total ? link(exchange, publicUrl, number + 1) : 'null';
  const previous = number > 1 ? link(exchange, publicUrl, number - 1) : 'null';
  return `{"count":${total},"next":${next},"previous":${previous},"results":[${rows.map(show).join(',')}]}`;
};

const lastPage = (total: number, size: number): number => Math.max(1, Math.ceil(total / size));

/** link is the address of another page as JSON: every parameter kept, sorted by name, and no `page` for the first one. */
const link = (exchange: Exchange, publicUrl: string | null, page: number): string => {
  const path = (exchange.request.url ?? '/').split('?', 1)[0] ?? '/';
  const given = [...new URLSearchParams(exchange.query)].filter(([name]) => name !== 'page');
  if (page > 1) given.push(['page', String(page)]);
  const sorted = given.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  // The original leaves a tilde as it is and escapes an asterisk; the standard form does it the other way round.
  const query = new URLSearchParams(sorted).toString().replaceAll('*', '%2A').replaceAll('%7E', '~');
  return JSON.stringify(`${publicUrlOf(publicUrl, exchange)}${path}${query === '' ? '' : `?${query}`}`);
};
