import type { PlanName } from '../config/index.ts';
import { fail, newId, type Actor } from '../kernel/index.ts';
import { inTransaction, unlessTaken, type Db } from '../storage/index.ts';
import { ownersTouchedBy } from './account-fences.ts';
import type { AccountsDeps } from './deps.ts';
import { normalEmail, normalName } from './email-address.ts';
import type { Passwords } from './password/passwords.ts';
import { requireAdministrator } from './permission.ts';
import { deleteInvitationsFor } from './store/invitation-store.ts';
import { deleteMembershipsOf, listOrganizationMembers } from './store/member-store.ts';
import { deleteSessionsOf, deleteSignInRequestsFor, updateSessionsEnded } from './store/session-store.ts';
import { listSubscriptionsOf, updateSubscription } from './store/subscription-store.ts';
import { listOrganizationsOf, listProjectsOwnedBy } from './store/tenant-store.ts';
import {
  countAdministrators,
  deleteUser,
  findUser,
  findUserByEmail,
  insertUser,
  listUsers,
  lockUser,
  takeTurn,
  updateUser,
  type UserRow,
} from './store/user-store.ts';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly state: 'active' | 'disabled';
  readonly isAdministrator: boolean;
  readonly hasPassword: boolean;
  readonly plan: PlanName;
  readonly planStatus: UserRow['plan_status'];
  readonly createdAtMs: number;
}

export interface NewUser {
  readonly actor: Actor;
  readonly email: string;
  readonly name?: string;
  readonly password?: string;
  readonly plan?: PlanName;
  readonly isAdministrator?: boolean;
}

export const userOf = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  state: row.state,
  isAdministrator: row.is_administrator === 1,
  hasPassword: row.password_digest !== null,
  // The column is written from a PlanName only.
  plan: row.plan as PlanName,
  planStatus: row.plan_status,
  createdAtMs: row.created_at_ms,
});

/** insertAccount writes a new person with a ledger row, and its audit entry. Throws `account.email_taken`. */
export const insertAccount = async (
  deps: AccountsDeps,
  tx: Db,
  input: Omit<NewUser, 'password'> & { readonly passwordDigest?: string },
): Promise<User> => {
  const email = normalEmail(input.email);
  const nowMs = deps.clock.nowMs();
  const row: UserRow = {
    id: newId(deps.random, 'usr'),
    email,
    name: normalName(input.name ?? email.slice(0, email.lastIndexOf('@')), 200),
    state: 'active',
    created_at_ms: nowMs,
    password_digest: input.passwordDigest ?? null,
    is_administrator: input.isAdministrator === true ? 1 : 0,
    plan: input.plan ?? 'free',
    plan_status: 'active',
    plan_started_at_ms: nowMs,
    plan_period_end_ms: null,
    plan_past_due_since_ms: null,
  };
  await unlessTaken(
    () => insertUser(tx, row),
    (cause) => fail('account.email_taken', { message: `The address ${email} is in use`, cause }),
  );
  await deps.meters.openMeter(tx, row.id);
  await deps.audit.record(tx, {
    actor: input.actor,
    scope: { kind: 'account', id: row.id },
    action: 'account.created',
    object: { kind: 'account', id: row.id },
    after: { plan: row.plan, is_administrator: row.is_administrator === 1, has_password: row.password_digest !== null },
    personal: { email, name: row.name },
  });
  return userOf(row);
};

