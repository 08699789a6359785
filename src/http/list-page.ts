import type { Exchange } from './surface.ts';
import { publicUrlOf } from './public-url.ts';

export interface PageOf<Row> {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Row[];
}

/** listPage wraps the rows of one page; `next` and `previous` keep every other parameter of the question. */
export const listPage = <Row>(
  exchange: Exchange,
  publicUrl: string | null,
  {
    results,
    count,
    page,
    pageSize,
  }: { readonly results: readonly Row[]; readonly count: number; readonly page: number; readonly pageSize: number },
): PageOf<Row> => {
  const path = (exchange.request.url ?? '/').split('?', 1)[0] ?? '/';
  const address = (number: number): string => {
    const query = new URLSearchParams(exchange.query);
    query.set('page', String(number));
    return `${publicUrlOf(publicUrl, exchange)}${path}?${query.toString()}`;
  };
  return {
    count,
    next: page * pageSize < count ? address(page + 1) : null,
    previous: page > 1 ? address(page - 1) : null,
    results,
  };
};

/** slicePage cuts one page out of a whole list. */
export const slicePage = <Row>(rows: readonly Row[], page: number, pageSize: number): readonly Row[] =>
  rows.slice((page - 1) * pageSize, page * pageSize);
