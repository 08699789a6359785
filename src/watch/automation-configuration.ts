import { always, conditionsOf, type ConditionGroup } from './automation-conditions.ts';
import { isObject, isText, refused, requireOnly, shown, textOf, type GivenObject } from './given-configuration.ts';
import { trackerStatuses } from './tracker.ts';

const triggers = [
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
const actionTypes = ['send_notification', 'generate_report', 'assign_user', 'change_status'] as const;

type Trigger = (typeof triggers)[number];
type Note = string | number | boolean | null;

export interface AutomationAction {
  readonly type: (typeof actionTypes)[number];
  /** The id of a notification or of a user, a tracker status; true or null for a report. As it comes: a name, an e-mail address. */
  readonly value: string | true | null;
  /** What stands beside the value for people to read (`label`, `name`, `username`); kept, and never acted on. */
  readonly notes?: Readonly<Record<string, Note>>;
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
export type ConfigurationInput = GivenObject;

const actionsMax = 20;
const notesMax = 20;

const triggersOf = (given: unknown): Trigger[] => {
  if (!Array.isArray(given)) throw refused('Triggers must be a list.');
  const found = given.map((each: unknown) => {
    const known = triggers.find((name) => name === each);
    if (known === undefined) throw refused(`triggers: ${shown(each)} is not one of ${triggers.join(', ')}.`);
    return known;
  });
  return [...new Set(found)];
};

const isNote = (value: unknown): value is Note =>
  value === null || typeof value === 'number' || typeof value === 'boolean' || isText(value);

const notesOf = (given: GivenObject): Pick<AutomationAction, 'notes'> => {
  const notes: [string, Note][] = Object.entries(given).flatMap(([name, value]) => {
    if (name === 'type' || name === 'value') return [];
    if (!isText(name) || !isNote(value)) {
      throw refused(`actions: ${shown(name)} beside a value is a short text, a number, true, false or null.`);
    }
    return [[name, value]];
  });
  if (notes.length > notesMax) throw refused(`actions: There may be ${notesMax} members.`);
  return notes.length === 0 ? {} : { notes: Object.fromEntries(notes) };
};

const actionValueOf = (type: AutomationAction['type'], value: unknown): AutomationAction['value'] => {
  switch (type) {
    case 'generate_report':
      if (value !== undefined && value !== null && value !== '' && value !== true) {
        throw refused(`actions: ${type} takes no value but true.`);
      }
      return value ?? null;
    case 'change_status':
      if (!trackerStatuses.some((status) => status === value)) {
        throw refused(`actions: ${type} needs one of ${trackerStatuses.join(', ')}.`);
      }
      return textOf(value, `actions: ${type}`);
    case 'send_notification':
    case 'assign_user':
      return textOf(value, `actions: ${type}`);
  }
};

const actionOf = (given: unknown): AutomationAction => {
  if (!isObject(given)) throw refused('actions: Every action is an object.');
  const type = actionTypes.find((name) => name === given['type']);
  if (type === undefined) {
    throw refused(`actions: ${shown(given['type'])} is not one of ${actionTypes.join(', ')}.`);
  }
  return { type, value: actionValueOf(type, given['value']), ...notesOf(given) };
};

const actionsOf = (given: unknown): AutomationAction[] => {
  if (!Array.isArray(given)) throw refused('Actions must be a list.');
  if (given.length > actionsMax) throw refused(`actions: There may be ${actionsMax}.`);
  return given.map(actionOf);
};

/**
 * configurationOf checks a configuration on top of the one before; whether the notifications and people that actions name
 * exist is not asked here. Triggers of a report mean nothing and are left out. Throws `request.invalid_parameter` for the
 * field `configuration`.
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
  if (type === 'report') return { ...configuration, triggers: [] };
  if (configuration.triggers.length === 0) throw refused('At least one event is required for alert automations.');
  if (configuration.actions.length === 0) throw refused('At least one action is required for alert automations.');
  return configuration;
};
