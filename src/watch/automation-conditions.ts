import { isObject, refused, requireOnly, shown, textOf, type GivenObject } from './given-configuration.ts';
import { trackerStatuses } from './tracker.ts';

const conditionTypes = [
  'cvss_gte',
  'epss_gte',
  'kev_present',
  'vendor_equals',
  'product_equals',
  'cve_newer_than',
  'cve_unassigned',
  'cve_status',
] as const;
const cvssVersions = ['v2.0', 'v3.0', 'v3.1', 'v4.0'] as const;

/** A least score of one version of CVSS; v3.1 where none is named. Also a number alone means v3.1. */
interface CvssScore {
  readonly version?: (typeof cvssVersions)[number];
  readonly value: number | string;
}
interface ConditionLeaf {
  readonly type: (typeof conditionTypes)[number];
  /**
   * As it was given: `cvss_gte` 0–10, `epss_gte` 0–1, `cve_newer_than` days, where a text may stand for a number; a text, or
   * true for what needs none.
   */
  readonly value: number | string | true | CvssScore;
}
export interface ConditionGroup {
  readonly operator: 'AND' | 'OR';
  readonly children: readonly Condition[];
}
export type Condition = ConditionLeaf | ConditionGroup;

const depthMax = 8;
const leavesMax = 100;

/** always is the group that holds for everything. */
export const always: ConditionGroup = { operator: 'AND', children: [] };

/** countConditions counts the leaves of a tree. */
export const countConditions = (condition: Condition): number =>
  'type' in condition ? 1 : condition.children.reduce((sum, child) => sum + countConditions(child), 0);

/** numberIn is the number that a value is or, in plain decimals, writes. */
const numberIn = (value: unknown): number => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,9}(?:\.\d{1,9})?$/.test(value) ? Number(value) : Number.NaN;
};

/** Forms send their numbers as texts. What came is kept, so that a client reads back what it wrote. */
const numberOf = (value: unknown, type: string, max: number): number | string => {
  const number = numberIn(value);
  if ((typeof value !== 'number' && typeof value !== 'string') || !(number >= 0 && number <= max)) {
    throw refused(`conditions: ${type} needs a number from 0 to ${max}.`);
  }
  return value;
};

const cvssOf = (given: GivenObject): CvssScore => {
  requireOnly(given, ['version', 'value'], 'conditions: cvss_gte');
  const value = numberOf(given['value'], 'cvss_gte', 10);
  if (given['version'] === undefined) return { value };
  const version = cvssVersions.find((known) => known === given['version']);
  if (version === undefined) throw refused(`conditions: cvss_gte needs a version of ${cvssVersions.join(', ')}.`);
  return { version, value };
};

const daysOf = (value: unknown): number | string => {
  const days = numberIn(value);
  if (!Number.isInteger(days) || days === 0) {
    throw refused('conditions: cve_newer_than needs a whole number of days.');
  }
  return numberOf(value, 'cve_newer_than', 36_500);
};

const valueOf = (type: ConditionLeaf['type'], value: unknown): ConditionLeaf['value'] => {
  switch (type) {
    case 'cvss_gte':
      return isObject(value) ? cvssOf(value) : numberOf(value, type, 10);
    case 'epss_gte':
      return numberOf(value, type, 1);
    case 'cve_newer_than':
      return daysOf(value);
    case 'vendor_equals':
    case 'product_equals':
      return textOf(value, `conditions: ${type}`);
    case 'cve_status':
      if (!trackerStatuses.some((status) => status === value)) {
        throw refused(`conditions: ${type} needs one of ${trackerStatuses.join(', ')}.`);
      }
      return textOf(value, type);
    case 'kev_present':
    case 'cve_unassigned':
      if (value !== undefined && value !== null && value !== true && value !== '') {
        throw refused(`conditions: ${type} takes no value but true.`);
      }
      return true;
  }
};

const leafOf = (given: GivenObject): ConditionLeaf => {
  requireOnly(given, ['type', 'value'], 'conditions');
  const type = conditionTypes.find((name) => name === given['type']);
  if (type === undefined) {
    throw refused(`conditions: ${shown(given['type'])} is not one of ${conditionTypes.join(', ')}.`);
  }
  return { type, value: valueOf(type, given['value']) };
};

const groupOf = (given: GivenObject, depth: number): ConditionGroup => {
  if (depth > depthMax) throw refused(`conditions: Groups may be ${depthMax} deep.`);
  requireOnly(given, ['operator', 'children'], 'conditions');
  const { operator, children } = given;
  if (operator !== 'AND' && operator !== 'OR') throw refused('Operator must be OR or AND.');
  if (!Array.isArray(children)) throw refused('Children must be a list.');
  if (children.length > leavesMax) throw refused(`conditions: There may be ${leavesMax}.`);
  return { operator, children: children.map((child: unknown) => nodeOf(child, depth + 1)) };
};

const nodeOf = (given: unknown, depth: number): Condition => {
  if (!isObject(given)) throw refused('Condition node must be an object.');
  if ('operator' in given) return groupOf(given, depth);
  if ('type' in given) return leafOf(given);
  throw refused("Condition node must have 'operator' and 'children' or 'type' and 'value'.");
};

/** conditionsOf checks a tree of conditions. Throws `request.invalid_parameter` for the field `configuration`. */
export const conditionsOf = (given: unknown): ConditionGroup => {
  const node = nodeOf(given, 1);
  const group = 'type' in node ? { operator: 'AND' as const, children: [node] } : node;
  if (countConditions(group) > leavesMax) throw refused(`conditions: There may be ${leavesMax}.`);
  return group;
};
