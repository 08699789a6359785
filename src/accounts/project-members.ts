import { fail, type Actor } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import type { AccountsDeps } from './deps.ts';
import { tellRemoved, tellTransferred } from './notices.ts';
import { projectOwnerId } from './owner.ts';
import { isTrusted, requireAccess, type Access } from './permission.ts';
import { planAt, requireRoom } from './plan-terms.ts';
import { requireRoomFor } from './projects.ts';
import { listOpenInvitations } from './store/invitation-store.ts';
import {
  countProjectMembers,
  deleteProjectMember,
  findProjectRole,
  listProjectMembers,
  writeProjectMember,
} from './store/member-store.ts';
import { lockProject, updateProject, type ProjectRole, type ProjectRow } from './store/tenant-store.ts';
import { findUser } from './store/user-store.ts';
import { memberNamed, memberOf, type Member } from './tenant.ts';

/**
 * requireRoomForMember throws `plan.limit_reached` when the plan of the project's owner has no room for one more. Open
 * invitations count, except the one that is being accepted. The project must be locked.
 */
export const requireRoomForMember = async (
  deps: AccountsDeps,
  tx: Db,
  project: ProjectRow,
  acceptedId: string | null,
): Promise<void> => {
  const nowMs = deps.clock.nowMs();
  const owner = await findUser(tx, project.owner_user_id);
  if (owner === undefined) throw fail('project.not_found');
  const open = await listOpenInvitations(tx, { target_kind: 'project', target_id: String(project.id) }, nowMs);
  const waiting = open.filter(({ id }) => id !== acceptedId).length;
  const plan = planAt(owner, deps.config.plans, deps.graceMs, nowMs);
  const members = await countProjectMembers(tx, project.id);
  // Accepting adds no head: what was invited before a smaller plan may still be too many.
  requireRoom(plan, 'members', members + (acceptedId === null ? waiting : 0));
};

export const projectMemberVerbs = (deps: AccountsDeps) => {
  const { control, clock } = deps;

  const audit = (
    tx: Db,
    actor: Actor,
    project: ProjectRow,
    action: string,
    userId: string,
    rest: {
      readonly before?: Record<string, unknown>;
      readonly after?: Record<string, unknown>;
      readonly personal?: Record<string, string>;
    },
  ): Promise<void> =>
    deps.audit.record(tx, {
      actor,
      scope: { kind: 'project', id: String(project.id) },
      action,
      object: { kind: 'member', id: userId },
      ...rest,
    });

  const lock = async (tx: Db, actor: Actor, id: number, needed: Access): Promise<ProjectRow> => {
    const row = await lockProject(control.engine, tx, id);
    if (row === undefined) throw fail('project.not_found', isTrusted(actor) ? { message: `No project ${id}` } : {});
    await requireAccess(tx, actor, projectOwnerId(id), needed);
    return row;
  };

  return {
    list: async (input: { readonly actor: Actor; readonly projectId: number }): Promise<Member<ProjectRole>[]> => {
      await requireAccess(control.db, input.actor, projectOwnerId(input.projectId), 'view');
      return (await listProjectMembers(control.db, input.projectId)).map(memberOf);
    },
    /** set changes a member's role; the operator may also add a person that way. The owner changes by transfer only. */
    set: (input: {
      readonly actor: Actor;
      readonly projectId: number;
      readonly email: string;
      readonly role: 'admin' | 'member';
    }): Promise<Member<ProjectRole>> =>
      inTransaction(control.db, async (tx) => {
        const { actor, projectId, role } = input;
        const project = await lock(tx, actor, projectId, 'manage');
        const { user, before } = await memberNamed(tx, actor, input.email, (userId) =>
          findProjectRole(tx, projectId, userId),
        );
        if (before === 'owner') throw fail('member.last_owner', { message: 'Transfer the project first' });
        const member = { user_id: user.id, role, joined_at_ms: clock.nowMs() };
        await writeProjectMember(tx, { project_id: projectId, ...member });
        await deps.meters.moveFence(tx, [projectOwnerId(projectId)]);
        const action = before === undefined ? 'project.member_added' : 'project.member_changed';
        await audit(tx, actor, project, action, user.id, {
          before: { role: before ?? null },
          after: { role },
          personal: { email: user.email },
        });
        return memberOf({ ...member, email: user.email, name: user.name });
      }),
    /** remove takes a person out: by those who manage the project, or by the person. Their tokens stop with it. */
    remove: (input: { readonly actor: Actor; readonly projectId: number; readonly userId: string }): Promise<void> =>
      inTransaction(control.db, async (tx) => {
        const { actor, projectId, userId } = input;
        const isSelf = actor.kind === 'user' && actor.id === userId;
        const project = await lock(tx, actor, projectId, isSelf ? 'view' : 'manage');
        const role = await findProjectRole(tx, projectId, userId);
        if (role === undefined) throw fail('member.not_found');
        if (role === 'owner') throw fail('member.last_owner', { message: 'Transfer the project first' });
        await deleteProjectMember(tx, projectId, userId);
        await deps.dependants.memberLeft(tx, userId);
        await deps.meters.moveFence(tx, [projectOwnerId(projectId)]);
        await tellRemoved(deps, tx, { actor, userId, place: { kind: 'project', name: project.name } });
        await audit(tx, actor, project, 'project.member_removed', userId, { before: { role } });
      }),
    /**
     * transfer makes another member the owner, whose plan governs the project from then on; the old owner stays as admin.
     * Throws `plan.limit_reached` when the new owner's plan has no room for one more project.
     */
    transfer: (input: { readonly actor: Actor; readonly projectId: number; readonly userId: string }): Promise<void> =>
      inTransaction(control.db, async (tx) => {
        const { actor, projectId, userId } = input;
        const project = await lock(tx, actor, projectId, 'own');
        const role = await findProjectRole(tx, projectId, userId);
        if (role === undefined) throw fail('member.not_found');
        if (role === 'owner') return;
        await requireRoomFor(deps, tx, actor, userId);
        const nowMs = clock.nowMs();
        const roleOf = (id: string, given: ProjectRole) =>
          writeProjectMember(tx, { project_id: projectId, user_id: id, role: given, joined_at_ms: nowMs });
        await roleOf(project.owner_user_id, 'admin');
        await roleOf(userId, 'owner');
        await updateProject(tx, projectId, { owner_user_id: userId, updated_at_ms: nowMs });
        await deps.meters.moveFence(tx, [projectOwnerId(projectId)]);
        await tellTransferred(deps, tx, { from: project.owner_user_id, to: userId, name: project.name });
        await audit(tx, actor, project, 'project.transferred', userId, {
          before: { owner: project.owner_user_id },
          after: { owner: userId },
        });
      }),
  };
};
