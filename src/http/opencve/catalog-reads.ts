import type { Catalog } from '../../catalog/index.ts';

/** What this surface reads of the catalogue. */
export type OpencveCatalog = Pick<
  Catalog,
  | 'find'
  | 'document'
  | 'revisionOf'
  | 'version'
  | 'list'
  | 'vendors'
  | 'products'
  | 'weaknesses'
  | 'findVendor'
  | 'findProduct'
  | 'findWeakness'
>;
