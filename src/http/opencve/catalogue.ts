import type { Expression, NamedEntry, WeaknessEntry } from '../../catalog/index.ts';
import { OpencveChosenQuery, OpencveCvesQuery, OpencveDetailQuery, OpencveNamesQuery } from '../../contract/index.ts';
import { fail } from '../../kernel/index.ts';
import { compileQuery, type QueryHooks } from '../../query-language/index.ts';
import { invalidParameter } from '../query.ts';
import type { Exchange, Handler } from '../surface.ts';
import { requireScope } from '../verdict.ts';
import { microsDate } from './dates.ts';
import { conditionOf, type CvesParameters } from './filters.ts';
import { wireName } from './names.ts';
import { pageText, pageWishOf, type Slice } from './paging.ts';
import { readParameters } from './parameters.ts';
import { pathEntries } from './path-entries.ts';
import { catalogueRead, cvePageText, recordRead, type ReadingDeps } from './reading.ts';
import { detailSelection, recordText, selectionOf } from './record-text.ts';
import { stableUuid } from './uuids.ts';

export interface CatalogueDeps extends ReadingDeps {
  readonly nowMs: () => number;
  readonly queryTermsMax: number;
  /** The CVE ids that a person has given a tag; null when the person has no such tag. */
  readonly tagged: (userId: string, tag: string) => Promise<readonly string[] | null>;
  /** What a project watches, as a condition, if the caller belongs to it. */
  readonly project: (exchange: Exchange, name: string) => Promise<Expression | null>;
}

const idShape = /^CVE-\d{4}-\d{4,19}$/;

/** cveIdOf reads the id of the path in any letter case. Fails with `catalog.cve_not_found`. */
export const cveIdOf = (exchange: Exchange): string => {
  const given = exchange.params['cve_id'] ?? '';
  if (idShape.test(given)) return given;
  const id = given.toUpperCase();
  if (!idShape.test(id)) throw fail('catalog.cve_not_found');
  return id;
};

const namedText = (id: string, { name, createdMs, updatedMs }: NamedEntry): string =>
  JSON.stringify({
    id,
    created_at: microsDate(createdMs),
    updated_at: microsDate(updatedMs),
    name: wireName(name),
  });

const vendorText = (vendor: NamedEntry): string => namedText(stableUuid('vendor', vendor.name), vendor);
const productText =
  (vendor: string) =>
  (product: NamedEntry): string =>
    namedText(stableUuid('product', `${vendor}\0${product.name}`), product);
const weaknessText = ({ cwe, createdMs, updatedMs }: WeaknessEntry): string =>
  JSON.stringify({ created_at: microsDate(createdMs), updated_at: microsDate(updatedMs), cwe_id: `CWE-${cwe}` });

/** catalogueHandlers read CVEs, vendors, products and weaknesses. */
export const catalogueHandlers = (deps: CatalogueDeps): Readonly<Record<string, Handler>> => {
  const { catalog, publicUrl, pageSize } = deps;
  const { vendorOf, productOf, weaknessOf } = pathEntries(catalog);

  const chosen = (where: (exchange: Exchange) => Expression): Handler =>
    catalogueRead(deps, (exchange) => {
      const condition = where(exchange);
      return cvePageText(deps, exchange, condition, readParameters(OpencveChosenQuery, exchange.query));
    });

  const names = <Row>(
    bind: (
      exchange: Exchange,
      search: string | undefined,
    ) => { readonly read: Slice<Row>; readonly show: (row: Row) => string },
  ): Handler =>
    catalogueRead(deps, (exchange) => {
      const given = readParameters(OpencveNamesQuery, exchange.query);
      const { read, show } = bind(exchange, given.search);
      return pageText(exchange, publicUrl, pageWishOf(given, pageSize), read, show);
    });
  const searching = (search: string | undefined) => (search === undefined ? {} : { search });

  /** A tag is one of the person's own; tokens have none, and what they send is ignored. */
  const taggedBy = async ({ person }: Exchange, { tag }: CvesParameters): Promise<readonly Expression[]> => {
    if (person === null || tag === undefined) return [];
    const cveIds = await deps.tagged(person.userId, tag);
    if (cveIds === null) throw fail('tag.not_found');
    return [{ kind: 'ids', cveIds }];
  };

  const queried = async (exchange: Exchange, { q }: CvesParameters): Promise<readonly Expression[]> => {
    if (q === undefined) return [];
    const { person } = exchange;
    const hooks: QueryHooks = {
      project: (name) => {
        requireScope(exchange, 'projects');
        return deps.project(exchange, name);
      },
      ...(person === null ? {} : { tagged: (name) => deps.tagged(person.userId, name) }),
    };
    const outcome = await compileQuery(q, { nowMs: deps.nowMs(), termsMax: deps.queryTermsMax, hooks });
    if (outcome.kind === 'refused') throw invalidParameter('q', q, `a query. ${outcome.message}`);
    return [outcome.expression];
  };

  const list = async (exchange: Exchange): Promise<string> => {
    const given = readParameters(OpencveCvesQuery, exchange.query);
    const own = [...(await taggedBy(exchange, given)), ...(await queried(exchange, given))];
    const where = conditionOf(catalog, given);
    return cvePageText(deps, exchange, own.length === 0 ? where : { kind: 'all', of: [where, ...own] }, given);
  };

  /** Tags and projects belong to somebody, and a query may count from now. Names may be written with escapes. */
  const isOwned = ({ query, person }: Exchange): boolean => {
    if (query === '') return false;
    const given = new URLSearchParams(query);
    return given.has('q') || (person !== null && given.has('tag'));
  };

  return {
    'opencve.cves.list': catalogueRead(deps, list, isOwned),
    'opencve.cve.read': recordRead(deps, cveIdOf, (exchange, record) =>
      recordText(record, selectionOf(readParameters(OpencveDetailQuery, exchange.query), detailSelection), catalog),
    ),
    'opencve.vendors.list': names((_exchange, search) => ({
      read: (part) => catalog.vendors({ ...searching(search), ...part }),
      show: vendorText,
    })),
    'opencve.vendor.read': catalogueRead(deps, (exchange) => vendorText(vendorOf(exchange))),
    'opencve.vendor.cves': chosen((exchange) => ({ kind: 'vendor', name: vendorOf(exchange).name, match: 'exact' })),
    'opencve.products.list': names((exchange, search) => {
      const vendor = vendorOf(exchange).name;
      const read: Slice<NamedEntry> = (part) => catalog.products({ vendor, ...searching(search), ...part });
      return { read, show: productText(vendor) };
    }),
    'opencve.product.read': catalogueRead(deps, (exchange) => {
      const { vendor, product } = productOf(exchange);
      return productText(vendor.name)(product);
    }),
    'opencve.product.cves': chosen((exchange) => {
      const { vendor, product } = productOf(exchange);
      return { kind: 'product', vendor: vendor.name, name: product.name, match: 'exact' };
    }),
    'opencve.weaknesses.list': names((_exchange, search) => ({
      read: (part) => catalog.weaknesses({ ...searching(search), ...part }),
      show: weaknessText,
    })),
    'opencve.weakness.read': catalogueRead(deps, (exchange) => weaknessText(weaknessOf(exchange))),
    'opencve.weakness.cves': chosen((exchange) => ({ kind: 'weakness', cwe: weaknessOf(exchange).cwe })),
  };
};
