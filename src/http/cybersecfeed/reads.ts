import type { Catalog } from '../../catalog/index.ts';

/** What this surface reads of the catalogue. */
export type CatalogReads = Pick<
  Catalog,
  'find' | 'revisionOf' | 'version' | 'list' | 'kevList' | 'kevEntry' | 'statistics' | 'feedStates'
>;
