import { fail, newId, type Actor } from '../kernel/index.ts';
import { inTransaction, unlessTaken, type Db } from '../storage/index.ts';
import type { AccountsDeps } from './deps.ts';
import { normalName } from './email-address.ts';
import { tellRemoved } from './notices.ts';
import { projectOwnerId } from './owner.ts';
import { accessTo, includes, requireAccess, type Access } from './permission.ts';
import {
  deleteOrganizationMember,
  findOrganizationRole,
  listOrganizationMembers,
  writeOrganizationMember,
} from './store/member-store.ts';
import {
  deleteOrganization,
  findOrganization,
  insertOrganization,
  listOrganizationsOf,
  listProjectsIn,
  lockOrganization,
  updateOrganization,
  type OrganizationRole,
  type OrganizationRow,
} from './store/tenant-store.ts';
import { findNamed, memberNamed, memberOf, ownerFor, type Member, type ProjectRemoval } from './tenant.ts';

export interface Organization {
  readonly id: string;
  readonly name: string;
  /** Whether members may use HTTP Basic for it. */
  readonly isBasicEnabled: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export const organizationOf = (row: OrganizationRow): Organization => ({
  id: row.id,
  name: row.name,
  isBasicEnabled: row.is_basic_enabled === 1,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
});

/** Names that paths of the surfaces use for something else. */
const reserved = new Set(['add', '.', '..']);

const organizationName = (name: string): string => {
  const normal = normalName(name, 100);
  if (reserved.has(normal.toLowerCase())) {
    throw fail('request.invalid_parameter', { message: `The name ${normal} is reserved` });
  }
  return normal;
};

/** renaming turns a taken name into `organization.name_taken`. */
const renaming = <T>(name: string, task: () => Promise<T>): Promise<T> =>
  unlessTaken(task, (cause) =>
    fail('organization.name_taken', { message: `There is an organisation named ${name}`, cause }),
  );

export const organizationVerbs = (deps: AccountsDeps, removeProject: ProjectRemoval) => {
  const { control, clock } = deps;

  const audit = (
    tx: Db,
    actor: Actor,
    row: Pick<OrganizationRow, 'id' | 'name'>,
    action: string,
    rest: {
      readonly object?: { readonly kind: string; readonly id: string };
      readonly before?: Record<string, unknown>;
      readonly after?: Record<string, unknown>;
      readonly personal?: Record<string, string>;
    },
  ): Promise<void> =>
    deps.audit.record(tx, {
      actor,
      scope: { kind: 'organization', id: row.id },
      action,
      object: { kind: 'organization', id: row.id, name: row.name },
      ...rest,
    });

  /** Locked first: who may do what is then read as of the change. */
  const lock = async (tx: Db, actor: Actor, id: string, needed: Access): Promise<OrganizationRow> => {
    const row = await lockOrganization(control.engine, tx, id);
    if (row === undefined) throw fail('organization.not_found');
    await requireAccess(tx, actor, id, needed);
    return row;
  };

  const requireOtherOwner = async (tx: Db, organizationId: string, userId: string): Promise<void> => {
    const members = await listOrganizationMembers(tx, organizationId);
    if (!members.some((member) => member.role === 'owner' && member.user_id !== userId))
      throw fail('member.last_owner');
  };

  return {
    /** create makes an organisation. A signed-in person becomes its owner; the operator names one by e-mail. */
    create: (input: {
      readonly actor: Actor;
      readonly name: string;
      readonly ownerEmail?: string;
    }): Promise<Organization> => {
      const name = organizationName(input.name);
      return renaming(name, () =>
        inTransaction(control.db, async (tx) => {
          const ownerId = await ownerFor(tx, input.actor, input.ownerEmail);
          const nowMs = clock.nowMs();
          const id = newId(deps.random, 'org');
          const row = { id, name, is_basic_enabled: 1, created_at_ms: nowMs, updated_at_ms: nowMs };
          await insertOrganization(tx, row);
          await writeOrganizationMember(tx, {
            organization_id: id,
            user_id: ownerId,
            role: 'owner',
            joined_at_ms: nowMs,
          });
          await deps.meters.openMeter(tx, id);
          await audit(tx, input.actor, row, 'organization.created', { after: { name, owner: ownerId } });
          return organizationOf(row);
        }),
      );
    },
    /** find returns an organisation by name or id to those who may see it, else null. */
    find: async (input: { readonly actor: Actor; readonly organization: string }): Promise<Organization | null> => {
      const row = await findNamed(control.db, input.organization);
      if (row === undefined) return null;
      return includes(await accessTo(control.db, input.actor, row.id), 'view') ? organizationOf(row) : null;
    },
    /** byId returns an organisation, or null. It asks nobody who asks, and takes no name for an id. */
    byId: async (id: string): Promise<Organization | null> => {
      const row = await findOrganization(control.db, id);
      return row === undefined ? null : organizationOf(row);
    },
    /** listOf returns the organisations that a person belongs to, by name. */
    listOf: async (userId: string): Promise<(Organization & { readonly role: OrganizationRole })[]> =>
      (await listOrganizationsOf(control.db, userId)).map((row) => ({ ...organizationOf(row), role: row.role })),
    members: async (input: {
      readonly actor: Actor;
      readonly organizationId: string;
    }): Promise<Member<OrganizationRole>[]> => {
      await requireAccess(control.db, input.actor, input.organizationId, 'view');
      return (await listOrganizationMembers(control.db, input.organizationId)).map(memberOf);
    },
    /** change renames an organisation, or switches HTTP Basic for it. */
    change: (input: {
      readonly actor: Actor;
      readonly organizationId: string;
      readonly name?: string;
      readonly isBasicEnabled?: boolean;
    }): Promise<Organization> =>
      renaming(input.name ?? '', () =>
        inTransaction(control.db, async (tx) => {
          const row = await lock(tx, input.actor, input.organizationId, 'own');
          const changed: OrganizationRow = {
            ...row,
            name: input.name === undefined ? row.name : organizationName(input.name),
            is_basic_enabled: Number(input.isBasicEnabled ?? row.is_basic_enabled === 1),
            updated_at_ms: clock.nowMs(),
          };
          await updateOrganization(tx, row.id, changed);
          await deps.meters.moveFence(tx, [row.id]);
          await audit(tx, input.actor, changed, 'organization.changed', {
            before: { name: row.name, is_basic_enabled: row.is_basic_enabled === 1 },
            after: { name: changed.name, is_basic_enabled: changed.is_basic_enabled === 1 },
          });
          return organizationOf(changed);
        }),
      ),
    /** setMember changes a member's role; the operator may also add a person that way. The last owner stays one. */
    setMember: (input: {
      readonly actor: Actor;
      readonly organizationId: string;
      readonly email: string;
      readonly role: OrganizationRole;
    }): Promise<Member<OrganizationRole>> =>
      inTransaction(control.db, async (tx) => {
        const { actor, organizationId, role } = input;
        const row = await lock(tx, actor, organizationId, 'own');
        const { user, before } = await memberNamed(tx, actor, input.email, (userId) =>
          findOrganizationRole(tx, organizationId, userId),
        );
        if (before === 'owner' && role !== 'owner') await requireOtherOwner(tx, organizationId, user.id);
        const member = { user_id: user.id, role, joined_at_ms: clock.nowMs() };
        await writeOrganizationMember(tx, { organization_id: organizationId, ...member });
        await deps.meters.moveFence(tx, [organizationId]);
        await audit(
          tx,
          actor,
          row,
          before === undefined ? 'organization.member_added' : 'organization.member_changed',
          {
            object: { kind: 'member', id: user.id },
            before: { role: before ?? null },
            after: { role },
            personal: { email: user.email },
          },
        );
        return memberOf({ ...member, email: user.email, name: user.name });
      }),
    /** removeMember takes a person out: by an owner, or by the person. Their tokens stop with it; projects they own stay. */
    removeMember: (input: {
      readonly actor: Actor;
      readonly organizationId: string;
      readonly userId: string;
    }): Promise<void> =>
      inTransaction(control.db, async (tx) => {
        const { actor, organizationId, userId } = input;
        const isSelf = actor.kind === 'user' && actor.id === userId;
        const row = await lock(tx, actor, organizationId, isSelf ? 'view' : 'own');
        const role = await findOrganizationRole(tx, organizationId, userId);
        if (role === undefined) throw fail('member.not_found');
        if (role === 'owner') await requireOtherOwner(tx, organizationId, userId);
        await deleteOrganizationMember(tx, organizationId, userId);
        await deps.dependants.memberLeft(tx, userId);
        await deps.meters.moveFence(tx, [organizationId]);
        await tellRemoved(deps, tx, { actor, userId, place: { kind: 'organisation', name: row.name } });
        await audit(tx, actor, row, 'organization.member_removed', {
          object: { kind: 'member', id: userId },
          before: { role },
        });
      }),
    /** delete deletes an organisation with its projects; every credential of them is revoked. */
    delete: (input: { readonly actor: Actor; readonly organizationId: string }): Promise<void> =>
      inTransaction(control.db, async (tx) => {
        const { actor, organizationId } = input;
        const row = await lock(tx, actor, organizationId, 'own');
        const projects = await listProjectsIn(tx, organizationId);
        // All fences before the first entry of the audit log, on which everybody takes turns.
        await deps.meters.moveFence(tx, [organizationId, ...projects.map(({ id }) => projectOwnerId(id))]);
        for (const project of projects) await removeProject(tx, actor, project);
        await deps.revokeAllOf(tx, organizationId, actor);
        await deleteOrganization(tx, organizationId);
        await audit(tx, actor, row, 'organization.deleted', { before: { name: row.name } });
      }),
  };
};
