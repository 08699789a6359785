import type { Project } from '../accounts/index.ts';
import { AppError, fail, newUuid, refusedFields, Secret, type Actor } from '../kernel/index.ts';
import { inTransaction, unlessTaken, type Db } from '../storage/index.ts';
import { automationsSending } from './automations.ts';
import { confirmationOf, confirmationText, isConfirmedBy, readConfirmation } from './confirmation.ts';
import type { WatchDeps } from './deps.ts';
import { refused } from './given-configuration.ts';
import { outputName } from './output-name.ts';
import {
  addressOf,
  shownTarget,
  targetOf,
  type NotificationTarget,
  type NotificationType,
  type ShownTarget,
  type TargetInput,
} from './notification-targets.ts';
import {
  deleteNotification,
  findNotification,
  findNotificationById,
  insertNotification,
  listNotifications,
  lockNotification,
  lockSealedOtherwise,
  updateNotification,
  type NotificationRow,
} from './store/notification-store.ts';

/** A way by which a project's alerts leave. Times are epoch milliseconds. */
export interface Notification {
  readonly id: string;
  readonly projectId: number;
  readonly name: string;
  readonly isEnabled: boolean;
  /** Whether nobody has confirmed the address of an e-mail yet. */
  readonly isPending: boolean;
  readonly target: ShownTarget;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Who means which notification: a project's, by name. */
export interface NotificationPlace {
  readonly actor: Actor;
  readonly projectId: number;
  readonly name: string;
}

export interface NotificationChange {
  readonly name?: string;
  readonly isEnabled?: boolean;
  readonly target?: TargetInput;
}

/** Of one project. */
const notificationsMax = 100;

const pendingText = 'The address is not confirmed yet: open the link in the mail.';

/** naming turns a taken name into `notification.name_taken`. */
const naming = <T>(task: () => Promise<T>): Promise<T> =>
  unlessTaken(task, (cause) => {
    const name = ['This name already exists.'];
    return fail('notification.name_taken', { detail: { fields: { name } }, cause });
  });

export const notificationVerbs = (deps: WatchDeps) => {
  const { control, clock, random, audit, projects, sealing } = deps;
  const { db } = control;

  // What is sealed is written by `columnsOf` only.
  const opened = ({ id, sealed, pepper_version: pepperVersion }: NotificationRow): NotificationTarget =>
    JSON.parse(sealing.open({ sealed, pepperVersion }, id).reveal()) as NotificationTarget;

  const columnsOf = (id: string, target: NotificationTarget): Pick<NotificationRow, 'sealed' | 'pepper_version'> => {
    const { sealed, pepperVersion } = sealing.seal(new Secret(JSON.stringify(target)), id);
    return { sealed, pepper_version: pepperVersion };
  };

  const notificationOf = (row: NotificationRow): Notification => ({
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    isEnabled: row.is_enabled === 1,
    isPending: row.confirmation_digest !== '',
    target: shownTarget(opened(row)),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  });

  const record = (
    tx: Db,
    actor: Actor,
    row: NotificationRow,
    action: string,
    change: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown> } = {},
  ): Promise<void> => {
    const target = opened(row);
    return audit.record(tx, {
      actor,
      scope: { kind: 'project', id: String(row.project_id) },
      action,
      object: { kind: 'notification', id: row.id, name: row.name },
      ...change,
      ...(target.type === 'email' ? { personal: { email: target.email } } : {}),
    });
  };

  /** What the audit log may keep for ever: no address of a person, and nothing that opens a door. */
  const traceOf = (row: NotificationRow): Record<string, unknown> => {
    const shown = shownTarget(opened(row));
    return {
      name: row.name,
      is_enabled: row.is_enabled === 1,
      ...(shown.type === 'webhook' ? { host: shown.host, header_names: shown.headerNames } : {}),
      ...(shown.type === 'email' ? { is_confirmed: row.confirmation_digest === '' } : {}),
    };
  };

