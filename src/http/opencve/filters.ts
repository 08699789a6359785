import type { z } from 'zod';
import type { Expression, ListQuery, SortKey } from '../../catalog/index.ts';
import type { OpencveCvesQuery } from '../../contract/index.ts';
import { fail, type AppError } from '../../kernel/index.ts';
import type { OpencveCatalog } from './catalog-reads.ts';
import { storedName, storedProduct } from './names.ts';

export type CvesParameters = z.output<typeof OpencveCvesQuery>;

/** none names what the original calls by its model: clients match on the words. */
export const none = (model: 'Vendor' | 'Product' | 'Weakness'): AppError =>
  fail('catalog.entry_not_found', { message: `No ${model} matches the given query.` });

const all: Expression = { kind: 'all', of: [] };
const nothing: Expression = { kind: 'any', of: [] };

/** Bands of the CVSS 3.1 score alone, as the original has them. */
const bands: Readonly<Record<string, Expression>> = {
  empty: { kind: 'not', of: { kind: 'cvss', version: '3.1' } },
  low: { kind: 'cvss', version: '3.1', min: 0, max: 3.9 },
  medium: { kind: 'cvss', version: '3.1', min: 4, max: 6.9 },
  high: { kind: 'cvss', version: '3.1', min: 7, max: 8.9 },
  critical: { kind: 'cvss', version: '3.1', min: 9, max: 10 },
};

/** A piece of the id or the description, or one whole element of the list of names. */
const searchFor = (text: string): Expression => {
  const product = storedProduct(text);
  return {
    kind: 'any',
    of: [
      { kind: 'id', text, match: 'contains' },
      { kind: 'text', field: 'description', text, match: 'contains' },
      product === null
        ? { kind: 'vendor', name: storedName(text), match: 'exact' }
        : { kind: 'product', vendor: product[0], name: product[1], match: 'exact' },
    ],
  };
};

/** cweOf reads `CWE-79`; null for what names no weakness. */
export const cweOf = (text: string): number | null => {
  const digits = /^cwe-(\d{1,9})$/i.exec(text.trim())?.[1];
  return digits === undefined ? null : Number(digits);
};

/** vendorNamed finds a vendor as the original does, which drops blanks, or else as it is written. Fails when there is none. */
export const vendorNamed = (catalog: OpencveCatalog, text: string) => {
  const found = catalog.findVendor(storedName(text.replaceAll(' ', ''))) ?? catalog.findVendor(storedName(text));
  if (found === null) throw none('Vendor');
  return found;
};

/** productNamed finds a product of a vendor. Fails when there is none. */
export const productNamed = (catalog: OpencveCatalog, vendor: string, text: string) => {
  const found = catalog.findProduct(vendor, storedName(text));
  if (found === null) throw none('Product');
  return found;
};

const namesIn = (catalog: OpencveCatalog, { vendor, product }: CvesParameters): Expression => {
  if (vendor === undefined) return all;
  const { name } = vendorNamed(catalog, vendor);
  return product === undefined
    ? { kind: 'vendor', name, match: 'exact' }
    : { kind: 'product', vendor: name, name: productNamed(catalog, name, product).name, match: 'exact' };
};

const weaknessIn = ({ weakness }: CvesParameters): Expression => {
  if (weakness === undefined) return all;
  const cwe = cweOf(weakness);
  return cwe === null ? nothing : { kind: 'weakness', cwe };
};

const flagIn = ({ kev }: CvesParameters): Expression => {
  if (kev === undefined) return all;
  const listed: Expression = { kind: 'flag', flag: 'kev' };
  return kev ? listed : { kind: 'not', of: listed };
};

const timesIn = (kind: 'published' | 'modified', fromMs: number | undefined, toMs: number | undefined): Expression =>
  fromMs === undefined && toMs === undefined
    ? all
    : { kind, ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };

/**
 * conditionOf is what the parameters of the list of all CVEs ask for, all of it. Fails with `catalog.entry_not_found` for an
 * unknown vendor or product.
 */
export const conditionOf = (catalog: OpencveCatalog, given: CvesParameters): Expression => {
  const of = [
    namesIn(catalog, given),
    given.search === undefined ? all : searchFor(given.search),
    weaknessIn(given),
    bands[given.cvss?.toLowerCase() ?? ''] ?? all,
    timesIn('published', given.created_after, given.created_before),
    timesIn('modified', given.updated_after, given.updated_before),
    given.epss_min === undefined ? all : ({ kind: 'epss', min: given.epss_min } as const),
    given.cvss_min === undefined ? all : ({ kind: 'cvss', version: 'any', min: given.cvss_min } as const),
    flagIn(given),
  ];
  return { kind: 'all', of: of.filter((part) => part !== all) };
};

const sorts: Readonly<Record<string, SortKey>> = {
  updated_at: 'modified',
  created_at: 'published',
  cve_id: 'cve_id',
  cvss: 'cvss',
  epss: 'epss',
};

/** orderOf reads `ordering`; without it the last changed comes first. */
export const orderOf = (ordering = '-updated_at'): Pick<ListQuery, 'sort' | 'descending'> => ({
  sort: sorts[ordering.replace('-', '')] ?? 'modified',
  descending: ordering.startsWith('-'),
});
