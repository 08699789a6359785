import type { z } from 'zod';
import { EmptyQuery, KevQuery } from '../../contract/index.ts';
import type { KevEntry } from '../../catalog/index.ts';
import { fail } from '../../kernel/index.ts';
import { textTag } from '../entity-tag.ts';
import { invalidParameter, parseQuery } from '../query.ts';
import type { Answer, Exchange } from '../surface.ts';
import { bindingOf, readCursor, writeCursor } from './cursor.ts';
import { cveIdOf, paginationText, type CveDeps } from './cves.ts';
import { kevOf } from './record-text.ts';

const itemText = (row: KevEntry): string => JSON.stringify({ cve_id: row.cveId, ...kevOf(row.entry) });

/** readKev answers one entry of CISA's catalogue. */
export const readKev = (deps: CveDeps, exchange: Exchange): Answer => {
  const id = cveIdOf(exchange);
  parseQuery(EmptyQuery, exchange.query);
  const row = deps.catalog.kevEntry(id);
  if (row === null) throw fail('catalog.kev_not_found', { message: `${id} is not in the KEV catalogue` });
  const text = `{"kev":${itemText(row)}}`;
  return deps.envelope.success(exchange, text, textTag(text));
};

const filtersOf = (given: z.output<typeof KevQuery>) => {
  const { added_from: from, added_to: to, ransomware, q } = given;
  if (from !== undefined && to !== undefined && from > to)
    throw invalidParameter('added_from', from, 'at most added_to');
  return {
    ...(from === undefined ? {} : { addedFromMs: from }),
    ...(to === undefined ? {} : { addedToMs: to }),
    ...(ransomware === undefined ? {} : { ransomware }),
    ...(q === undefined ? {} : { text: q }),
  };
};

/** listKev answers one page of CISA's catalogue, newest entry first. */
export const listKev = async (deps: CveDeps, exchange: Exchange): Promise<Answer> => {
  const given = parseQuery(KevQuery, exchange.query);
  const filters = filtersOf(given);
  const limit = given.limit ?? 20;
  const binding = bindingOf({ operation: 'kev', filters });
  const after = given.after === undefined ? {} : { after: readCursor(given.after, binding).position };
  const found = await deps.catalog.kevList({ ...filters, limit, ...after });
  const next = found.next === null ? null : writeCursor({ position: found.next, anchorMs: 0 }, binding);
  const text = `{"kev":[${found.rows.map(itemText).join(',')}],"pagination":${paginationText(limit, next, found.total)}}`;
  return deps.envelope.success(exchange, text, textTag(text));
};
