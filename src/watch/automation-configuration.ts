import { refusedFields } from '../kernel/index.ts';
import { trackerStatuses } from './tracker.ts';

export const triggers = [
  'cve_enters_project',
  'cvss_increased',
  'cvss_decreased',
  'epss_increased',
  'epss_decreased',
  'kev_added',
  'new_vendor',
  'new_product',
  'new_reference',
  'new_weakness',
  'description_changed',
  'title_changed',
] as const;
export const conditionTypes = [
  'cvss_gte',
  'epss_gte',
  'kev_present',
  'vendor_equals',
  'product_equals',
  'cve_newer_than',
  'cve_unassigned',
  'cve_status',
] as const;
export const actionTypes = ['send_notification', 'generate_report', 'assign_user', 'change_status'] as const;

export type Trigger = (typeof triggers)[number];
export interface ConditionLeaf {
  readonly type: (typeof conditionTypes)[number];
  /** `cvss_gte` 0–10, `epss_gte` 0–1, `cve_newer_than` days; a text, or true for what needs none. */
  readonly value: number | string | true;
}
export interface ConditionGroup {
  readonly operator: 'AND' | 'OR';
  readonly children: readonly Condition[];
}
export type Condition = ConditionLeaf | ConditionGroup;
export interface AutomationAction {
  readonly type: (typeof actionTypes)[number];
  /** The id of a notification or of a user, a tracker status; null for a report. As it comes: a name, an e-mail address. */
  readonly value: string | null;
}

/** What an automation reacts to, under which conditions, and what it does then. */
export interface AutomationConfiguration {
  /** Empty for reports. */
  readonly triggers: readonly Trigger[];
  /** A group without children holds always. */
  readonly conditions: ConditionGroup;
  readonly actions: readonly AutomationAction[];
}

/** A configuration as it came: parts that are absent stay as they were. */
export type ConfigurationInput = Readonly<Record<string, unknown>>;

const depthMax = 8;
const leavesMax = 100;
const actionsMax = 20;
const textMax = 500;

const refused = (text: string) => refusedFields({ configuration: text });
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown, name: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw refused(`${name}: Expected a list.`);
  return value;
};
/** What was given, short enough to be repeated. */
const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : 'this');

const requireOnly = (value: Readonly<Record<string, unknown>>, names: readonly string[], where: string): void => {
  const other = Object.keys(value).find((name) => !names.includes(name));
  if (other !== undefined) throw refused(`${where}: There is no member ${shown(other)}.`);
};

const triggersOf = (given: unknown): Trigger[] => {
  const found = listOf(given, 'triggers').map((each) => {
    const known = triggers.find((name) => name === each);
    if (known === undefined) throw refused(`triggers: ${shown(each)} is not one of ${triggers.join(', ')}.`);
    return known;
  });
  return [...new Set(found)];
};

const numberOf = (value: unknown, type: string, max: number): number => {
  if (typeof value !== 'number' || !(value >= 0 && value <= max)) {
    throw refused(`conditions: ${type} needs a number from 0 to ${max}.`);
  }
  return value;
};

const textOf = (value: unknown, where: string): string => {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '' || text.length > textMax || /\p{Cc}/u.test(text)) throw refused(`${where} needs a text.`);
  return text;
};

