import { readCpe } from './cpe.ts';
import { derivedMatchesOf, statedMatch } from './cpe-matches.ts';
import { rankedAdps } from './cve-record.ts';
import { isJsonObject, objectsOf, textOf, type JsonObject } from './json-value.ts';
import type { CpeConfiguration, CpeMatch, CpeNode } from './types.ts';

/**
 * cpeConfigurationsOf reads the trees of a document (`cpeApplicability`) as their sources state them, container by container.
 * What follows from affected entries alone is one more tree of alternatives. Null when no configuration is stated: the rows
 * of the record (`CpeMatch[]`) are then all there is.
 */
export const cpeConfigurationsOf = (json: string): readonly CpeConfiguration[] | null => {
  // Most documents state none, and parsing costs most.
  if (!json.includes('"cpeApplicability"')) return null;
  const document: unknown = JSON.parse(json);
  const containers = isJsonObject(document) ? document['containers'] : undefined;
  if (!isJsonObject(containers)) return null;
  const all = [containers['cna'], ...rankedAdps(containers)].filter(isJsonObject);
  const stated = all.flatMap((container) => objectsOf(container['cpeApplicability'])).map(configurationOf);
  if (stated.length === 0) return null;
  const rest = unconditional(derivedMatchesOf(all), stated);
  return rest.length === 0 ? stated : [...stated, { nodes: [{ cpeMatch: rest, negate: false, operator: 'OR' }] }];
};

const configurationOf = (configuration: JsonObject): CpeConfiguration => {
  const { negate } = configuration;
  const operator = operatorOf(configuration);
  return {
    ...(typeof negate === 'boolean' ? { negate } : {}),
    nodes: objectsOf(configuration['nodes']).map(nodeOf),
    ...(operator === null ? {} : { operator }),
  };
};

const nodeOf = (node: JsonObject): CpeNode => {
  const children = objectsOf(node['children']).map(nodeOf);
  return {
    ...(children.length === 0 ? {} : { children }),
    cpeMatch: objectsOf(node['cpeMatch']).flatMap(matchOf),
    negate: node['negate'] === true,
    operator: operatorOf(node) ?? 'OR',
  };
};

/** A name that cannot be read stays as it is: left out of a condition, it would make the condition another one. */
const matchOf = (match: JsonObject): readonly CpeMatch[] => {
  const name = textOf(match['criteria']);
  return name === null ? [] : [statedMatch(match, readCpe(name)?.text ?? name, match['vulnerable'] !== false)];
};

const operatorOf = ({ operator }: JsonObject): 'AND' | 'OR' | null =>
  operator === 'AND' || operator === 'OR' ? operator : null;

/**
 * The rows that may stand as alternatives. Where conditions are stated, the configurations say all that is to be said of their
 * products: an affected entry names a version without its condition, and would call it affected by itself.
 */
const unconditional = (rows: readonly CpeMatch[], stated: readonly CpeConfiguration[]): readonly CpeMatch[] => {
  if (rows.length === 0 || !stated.some(isCondition)) return rows;
  const products = new Set(stated.flatMap(({ nodes }) => nodes.flatMap(productsIn)));
  return rows.filter(({ criteria }) => !products.has(productOf(criteria)));
};

const isCondition = (tree: Partial<CpeConfiguration & CpeNode>): boolean =>
  tree.operator === 'AND' ||
  tree.negate === true ||
  [...(tree.nodes ?? []), ...(tree.children ?? [])].some(isCondition);

const productsIn = (node: CpeNode): readonly string[] => [
  ...node.cpeMatch.map(({ criteria }) => productOf(criteria)),
  ...(node.children ?? []).flatMap(productsIn),
];

const productOf = (criteria: string): string => readCpe(criteria)?.prefix ?? criteria;
