/**
 * Records: from a CVE JSON 5.x document to the form the catalogue stores. Pure functions without input or output.
 *
 * Owns the canonical JSON of the body columns, the one spelling of vendor and product names, the choice of the primary
 * CVSS metric and the CPE rows derived from version ranges. Owns no storage, no feed format and no matching of versions.
 *
 * Invariants: the same document always gives the same record; whatever a document holds, nothing here throws; a record
 * that comes out has a proper CVE id. It fails by value: `{ok: false, refused: {item, reason}}`.
 */
export { isCveId, normaliseCveRecord } from './cve-record.ts';
export { isJsonObject, objectsOf, textOf, textsOf, timeOf, type JsonObject } from './json-value.ts';
export { foldText, textTraits } from './folding.ts';
export { normaliseName, normalisePiece } from './product-names.ts';
export { weaknessFact } from './weakness-facts.ts';
export { weaknessNameIn } from './weaknesses.ts';
export type {
  CpeMatch,
  EpssHint,
  KevHint,
  Metric,
  NormalisedRecord,
  NormaliseOutcome,
  ProductName,
  Reference,
  RefusedRecord,
  SsvcDecision,
  Weakness,
} from './types.ts';