export const userVerbs = (deps: AccountsDeps, passwords: Passwords) => {
  const { control, clock } = deps;

  const getLocked = async (tx: Db, email: string): Promise<UserRow> => {
    const found = await findUserByEmail(tx, normalEmail(email));
    const row = found === undefined ? undefined : await lockUser(control.engine, tx, found.id);
    if (row === undefined) throw fail('account.not_found', { message: `No user with the address ${email}` });
    return row;
  };

  const audit = (
    tx: Db,
    actor: Actor,
    row: UserRow,
    action: string,
    change: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown> },
  ): Promise<void> =>
    deps.audit.record(tx, {
      actor,
      scope: { kind: 'account', id: row.id },
      action,
      object: { kind: 'account', id: row.id },
      ...change,
      personal: { email: row.email },
    });

  const setState = (actor: Actor, email: string, state: UserRow['state']): Promise<User> =>
    inTransaction(control.db, async (tx) => {
      await requireAdministrator(tx, actor);
      await takeTurn(control.engine, tx, 'turn.administrators');
      const row = await getLocked(tx, email);
      if (row.state === state) return userOf(row);
      if (state === 'disabled') await requireOtherAdministrator(tx, row);
      await updateUser(tx, row.id, { state });
      const ended = state === 'disabled' ? await updateSessionsEnded(tx, row.id, {}, clock.nowMs()) : 0;
      await deps.meters.moveFence(tx, await ownersTouchedBy(tx, row.id));
      await audit(tx, actor, row, state === 'disabled' ? 'account.disabled' : 'account.enabled', {
        before: { state: row.state },
        after: { state, sessions_ended: ended },
      });
      return userOf({ ...row, state });
    });

  const requireOtherAdministrator = async (tx: Db, row: UserRow): Promise<void> => {
    if (row.is_administrator === 1 && row.state === 'active' && (await countAdministrators(tx)) < 2) {
      throw fail('account.last_administrator');
    }
  };

  /** Projects have exactly one owner and organisations at least one: they must not be orphaned. */
  const requireNothingOwned = async (tx: Db, userId: string): Promise<void> => {
    const owned = (await listProjectsOwnedBy(tx, userId)).map(({ id, name }) => `project ${id} (${name})`);
    for (const { id, name, role } of await listOrganizationsOf(tx, userId)) {
      const owners = (await listOrganizationMembers(tx, id)).filter((member) => member.role === 'owner');
      if (role === 'owner' && owners.length < 2) owned.push(`organisation ${name}`);
    }
    if (owned.length > 0) {
      throw fail('account.owns_tenants', { message: `The account is the only owner of ${owned.join(', ')}` });
    }
  };

  return {
    /** create throws `account.email_taken`, `password.refused` and `request.invalid_parameter`. */
    create: async (input: NewUser): Promise<User> => {
      await requireAdministrator(control.db, input.actor);
      const { password, ...rest } = input;
      const passwordDigest = password === undefined ? undefined : await passwords.digest(password);
      return inTransaction(control.db, (tx) =>
        insertAccount(deps, tx, passwordDigest === undefined ? rest : { ...rest, passwordDigest }),
      );
    },
    get: async (id: string): Promise<User | null> => {
      const row = await findUser(control.db, id);
      return row === undefined ? null : userOf(row);
    },
    findByEmail: async (email: string): Promise<User | null> => {
      const row = await findUserByEmail(control.db, normalEmail(email));
      return row === undefined ? null : userOf(row);
    },
    /** list returns everybody, oldest first; for the operator and administrators. */
    list: async ({ actor }: { readonly actor: Actor }): Promise<User[]> => {
      await requireAdministrator(control.db, actor);
      return (await listUsers(control.db)).map(userOf);
    },
    /** disable ends the person's sessions, and stops every credential of the person or of the person's making. */
    disable: (input: { readonly actor: Actor; readonly email: string }): Promise<User> =>
      setState(input.actor, input.email, 'disabled'),
    enable: (input: { readonly actor: Actor; readonly email: string }): Promise<User> =>
      setState(input.actor, input.email, 'active'),
    /** setPassword sets or, with null, removes a password: the operator's for anybody, a person's for themselves. */
    setPassword: async (input: {
      readonly actor: Actor;
      readonly email: string;
      readonly password: string | null;
    }): Promise<void> => {
      const { actor } = input;
      const digest = input.password === null ? null : await passwords.digest(input.password);
      await inTransaction(control.db, async (tx) => {
        const found = await findUserByEmail(tx, normalEmail(input.email));
        if (actor.kind !== 'user' || found?.id !== actor.id) await requireAdministrator(tx, actor);
        const row = await getLocked(tx, input.email);
        await updateUser(tx, row.id, { password_digest: digest });
        await audit(tx, actor, row, digest === null ? 'account.password_removed' : 'account.password_set', {
          before: { has_password: row.password_digest !== null },
          after: { has_password: digest !== null },
        });
      });
    },
    /**
     * delete ends everything of a person and forgets who it was: sessions, credentials, memberships, invitations, mails, and
     * the personal data in the audit log. What was done stays, under the bare id. Throws `account.owns_tenants` and
     * `account.last_administrator` rather than leave something without anybody.
     */
    delete: (input: { readonly actor: Actor; readonly email: string }): Promise<void> =>
      inTransaction(control.db, async (tx) => {
        const { actor } = input;
        await requireAdministrator(tx, actor);
        await takeTurn(control.engine, tx, 'turn.administrators');
        const row = await getLocked(tx, input.email);
        await requireOtherAdministrator(tx, row);
        await requireNothingOwned(tx, row.id);
        await deps.meters.moveFence(tx, await ownersTouchedBy(tx, row.id));
        await deps.revokeAllOf(tx, row.id, actor);
        for (const { id } of await listSubscriptionsOf(tx, row.id)) {
          await deps.revokeAllOf(tx, id, actor);
          await updateSubscription(tx, id, { status: 'expired', updated_at_ms: clock.nowMs() });
        }
        await deleteSessionsOf(tx, row.id);
        await deleteSignInRequestsFor(tx, row.email);
        await deleteInvitationsFor(tx, row.email);
        await deleteMembershipsOf(tx, row.id);
        await deps.dependants.memberLeft(tx, row.id);
        await deps.dependants.personDeleted(tx, row.id);
        await deps.mail.forget(tx, row.email);
        await deleteUser(tx, row.id);
        await audit(tx, actor, row, 'account.deleted', { before: { state: row.state, plan: row.plan } });
        await deps.audit.erase(tx, { actor, userId: row.id, emails: [row.email] });
      }),
  };
};