  const requireCallable = async (target: NotificationTarget): Promise<void> => {
    const address = addressOf(target);
    if (address === null) return;
    try {
      await deps.checkAddress(address);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'outbound.refused') throw error;
      throw refused('This URL is not allowed.');
    }
  };

  /** askFor mails the link that confirms an address, and returns what the row keeps of it. */
  const askFor = async (tx: Db, row: Pick<NotificationRow, 'id' | 'name'>, project: Project, email: string) => {
    const asked = confirmationOf(random, clock.nowMs());
    const link = `${deps.publicUrl}/confirm-notification#${row.id}.${asked.secret}`;
    await deps.mail.send(tx, {
      to: email,
      subject: `Confirm notifications of ${project.name}`,
      text: confirmationText({ project: project.name, name: row.name, link }),
      askedBy: project.organizationId,
    });
    return { confirmation_digest: asked.digest, confirmation_expires_at_ms: asked.expiresAtMs, is_enabled: 0 };
  };

  const rowOf = async (tx: Db, { projectId, name }: NotificationPlace): Promise<NotificationRow> => {
    const row = await findNotification(tx, projectId, name);
    if (row === undefined) throw fail('notification.not_found');
    return row;
  };

  return {
    /** list returns a project's notifications by name. It asks nobody who asks. */
    list: async (projectId: number): Promise<Notification[]> =>
      (await listNotifications(db, projectId)).map(notificationOf),
    /** find returns one by name, or null. */
    find: async (projectId: number, name: string): Promise<Notification | null> => {
      const row = await findNotification(db, projectId, name);
      return row === undefined ? null : notificationOf(row);
    },
    /** openTarget is where a notification goes, with everything secret: for delivery alone. Null when it is gone. */
    openTarget: async (id: string): Promise<Secret<NotificationTarget> | null> => {
      const row = await findNotificationById(db, id);
      return row === undefined ? null : new Secret(opened(row));
    },
    /**
     * create adds a notification. One to an e-mail address stays off until the link that is mailed there is opened.
     * Throws `notification.name_taken`, `watch.too_many_outputs`, `mail.limited`, `request.invalid_parameter`, and as `projects.lock` does.
     */
    create: async (
      input: NotificationPlace & {
        readonly type: NotificationType;
        readonly isEnabled?: boolean;
        readonly target: TargetInput;
      },
    ): Promise<Notification> => {
      const name = outputName(input.name);
      const target = targetOf(input.type, input.target);
      await requireCallable(target);
      return naming(() =>
        inTransaction(db, async (tx) => {
          const { actor, projectId } = input;
          const project = await projects.lock(tx, { actor, projectId, needed: 'manage' });
          if ((await listNotifications(tx, projectId)).length >= notificationsMax) {
            throw fail('watch.too_many_outputs', {
              message: `A project has at most ${notificationsMax} notifications`,
            });
          }
          const id = newUuid(random);
          const nowMs = clock.nowMs();
          const row: NotificationRow = {
            id,
            project_id: projectId,
            name,
            type: input.type,
            is_enabled: Number(input.isEnabled ?? true),
            ...columnsOf(id, target),
            confirmation_digest: '',
            confirmation_expires_at_ms: null,
            created_at_ms: nowMs,
            updated_at_ms: nowMs,
            ...(target.type === 'email' ? await askFor(tx, { id, name }, project, target.email) : {}),
          };
          await insertNotification(tx, row);
          await record(tx, actor, row, 'notification.created', { after: { type: row.type, ...traceOf(row) } });
          return notificationOf(row);
        }),
      );
    },
    /** change changes what is given; another e-mail address has to be confirmed anew. Throws as `create`, `notification.not_found`. */
    change: async (input: NotificationPlace & { readonly change: NotificationChange }): Promise<Notification> => {
      const { actor, projectId, change } = input;
      const held = await rowOf(db, input);
      const name = change.name === undefined ? held.name : outputName(change.name);
      if (change.target !== undefined) await requireCallable(targetOf(held.type, change.target, opened(held)));
      return naming(() =>
        inTransaction(db, async (tx) => {
          const project = await projects.lock(tx, { actor, projectId, needed: 'manage' });
          const row = await rowOf(tx, input);
          const before = opened(row);
          const target = change.target === undefined ? before : targetOf(row.type, change.target, before);
          const isMoved = target.type === 'email' && before.type === 'email' && target.email !== before.email;
          const isLate = (row.confirmation_expires_at_ms ?? Number.POSITIVE_INFINITY) <= clock.nowMs();
          const mustAsk = target.type === 'email' && (isMoved || (isLate && change.target !== undefined));
          if (change.isEnabled === true && row.confirmation_digest !== '')
            throw refusedFields({ is_enabled: pendingText });
          const changed: NotificationRow = {
            ...row,
            name,
            is_enabled: Number(change.isEnabled ?? row.is_enabled === 1),
            ...columnsOf(row.id, target),
            updated_at_ms: clock.nowMs(),
            ...(mustAsk ? await askFor(tx, { id: row.id, name }, project, target.email) : {}),
          };
          await updateNotification(tx, row.id, changed);
          await record(tx, actor, changed, 'notification.changed', {
            before: traceOf(row),
            after: { ...traceOf(changed), target_changed: JSON.stringify(target) !== JSON.stringify(before) },
          });
          return notificationOf(changed);
        }),
      );
    },
    /**
     * remove forgets a notification with everything secret in it. Throws `notification.not_found`, and `notification.in_use`
     * with the automations that would send to nobody then: they are for those to change who may change automations.
     */
    remove: (input: NotificationPlace): Promise<void> =>
      inTransaction(db, async (tx) => {
        const { actor, projectId } = input;
        await projects.lock(tx, { actor, projectId, needed: 'manage' });
        const row = await rowOf(tx, input);
        const automations = await automationsSending(tx, projectId, row.id);
        if (automations.length > 0) {
          const message = `Automations of the project send to this notification: ${automations.join(', ')}`;
          throw fail('notification.in_use', { message, detail: { automations } });
        }
        await deleteNotification(tx, row.id);
        await record(tx, actor, row, 'notification.removed', { before: { type: row.type, ...traceOf(row) } });
      }),
    /**
     * confirm takes the token of a mailed link, switches the notification on, and returns its name. `actor` is who
     * presents it. Throws `confirmation.refused` for one that is wrong, late, used, or of an address that was changed.
     */
    confirm: (token: string, actor: Actor): Promise<{ readonly name: string }> =>
      inTransaction(db, async (tx) => {
        const { id, secret } = readConfirmation(token);
        const row = await lockNotification(control.engine, tx, id);
        const isRight = isConfirmedBy(row?.confirmation_digest ?? '', secret);
        if (row === undefined || !isRight || clock.nowMs() >= (row.confirmation_expires_at_ms ?? 0)) {
          throw fail('confirmation.refused');
        }
        const confirmed = { confirmation_digest: '', confirmation_expires_at_ms: null, is_enabled: 1 };
        await updateNotification(tx, id, { ...confirmed, updated_at_ms: clock.nowMs() });
        await record(tx, actor, row, 'notification.confirmed', { after: { is_enabled: true } });
        return { name: row.name };
      }),
    /** sealAnew seals everything with the pepper of now, so that an older one may go, and returns how many that were. */
    sealAnew: (pepperVersion: number): Promise<number> =>
      inTransaction(db, async (tx) => {
        const rows = await lockSealedOtherwise(control.engine, tx, pepperVersion);
        for (const { id, sealed, pepper_version: version } of rows) {
          const text = sealing.open({ sealed, pepperVersion: version }, id);
          const anew = sealing.seal(text, id);
          await updateNotification(tx, id, { sealed: anew.sealed, pepper_version: anew.pepperVersion });
        }
        return rows.length;
      }),
  };
};
