import { fail, newUuid, type Actor } from '../kernel/index.ts';
import type { Project } from '../accounts/index.ts';
import { inTransaction, unlessTaken, type Db } from '../storage/index.ts';
import { countConditions } from './automation-conditions.ts';
import {
  configurationOf,
  type AutomationAction,
  type AutomationConfiguration,
  type ConfigurationInput,
} from './automation-configuration.ts';
import { noSchedule, scheduleOf, type Schedule, type ScheduleInput } from './automation-schedule.ts';
import type { WatchDeps } from './deps.ts';
import { refused } from './given-configuration.ts';
import { outputName } from './output-name.ts';
import {
  deleteAutomation,
  findAutomation,
  insertAutomation,
  listAutomations,
  updateAutomation,
  type AutomationRow,
} from './store/automation-store.ts';
import { listNotifications } from './store/notification-store.ts';

/** What a project does by itself: on changes of the catalogue, or at set times. Times are epoch milliseconds. */
export interface Automation {
  readonly id: string;
  readonly projectId: number;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly triggerType: 'alert' | 'report';
  readonly schedule: Schedule;
  readonly configuration: AutomationConfiguration;
  readonly conditionsCount: number;
  readonly lastExecutionAtMs: number | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Who means which automation: a project's, by name. */
export interface AutomationPlace {
  readonly actor: Actor;
  readonly projectId: number;
  readonly name: string;
}

export interface AutomationChange {
  readonly name?: string;
  readonly isEnabled?: boolean;
  readonly triggerType?: 'alert' | 'report';
  readonly schedule?: ScheduleInput;
  readonly configuration?: ConfigurationInput;
}

/** Of one project. */
const automationsMax = 100;

const automationOf = (row: AutomationRow): Automation => {
  // The column is written from a checked configuration only.
  const configuration = JSON.parse(row.configuration) as AutomationConfiguration;
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    isEnabled: row.is_enabled === 1,
    triggerType: row.trigger_type,
    schedule: {
      frequency: row.frequency,
      timezone: row.schedule_timezone,
      time: row.schedule_time,
      weekday: row.schedule_weekday,
    },
    configuration,
    conditionsCount: countConditions(configuration.conditions),
    lastExecutionAtMs: row.last_execution_at_ms,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
};

const columnsOf = ({ frequency, timezone, time, weekday }: Schedule) => ({
  frequency,
  schedule_timezone: timezone,
  schedule_time: time,
  schedule_weekday: weekday,
});

/** naming turns a taken name into `automation.name_taken`. */
const naming = <T>(task: () => Promise<T>): Promise<T> =>
  unlessTaken(task, (cause) => {
    const name = ['This name already exists.'];
    return fail('automation.name_taken', { detail: { fields: { name } }, cause });
  });

const noNotification = () => refused('actions: There is no such notification.');
const noMember = () => refused('actions: There is no such member.');

/** Whom or what an action names; only reports name nothing. */
const named = ({ value }: AutomationAction): string => (typeof value === 'string' ? value : '');

/** automationsSending lists the names of a project's automations, switched on or off, that send to a notification. */
export const automationsSending = async (tx: Db, projectId: number, notificationId: string): Promise<string[]> =>
  (await listAutomations(tx, projectId))
    .map(automationOf)
    .filter(({ configuration }) =>
      configuration.actions.some(({ type, value }) => type === 'send_notification' && value === notificationId),
    )
    .map(({ name }) => name);

export const automationVerbs = (deps: WatchDeps) => {
  const { control, clock, random, audit, projects } = deps;
  const { db } = control;

  const record = (
    tx: Db,
    actor: Actor,
    row: AutomationRow,
    action: string,
    change: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown> },
  ): Promise<void> =>
    audit.record(tx, {
      actor,
      scope: { kind: 'project', id: String(row.project_id) },
      action,
      object: { kind: 'automation', id: row.id, name: row.name },
      ...change,
    });

  const traceOf = (row: AutomationRow): Record<string, unknown> => {
    const { name, isEnabled, triggerType, schedule, configuration } = automationOf(row);
    // What stands beside a value may name people, and the log keeps what it has for ever.
    const actions = configuration.actions.map(({ type, value }) => ({ type, value }));
    const given = { ...configuration, actions };
    return { name, is_enabled: isEnabled, trigger_type: triggerType, ...columnsOf(schedule), ...given };
  };

  /** resolved checks what actions name: a notification of the project by id or name, a person who belongs to it. */
  const resolved = async (tx: Db, project: Project, actions: readonly AutomationAction[]) => {
    const notifications = await listNotifications(tx, project.id);
    const found: AutomationAction[] = [];
    for (const action of actions) {
      const { type } = action;
      const value = named(action);
      if (type === 'send_notification') {
        const wanted = value.toLowerCase();
        // A name may look like an id; what is shown of an action is the id, and can be sent back.
        const one = notifications.find(({ id }) => id === wanted) ?? notifications.find(({ name }) => name === value);
        if (one === undefined) throw noNotification();
        found.push({ ...action, value: one.id });
      } else if (type === 'assign_user') {
        const person = await projects.lockPerson(tx, project, value);
        if (person === null) throw noMember();
        found.push({ ...action, value: person.userId });
      } else found.push(action);
    }
    return found;
  };