const valueOf = (type: ConditionLeaf['type'], value: unknown): ConditionLeaf['value'] => {
  switch (type) {
    case 'cvss_gte':
      return numberOf(value, type, 10);
    case 'epss_gte':
      return numberOf(value, type, 1);
    case 'cve_newer_than': {
      const days = numberOf(value, type, 36_500);
      if (!Number.isInteger(days) || days === 0) throw refused(`conditions: ${type} needs a whole number of days.`);
      return days;
    }
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

const leafOf = (given: Readonly<Record<string, unknown>>): ConditionLeaf => {
  requireOnly(given, ['type', 'value'], 'conditions');
  const type = conditionTypes.find((name) => name === given['type']);
  if (type === undefined) {
    throw refused(`conditions: ${shown(given['type'])} is not one of ${conditionTypes.join(', ')}.`);
  }
  return { type, value: valueOf(type, given['value']) };
};

const groupOf = (given: Readonly<Record<string, unknown>>, depth: number): ConditionGroup => {
  if (depth > depthMax) throw refused(`conditions: Groups may be ${depthMax} deep.`);
  requireOnly(given, ['operator', 'children'], 'conditions');
  const operator = given['operator'] === 'AND' ? 'AND' : given['operator'] === 'OR' ? 'OR' : null;
  if (operator === null) throw refused('conditions: The operator is AND or OR.');
  const children = listOf(given['children'], 'conditions');
  if (children.length > leavesMax) throw refused(`conditions: There may be ${leavesMax}.`);
  return {
    operator,
    children: children.map((child) => {
      if (!isObject(child)) throw refused('conditions: Every child is a group or a condition.');
      return 'operator' in child || 'children' in child ? groupOf(child, depth + 1) : leafOf(child);
    }),
  };
};

/** countConditions counts the leaves of a tree. */
export const countConditions = (condition: Condition): number =>
  'type' in condition ? 1 : condition.children.reduce((sum, child) => sum + countConditions(child), 0);

const always: ConditionGroup = { operator: 'AND', children: [] };

const conditionsOf = (given: unknown): ConditionGroup => {
  if (given === null || (isObject(given) && Object.keys(given).length === 0)) return always;
  if (!isObject(given)) throw refused('conditions: Expected a group of conditions.');
  const group = 'type' in given ? { operator: 'AND' as const, children: [leafOf(given)] } : groupOf(given, 1);
  if (countConditions(group) > leavesMax) throw refused(`conditions: There may be ${leavesMax}.`);
  return group;
};

const actionOf = (given: unknown): AutomationAction => {
  if (!isObject(given)) throw refused('actions: Every action is an object.');
  requireOnly(given, ['type', 'value'], 'actions');
  const type = actionTypes.find((name) => name === given['type']);
  const { value } = given;
  switch (type) {
    case undefined:
      throw refused(`actions: ${shown(given['type'])} is not one of ${actionTypes.join(', ')}.`);
    case 'generate_report':
      if (value !== undefined && value !== null && value !== '' && value !== true) {
        throw refused(`actions: ${type} takes no value.`);
      }
      return { type, value: null };
    case 'change_status':
      if (!trackerStatuses.some((status) => status === value)) {
        throw refused(`actions: ${type} needs one of ${trackerStatuses.join(', ')}.`);
      }
      return { type, value: textOf(value, `actions: ${type}`) };
    case 'send_notification':
    case 'assign_user':
      return { type, value: textOf(value, `actions: ${type}`) };
  }
};

const actionsOf = (given: unknown): AutomationAction[] => {
  const list = listOf(given, 'actions');
  if (list.length > actionsMax) throw refused(`actions: There may be ${actionsMax}.`);
  return list.map(actionOf);
};

/**
 * configurationOf checks a configuration on top of the one before; whether the notifications and people that actions name
 * exist is not asked here. Throws `request.invalid_parameter` for the field `configuration`.
 */
export const configurationOf = (
  type: 'alert' | 'report',
  given: ConfigurationInput,
  before: AutomationConfiguration = { triggers: [], conditions: always, actions: [] },
): AutomationConfiguration => {
  requireOnly(given, ['triggers', 'conditions', 'actions'], 'configuration');
  const configuration = {
    triggers: given['triggers'] === undefined ? before.triggers : triggersOf(given['triggers']),
    conditions: given['conditions'] === undefined ? before.conditions : conditionsOf(given['conditions']),
    actions: given['actions'] === undefined ? before.actions : actionsOf(given['actions']),
  };
  if (type === 'report') {
    if (configuration.triggers.length > 0) throw refused('triggers: Report automations have none.');
    return configuration;
  }
  if (configuration.triggers.length === 0) throw refused('triggers: An alert automation needs at least one trigger.');
  if (configuration.actions.length === 0) throw refused('actions: An alert automation needs at least one action.');
  return configuration;
};
