import type { ListQuery } from '../../catalog/index.ts';
import {
  CveQuery,
  CvesQuery,
  EmptyQuery,
  RecentQuery,
  type FieldName,
  type IncludeName,
} from '../../contract/index.ts';
import { fail, type Clock } from '../../kernel/index.ts';
import { textTag } from '../entity-tag.ts';
import { invalidParameter, parseQuery } from '../query.ts';
import type { Answer, Exchange } from '../surface.ts';
import { batchOf } from './batch.ts';
import { bindingOf, readCursor, writeCursor, type Cursor } from './cursor.ts';
import type { Envelope } from './envelope.ts';
import { filtersOf, orderOf, type Filters } from './filters.ts';
import type { CatalogReads } from './reads.ts';
import { everything, recordText, type Selection } from './record-text.ts';
import type { Rendered, RenderedRecords } from './rendered.ts';

export interface CveDeps {
  readonly catalog: CatalogReads;
  readonly clock: Clock;
  readonly envelope: Envelope;
  /** The day of the loaded EPSS scores, `YYYY-MM-DD`. */
  readonly epssDate: () => string | null;
  readonly rendered: RenderedRecords;
}

const idForm = /^CVE-\d{4}-\d{4,19}$/;
const pageSize = 20;
const hourMs = 3_600_000;

/** cveIdOf reads the path's id in any case. Fails with `request.invalid_parameter`. */
export const cveIdOf = (exchange: Exchange): string => {
  const given = exchange.params['id'] ?? '';
  if (idForm.test(given)) return given;
  const id = given.toUpperCase();
  if (!idForm.test(id)) throw invalidParameter('id', given, 'a CVE id such as CVE-2021-44228');
  return id;
};

const selectionOf = (given: {
  fields?: readonly FieldName[] | undefined;
  include?: readonly IncludeName[] | undefined;
}): Selection =>
  given.fields === undefined && given.include === undefined
    ? everything
    : { fields: given.fields ?? null, include: given.include ?? [] };

const notFound = (id: string) => fail('catalog.cve_not_found', { message: `${id} not found` });

/** recallCve is the hot path: a whole record comes from memory when its revision is still that of the catalogue. */
export const recallCve = (deps: CveDeps, exchange: Exchange): Answer | null => {
  if (exchange.query !== '') return null;
  const epssDate = deps.epssDate();
  const rendered = deps.rendered.recall(cveIdOf(exchange), epssDate);
  return rendered === null ? null : whole(deps, exchange, rendered);
};

export const readCve = (deps: CveDeps, exchange: Exchange): Answer => {
  const id = cveIdOf(exchange);
  const epssDate = deps.epssDate();
  if (exchange.query !== '') return readChosen(deps, exchange, id, epssDate);
  const rendered = deps.rendered.render(id, epssDate);
  if (rendered === null) throw notFound(id);
  return whole(deps, exchange, rendered);
};

const whole = (deps: CveDeps, exchange: Exchange, { wire, tag }: Rendered): Answer =>
  deps.envelope.successOf(exchange, 'cve', wire, tag);

const readChosen = (deps: CveDeps, exchange: Exchange, id: string, epssDate: string | null): Answer => {
  const selection = selectionOf(parseQuery(CveQuery, exchange.query));
  const record = deps.catalog.find(id);
  if (record === null) throw notFound(id);
  const text = recordText(record, epssDate, selection);
  return deps.envelope.success(exchange, `{"cve":${text}}`, textTag(text));
};

/** listCves answers one page of the records that match, in the asked order. */
export const listCves = async (deps: CveDeps, exchange: Exchange): Promise<Answer> => {
  const given = parseQuery(CvesQuery, exchange.query);
  const filters = filtersOf(given);
  const order = orderOf(given.sort);
  const binding = bindingOf({ operation: 'cves', filters, ...order });
  const cursor = given.after === undefined ? null : readCursor(given.after, binding);
  return page(
    deps,
    exchange,
    { ...filters, ...order, limit: given.limit ?? pageSize },
    cursor,
    binding,
    0,
    selectionOf(given),
  );
};

/** listRecent answers what was modified lately. The first page fixes the window, so that the pages after it do not slide. */
export const listRecent = async (deps: CveDeps, exchange: Exchange): Promise<Answer> => {
  const given = parseQuery(RecentQuery, exchange.query);
  if (given.hours !== undefined && given.days !== undefined)
    throw invalidParameter('days', given.days, 'absent when hours is given');
  const hours = given.days === undefined ? (given.hours ?? 24) : given.days * 24;
  const filters: Filters = filtersOf(given);
  const order = { sort: 'modified', descending: true } as const;
  const binding = bindingOf({ operation: 'recent', hours, filters });
  const cursor = given.after === undefined ? null : readCursor(given.after, binding);
  const modifiedFromMs = cursor?.anchorMs ?? deps.clock.nowMs() - hours * hourMs;
  const query = { ...filters, ...order, modifiedFromMs, limit: given.limit ?? pageSize };
  return page(deps, exchange, query, cursor, binding, modifiedFromMs, selectionOf(given));
};

const page = async (
  deps: CveDeps,
  exchange: Exchange,
  query: ListQuery,
  cursor: Cursor | null,
  binding: string,
  anchorMs: number,
  selection: Selection,
): Promise<Answer> => {
  const found = await deps.catalog.list(cursor === null ? query : { ...query, after: cursor.position });
  const epssDate = deps.epssDate();
  const cves = found.rows.map((record) => recordText(record, epssDate, selection)).join(',');
  const next = found.next === null ? null : writeCursor({ position: found.next, anchorMs }, binding);
  const text = `{"cves":[${cves}],"pagination":${paginationText(query.limit, next, found.total)}}`;
  return deps.envelope.success(exchange, text, textTag(text));
};

/** paginationText writes the block below every list. */
export const paginationText = (limit: number, nextCursor: string | null, total: number): string =>
  JSON.stringify({ limit, hasMore: nextCursor !== null, nextCursor, totalEstimate: total });

/** batchCves answers up to 50 records in the order of the request; repeated ids collapse, unknown ones are listed. */
export const batchCves = (deps: CveDeps, exchange: Exchange): Answer => {
  parseQuery(EmptyQuery, exchange.query);
  const given = batchOf(exchange.body);
  const selection = selectionOf(given);
  const epssDate = deps.epssDate();
  const texts: string[] = [];
  const notFound: string[] = [];
  for (const id of new Set(given.cve_ids.map((one) => one.toUpperCase()))) {
    const record = deps.catalog.find(id);
    if (record === null) notFound.push(id);
    else texts.push(recordText(record, epssDate, selection));
  }
  const text = `{"cves":[${texts.join(',')}],"notFound":${JSON.stringify(notFound)},"count":${texts.length}}`;
  return deps.envelope.success(exchange, text, null);
};
