import type { Expression, RecordDetail } from '../../catalog/index.ts';
import { fail } from '../../kernel/index.ts';
import { publicUrlOf } from '../public-url.ts';
import { recordKey } from '../record-key.ts';
import { recalling, type Answer, type Exchange, type Handler } from '../surface.ts';
import { freshAnswer, readAnswer, writtenOf } from './answers.ts';
import type { OpencveCatalog } from './catalog-reads.ts';
import { orderOf } from './filters.ts';
import { pageText, pageWishOf, type Slice } from './paging.ts';
import { recordText, rowSelection, selectionOf } from './record-text.ts';
import type { Remembered } from './remembered.ts';

export interface ReadingDeps {
  readonly catalog: OpencveCatalog;
  /** Without a trailing slash; null: as the caller has addressed the server. */
  readonly publicUrl: string | null;
  /** Entries on a page when nothing else is asked for. */
  readonly pageSize: number;
  readonly remembered: Remembered;
}

/** What stands in the way of remembering an answer for everybody: it shows something of the person, or of the time. */
export type Owned = (exchange: Exchange) => boolean;

/** The whole question: where the server is reached, path and query as sent. */
const keyOf = ({ publicUrl }: ReadingDeps, exchange: Exchange): string =>
  `${publicUrlOf(publicUrl, exchange)} ${exchange.request.url ?? ''}`;

/**
 * catalogueRead answers what is the same for everybody. A text that was written under the catalogue's present version is
 * answered again as it is: no list is asked for, no thread handed over to.
 */
export const catalogueRead = (
  deps: ReadingDeps,
  write: (exchange: Exchange) => string | Promise<string>,
  isOwned: Owned = () => false,
): Handler =>
  recalling(
    (exchange) => {
      if (isOwned(exchange)) return null;
      const known = deps.remembered.find(keyOf(deps, exchange), deps.catalog.version());
      return known === null ? null : readAnswer(exchange, known);
    },
    (exchange) => {
      if (isOwned(exchange)) return answerLater(exchange, write(exchange));
      // Read before the text is made: a commit in between makes the text newer than its stamp, never older.
      const stamp = deps.catalog.version();
      const key = keyOf(deps, exchange);
      const keep = (text: string): Answer => {
        const written = writtenOf(stamp, text);
        deps.remembered.keep(key, written);
        return readAnswer(exchange, written);
      };
      const text = write(exchange);
      return typeof text === 'string' ? keep(text) : text.then(keep);
    },
  );

const recordKeyOf = ({ query }: Exchange, cveId: string): number | string =>
  query === '' ? recordKey(cveId) : `${cveId}?${query}`;

/** recordRead is the same for one record; where the catalogue has changed, its own revision proves that it has not. */
export const recordRead = (
  deps: ReadingDeps,
  cveIdOf: (exchange: Exchange) => string,
  write: (exchange: Exchange, record: RecordDetail) => string,
): Handler =>
  recalling(
    (exchange) => {
      const cveId = cveIdOf(exchange);
      const key = recordKeyOf(exchange, cveId);
      const known = deps.remembered.last(key);
      if (known === null) return null;
      const stamp = deps.catalog.version();
      if (known.stamp !== stamp) {
        if (known.revision !== deps.catalog.revisionOf(cveId)) return null;
        deps.remembered.keep(key, { ...known, stamp });
      }
      return readAnswer(exchange, known);
    },
    (exchange) => {
      const cveId = cveIdOf(exchange);
      // Read before the record: a commit in between makes the text newer than its stamp, never older.
      const stamp = deps.catalog.version();
      const record = deps.catalog.find(cveId);
      if (record === null) throw fail('catalog.cve_not_found');
      const written = { ...writtenOf(stamp, write(exchange, record)), revision: record.revision };
      deps.remembered.keep(recordKeyOf(exchange, cveId), written);
      return readAnswer(exchange, written);
    },
  );

/** tenantRead answers what belongs to somebody: never remembered. */
export const tenantRead =
  (write: (exchange: Exchange) => Promise<string>): Handler =>
  async (exchange) =>
    freshAnswer(exchange, await write(exchange));

const answerLater = async (exchange: Exchange, text: string | Promise<string>): Promise<Answer> =>
  freshAnswer(exchange, await text);

interface ListParameters {
  readonly page?: string | undefined;
  readonly page_size?: string | undefined;
  readonly limit?: string | undefined;
  readonly fields?: string | undefined;
  readonly include?: string | undefined;
  readonly ordering?: string | undefined;
}

/** cvePageText writes one page of the records that match. */
export const cvePageText = (
  { catalog, publicUrl, pageSize }: Omit<ReadingDeps, 'remembered'>,
  exchange: Exchange,
  where: Expression,
  given: ListParameters,
): Promise<string> => {
  const selection = selectionOf(given, rowSelection);
  const order = orderOf(given.ordering);
  const read: Slice<RecordDetail> = (part) => catalog.list({ where, ...order, ...part });
  return pageText(exchange, publicUrl, pageWishOf(given, pageSize), read, (record) =>
    recordText(record, selection, catalog),
  );
};
