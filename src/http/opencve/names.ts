import { normaliseName, type RecordDetail } from '../../catalog/index.ts';

const separator = '$PRODUCT$';

/** What a CPE formatted string leaves unescaped; letters beyond ASCII have no escape there and stay as they are. */
const escapable = /[^\w.\-\u0080-\uffff]/g;

/** wireName writes a stored name as this product shows it: `logo!_soft_comfort` as `logo\!_soft_comfort`. */
export const wireName = (name: string): string => name.replaceAll(escapable, String.raw`\$&`);

/** storedName reads a name of either spelling, in any case; blanks become `_`. Empty for what names nothing. */
export const storedName = (wire: string): string => normaliseName(wire);

/** wireProduct writes a product with its vendor as one text: `apache$PRODUCT$log4j`. */
export const wireProduct = (vendor: string, product: string): string =>
  `${wireName(vendor)}${separator}${wireName(product)}`;

/** storedProduct reads `vendor$PRODUCT$product` as a stored vendor and product; null for any other text. */
export const storedProduct = (wire: string): readonly [vendor: string, product: string] | null => {
  const mark = wire.indexOf(separator);
  if (mark < 0) return null;
  const vendor = storedName(wire.slice(0, mark));
  const product = storedName(wire.slice(mark + separator.length));
  return vendor === '' || product === '' ? null : [vendor, product];
};

/**
 * wireProducts writes the vendors and products of a record as one flat list by name, each vendor followed by its products:
 * `["apache","apache$PRODUCT$log4j"]`.
 */
export const wireProducts = ({
  productsJson,
  bareVendorsJson,
}: Pick<RecordDetail, 'productsJson' | 'bareVendorsJson'>): string[] => {
  const products = listOf(productsJson).flatMap((pair) => (Array.isArray(pair) ? [pair.map(String)] : []));
  const bare = bareVendorsJson === null ? [] : listOf(bareVendorsJson).map((vendor) => [String(vendor)]);
  const names: string[] = [];
  let last: string | null = null;
  for (const [vendor = '', product] of [...products, ...bare].toSorted(byVendor)) {
    if (vendor !== last) names.push(wireName(vendor));
    last = vendor;
    if (product !== undefined) names.push(wireProduct(vendor, product));
  }
  return names;
};

/** The sort is stable: the products of a vendor stay in their order. */
const byVendor = ([a = '']: readonly string[], [b = '']: readonly string[]): number => (a < b ? -1 : a > b ? 1 : 0);

const listOf = (json: string): readonly unknown[] => {
  const given: unknown = JSON.parse(json);
  return Array.isArray(given) ? given : [];
};
