import type { NamedEntry, WeaknessEntry } from '../../catalog/index.ts';
import { fail } from '../../kernel/index.ts';
import type { Exchange } from '../surface.ts';
import type { OpencveCatalog } from './catalog-reads.ts';
import { cweOf, none, productNamed, vendorNamed } from './filters.ts';

/** nameIn reads a name of the path. A NUL names nothing. */
const nameIn = (exchange: Exchange, parameter: string): string => {
  const name = exchange.params[parameter] ?? '';
  if (name.includes('\0')) throw fail('request.route_unknown');
  return name;
};

/** pathEntries finds the vendor, product or weakness that a path names. Each fails with `catalog.entry_not_found`. */
export const pathEntries = (catalog: OpencveCatalog) => {
  const vendorOf = (exchange: Exchange): NamedEntry => vendorNamed(catalog, nameIn(exchange, 'vendor'));
  return {
    vendorOf,
    productOf: (exchange: Exchange): { readonly vendor: NamedEntry; readonly product: NamedEntry } => {
      const vendor = vendorOf(exchange);
      return { vendor, product: productNamed(catalog, vendor.name, nameIn(exchange, 'product')) };
    },
    weaknessOf: (exchange: Exchange): WeaknessEntry => {
      const cwe = cweOf(nameIn(exchange, 'cwe_id'));
      const found = cwe === null ? null : catalog.findWeakness(cwe);
      if (found === null) throw none('Weakness');
      return found;
    },
  };
};