  /** requireTargets checks that what held actions name, by what stays, is still there. */
  const requireTargets = async (tx: Db, project: Project, actions: readonly AutomationAction[]): Promise<void> => {
    const notifications = await listNotifications(tx, project.id);
    for (const action of actions) {
      const { type } = action;
      const value = named(action);
      if (type === 'send_notification' && !notifications.some(({ id }) => id === value)) throw noNotification();
      if (type === 'assign_user' && !(await projects.belongs(tx, project.id, value))) throw noMember();
    }
  };

  const rowOf = async (tx: Db, { projectId, name }: AutomationPlace): Promise<AutomationRow> => {
    const row = await findAutomation(tx, projectId, name);
    if (row === undefined) throw fail('automation.not_found');
    return row;
  };

  return {
    /** list returns a project's automations by name. It asks nobody who asks. */
    list: async (projectId: number): Promise<Automation[]> => (await listAutomations(db, projectId)).map(automationOf),
    /** find returns one by name, or null. */
    find: async (projectId: number, name: string): Promise<Automation | null> => {
      const row = await findAutomation(db, projectId, name);
      return row === undefined ? null : automationOf(row);
    },
    /**
     * create adds an automation. Throws `automation.name_taken`, `watch.too_many_outputs`, `request.invalid_parameter`
     * that names the fields, and as `projects.lock` does.
     */
    create: async (
      input: AutomationPlace & {
        readonly isEnabled?: boolean;
        readonly triggerType: 'alert' | 'report';
        readonly schedule?: ScheduleInput;
        readonly configuration?: ConfigurationInput;
      },
    ): Promise<Automation> => {
      const { actor, projectId, triggerType } = input;
      const name = outputName(input.name);
      const schedule = scheduleOf(triggerType, input.schedule ?? {});
      const configuration = configurationOf(triggerType, input.configuration ?? {});
      return naming(() =>
        inTransaction(db, async (tx) => {
          const project = await projects.lock(tx, { actor, projectId, needed: 'manage' });
          if ((await listAutomations(tx, projectId)).length >= automationsMax) {
            throw fail('watch.too_many_outputs', { message: `A project has at most ${automationsMax} automations` });
          }
          const actions = await resolved(tx, project, configuration.actions);
          const nowMs = clock.nowMs();
          const row: AutomationRow = {
            id: newUuid(random),
            project_id: projectId,
            name,
            is_enabled: Number(input.isEnabled ?? true),
            trigger_type: triggerType,
            ...columnsOf(schedule),
            configuration: JSON.stringify({ ...configuration, actions }),
            last_execution_at_ms: null,
            created_at_ms: nowMs,
            updated_at_ms: nowMs,
          };
          await insertAutomation(tx, row);
          await record(tx, actor, row, 'automation.created', { after: traceOf(row) });
          return automationOf(row);
        }),
      );
    },
    /**
     * change changes what is given, and checks what comes of it as a whole; of one that is off in the end, not whether what
     * its actions named is still there. Throws as `create`, `automation.not_found`.
     */
    change: async (input: AutomationPlace & { readonly change: AutomationChange }): Promise<Automation> => {
      const { actor, projectId, change } = input;
      const name = change.name === undefined ? undefined : outputName(change.name);
      return naming(() =>
        inTransaction(db, async (tx) => {
          const project = await projects.lock(tx, { actor, projectId, needed: 'manage' });
          const row = await rowOf(tx, input);
          const held = automationOf(row);
          const type = change.triggerType ?? held.triggerType;
          const before = type === held.triggerType ? held.schedule : noSchedule;
          const configuration = configurationOf(type, change.configuration ?? {}, {
            ...held.configuration,
            triggers: type === held.triggerType ? held.configuration.triggers : [],
          });
          const isEnabled = change.isEnabled ?? held.isEnabled;
          const isRouted = change.configuration?.['actions'] !== undefined;
          const actions = isRouted ? await resolved(tx, project, configuration.actions) : configuration.actions;
          // What is switched off may be kept as it is: else nobody could switch it off.
          if (isEnabled && !isRouted) await requireTargets(tx, project, actions);
          const changed: AutomationRow = {
            ...row,
            name: name ?? row.name,
            is_enabled: Number(isEnabled),
            trigger_type: type,
            ...columnsOf(scheduleOf(type, change.schedule ?? {}, before)),
            configuration: JSON.stringify({ ...configuration, actions }),
            updated_at_ms: clock.nowMs(),
          };
          await updateAutomation(tx, row.id, changed);
          await record(tx, actor, changed, 'automation.changed', { before: traceOf(row), after: traceOf(changed) });
          return automationOf(changed);
        }),
      );
    },
    /** remove forgets an automation with its executions. Throws `automation.not_found`. */
    remove: (input: AutomationPlace): Promise<void> =>
      inTransaction(db, async (tx) => {
        const { actor, projectId } = input;
        await projects.lock(tx, { actor, projectId, needed: 'manage' });
        const row = await rowOf(tx, input);
        await deleteAutomation(tx, row.id);
        await record(tx, actor, row, 'automation.removed', { before: traceOf(row) });
      }),
  };
};
