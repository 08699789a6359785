import { fail, newId, type Actor } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import type { AccountsDeps } from './deps.ts';
import { normalEmail } from './email-address.ts';
import { projectOwnerId } from './owner.ts';
import { requireAccess } from './permission.ts';
import { requireRoomForMember } from './project-members.ts';
import {
  findInvitation,
  insertInvitation,
  listInvitationsFor,
  listOpenInvitations,
  lockInvitation,
  updateInvitationState,
  type InvitationRow,
} from './store/invitation-store.ts';
import {
  findOrganizationRole,
  findProjectRole,
  writeOrganizationMember,
  writeProjectMember,
} from './store/member-store.ts';
import { movePlace } from './store/place-store.ts';
import { lockOrganization, lockProject, type OrganizationRow, type ProjectRow } from './store/tenant-store.ts';
import { findUser, findUserByEmail, type UserRow } from './store/user-store.ts';

export type InvitationTarget =
  | { readonly kind: 'organization'; readonly id: string }
  | { readonly kind: 'project'; readonly id: number };

export interface Invitation {
  readonly id: string;
  readonly target: InvitationTarget;
  readonly email: string;
  readonly role: string;
  readonly invitedBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

type Tenant =
  | { readonly kind: 'organization'; readonly row: OrganizationRow }
  | { readonly kind: 'project'; readonly row: ProjectRow };

const targetOf = (row: InvitationRow): InvitationTarget =>
  row.target_kind === 'project'
    ? { kind: 'project', id: Number(row.target_id) }
    : { kind: 'organization', id: row.target_id };

const invitationOf = (row: InvitationRow): Invitation => ({
  id: row.id,
  target: targetOf(row),
  email: row.email,
  role: row.role,
  invitedBy: row.invited_by,
  createdAtMs: row.created_at_ms,
  expiresAtMs: row.expires_at_ms,
});

const ownerIdOf = (target: InvitationTarget): string =>
  target.kind === 'project' ? projectOwnerId(target.id) : target.id;

/** A project has exactly one owner, who is not invited. */
const roles: Record<InvitationTarget['kind'], readonly string[]> = {
  project: ['admin', 'member'],
  organization: ['owner', 'member'],
};

export const invitationVerbs = (deps: AccountsDeps) => {
  const { control, clock } = deps;

  const lock = async (tx: Db, target: InvitationTarget): Promise<Tenant> => {
    if (target.kind === 'project') {
      const row = await lockProject(control.engine, tx, target.id);
      if (row === undefined) throw fail('project.not_found');
      return { kind: 'project', row };
    }
    const row = await lockOrganization(control.engine, tx, target.id);
    if (row === undefined) throw fail('organization.not_found');
    return { kind: 'organization', row };
  };

  const roleIn = (tx: Db, tenant: Tenant, userId: string): Promise<string | undefined> =>
    tenant.kind === 'project'
      ? findProjectRole(tx, tenant.row.id, userId)
      : findOrganizationRole(tx, tenant.row.id, userId);

  const audit = (tx: Db, actor: Actor, row: InvitationRow, action: string): Promise<void> =>
    deps.audit.record(tx, {
      actor,
      scope: { kind: row.target_kind, id: row.target_id },
      action,
      object: { kind: 'invitation', id: row.id },
      after: { role: row.role },
      personal: { email: row.email },
    });

  const textOf = (tenant: Tenant, row: InvitationRow): string => {
    const what = tenant.kind === 'project' ? 'project' : 'organisation';
    const days = Math.round(deps.config.invitationMs / 86_400_000);
    const place = deps.publicUrl === null ? 'Sign in to answer' : `Sign in at ${deps.publicUrl} to answer`;
    return `You are invited to the ${what} ${JSON.stringify(tenant.row.name)} as ${row.role}.\n\n${place}; the invitation (${row.id}) holds for ${days} days. Use this e-mail address.\n`;
  };

  /** insert writes the invitation and its mail; who invites must manage the target. Throws `mail.limited`, `member.exists`. */
  const invite = (input: {
    readonly actor: Actor;
    readonly target: InvitationTarget;
    readonly email: string;
    readonly role: string;
  }): Promise<Invitation> => {
    const { actor, target, role } = input;
    const email = normalEmail(input.email);
    if (!roles[target.kind].includes(role)) {
      throw fail('request.invalid_parameter', { message: `role is one of ${roles[target.kind].join(', ')}` });
    }
    return inTransaction(control.db, async (tx) => {
      const tenant = await lock(tx, target);
      await requireAccess(tx, actor, ownerIdOf(target), 'manage');
      const nowMs = clock.nowMs();
      const row: InvitationRow = {
        id: newId(deps.random, 'inv'),
        target_kind: target.kind,
        target_id: String(target.id),
        email,
        role,
        // The proof is the address itself: only who signs in with it may accept.
        digest: '',
        invited_by: actor.id,
        state: 'open',
        created_at_ms: nowMs,
        expires_at_ms: nowMs + deps.config.invitationMs,
      };
      const person = await findUserByEmail(tx, email);
      if (person !== undefined && (await roleIn(tx, tenant, person.id)) !== undefined) throw fail('member.exists');
      const open = await listOpenInvitations(tx, row, nowMs);
      if (open.some((each) => each.email === email)) {
        throw fail('member.exists', { message: 'This address is invited already', detail: { is_invited: true } });
      }
      if (tenant.kind === 'project') await requireRoomForMember(deps, tx, tenant.row, null);
      await insertInvitation(tx, row);
      await deps.mail.send(tx, {
        to: email,
        subject: `Invitation to ${tenant.row.name}`,
        text: textOf(tenant, row),
        askedBy: tenant.kind === 'project' ? tenant.row.organization_id : tenant.row.id,
      });
      await audit(tx, actor, row, 'invitation.sent');
      return invitationOf(row);
    });
  };

  const join = async (tx: Db, tenant: Tenant, row: InvitationRow, user: UserRow): Promise<void> => {
    const joined = { user_id: user.id, joined_at_ms: clock.nowMs() };
    if (tenant.kind === 'project') {
      await requireRoomForMember(deps, tx, tenant.row, row.id);
      const role = row.role === 'admin' ? 'admin' : 'member';
      await writeProjectMember(tx, { project_id: tenant.row.id, ...joined, role });
    } else {
      const role = row.role === 'owner' ? 'owner' : 'member';
      await movePlace(tx, tenant.row.id, { from: row.id, to: user.id });
      await writeOrganizationMember(tx, { organization_id: tenant.row.id, ...joined, role });
    }
  };

  /** answer lets the invited person, and nobody else, take or leave an open invitation, once. */
  const answer = (
    input: { readonly actor: Actor; readonly invitationId: string },
    take: boolean,
  ): Promise<Invitation> =>
    inTransaction(control.db, async (tx) => {
      const { actor, invitationId } = input;
      const user = actor.kind === 'user' ? await findUser(tx, actor.id) : undefined;
      const found = await findInvitation(tx, invitationId);
      if (user?.state !== 'active' || found === undefined || found.email !== user.email) {
        throw fail('invitation.not_found');
      }
      // The tenant before the invitation, as everywhere: two transactions must not hold what the other waits for.
      const tenant = await lock(tx, targetOf(found));
      const row = await lockInvitation(control.engine, tx, invitationId);
      if (row === undefined || row.state !== 'open' || row.expires_at_ms <= clock.nowMs()) {
        throw fail('invitation.not_found');
      }
      if (take && (await roleIn(tx, tenant, user.id)) !== undefined) throw fail('member.exists');
      if (take) await join(tx, tenant, row, user);
      await updateInvitationState(tx, row.id, take ? 'accepted' : 'withdrawn');
      if (take) await deps.meters.moveFence(tx, [ownerIdOf(targetOf(row))]);
      await audit(tx, actor, row, take ? 'invitation.accepted' : 'invitation.declined');
      return invitationOf(row);
    });

  return {
    invite,
    accept: (input: { readonly actor: Actor; readonly invitationId: string }): Promise<Invitation> =>
      answer(input, true),
    decline: (input: { readonly actor: Actor; readonly invitationId: string }): Promise<Invitation> =>
      answer(input, false),
    /** withdraw takes an open invitation back; for those who manage the target. */
    withdraw: (input: { readonly actor: Actor; readonly invitationId: string }): Promise<void> =>
      inTransaction(control.db, async (tx) => {
        const found = await findInvitation(tx, input.invitationId);
        if (found === undefined) throw fail('invitation.not_found');
        await lock(tx, targetOf(found));
        await requireAccess(tx, input.actor, ownerIdOf(targetOf(found)), 'manage');
        const row = await lockInvitation(control.engine, tx, found.id);
        if (row?.state !== 'open') throw fail('invitation.not_found');
        await updateInvitationState(tx, row.id, 'withdrawn');
        await audit(tx, input.actor, row, 'invitation.withdrawn');
      }),
    /** listOf returns the open invitations of an organisation or project, to those who manage it. */
    listOf: async (input: { readonly actor: Actor; readonly target: InvitationTarget }): Promise<Invitation[]> => {
      const { target } = input;
      await requireAccess(control.db, input.actor, ownerIdOf(target), 'manage');
      const columns = { target_kind: target.kind, target_id: String(target.id) };
      return (await listOpenInvitations(control.db, columns, clock.nowMs())).map(invitationOf);
    },
    /** listFor returns what a person may accept. */
    listFor: async (userId: string): Promise<Invitation[]> => {
      const user = await findUser(control.db, userId);
      if (user === undefined) return [];
      return (await listInvitationsFor(control.db, user.email, clock.nowMs())).map(invitationOf);
    },
  };
};
