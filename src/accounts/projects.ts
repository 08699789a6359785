import { fail, systemActor, type Actor } from '../kernel/index.ts';
import { inTransaction, unlessTaken, type Db } from '../storage/index.ts';
import type { AccountsDeps } from './deps.ts';
import { normalName } from './email-address.ts';
import { projectOwnerId } from './owner.ts';
import { accessTo, includes, isTrusted, requireAccess } from './permission.ts';
import { planAt, requireRoom } from './plan-terms.ts';
import { writeProjectMember } from './store/member-store.ts';
import {
  countProjectsOwnedBy,
  deleteProject,
  findProject,
  findProjectSlugs,
  insertProject,
  listProjectsIn,
  listProjectsOf,
  lockOrganization,
  lockProject,
  updateProject,
  type ProjectRole,
  type ProjectRow,
} from './store/tenant-store.ts';
import { lockUser } from './store/user-store.ts';
import { findNamed, ownerFor, type ProjectRemoval } from './tenant.ts';

export interface Project {
  readonly id: number;
  readonly organizationId: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string;
  readonly ownerUserId: string;
  readonly isActive: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export const projectOf = (row: ProjectRow): Project => ({
  id: row.id,
  organizationId: row.organization_id,
  name: row.name,
  slug: row.slug,
  description: row.description,
  ownerUserId: row.owner_user_id,
  isActive: row.is_active === 1,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
});

/** slugOf makes a name fit for a path, unlike all the slugs that are taken. */
export const slugOf = (name: string, taken: ReadonlySet<string>): string => {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  const stem = plain === '' ? 'project' : plain;
  let slug = stem;
  for (let count = 2; taken.has(slug); count += 1) slug = `${stem}-${count}`;
  return slug;
};

/** Names that paths of the surfaces use for something else. */
const reserved = new Set(['add', '.', '..']);

const projectName = (name: string): string => {
  const normal = normalName(name, 100);
  if (reserved.has(normal)) throw fail('project.name_reserved');
  return normal;
};

const describing = (text: string): string => {
  const description = text.trim();
  if (description.length > 1000 || description.includes('\0')) {
    throw fail('request.invalid_parameter', { message: 'A description has at most 1000 characters' });
  }
  return description;
};

/** naming turns a taken name into `project.name_taken`. */
const naming = <T>(name: string, task: () => Promise<T>): Promise<T> =>
  unlessTaken(task, (cause) =>
    fail('project.name_taken', { message: `There is a project named ${name} in this organisation`, cause }),
  );

/** requireRoomFor locks the owner and throws `plan.limit_reached` when the plan has no room for one more project. */
export const requireRoomFor = async (deps: AccountsDeps, tx: Db, actor: Actor, ownerId: string): Promise<void> => {
  const owner = await lockUser(deps.control.engine, tx, ownerId);
  if (owner?.state !== 'active') throw fail('account.not_found');
  // The operator sets the plans, so a plan does not bind the operator.
  if (isTrusted(actor)) return;
  const plan = planAt(owner, deps.config.plans, deps.graceMs, deps.clock.nowMs());
  requireRoom(plan, 'projects', await countProjectsOwnedBy(tx, ownerId));
};

export const projectVerbs = (deps: AccountsDeps) => {
  const { control, clock } = deps;

  const audit = (
    tx: Db,
    actor: Actor,
    row: Pick<ProjectRow, 'id' | 'name'>,
    action: string,
    change: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown> },
  ): Promise<void> =>
    deps.audit.record(tx, {
      actor,
      scope: { kind: 'project', id: String(row.id) },
      action,
      object: { kind: 'project', id: String(row.id), name: row.name },
      ...change,
    });

  const remove: ProjectRemoval = async (tx, actor, project) => {
    const ownerId = projectOwnerId(project.id);
    await deps.meters.moveFence(tx, [ownerId]);
    // A program ends no credentials: these end with their project, by the server.
    await deps.revokeAllOf(tx, ownerId, actor.kind === 'credential' ? systemActor : actor);
    await deps.dependants.projectDeleted(tx, project.id);
    await deleteProject(tx, project.id);
    // In the log of the organisation, as nobody can ask for that of the project any more; it says whose that log was, since
    // no project moves to another organisation and no number is given twice.
    await deps.audit.record(tx, {
      actor,
      scope: { kind: 'organization', id: project.organization_id },
      action: 'project.deleted',
      object: { kind: 'project', id: String(project.id), name: project.name },
      before: { name: project.name, slug: project.slug, owner: project.owner_user_id },
    });
  };

  /** Locked first: who may do what is then read as of the change. */
  const lock = async (tx: Db, actor: Actor, id: number, needed: 'manage' | 'own'): Promise<ProjectRow> => {
    const row = await lockProject(control.engine, tx, id);
    if (row === undefined) throw fail('project.not_found');
    await requireAccess(tx, actor, projectOwnerId(id), needed);
    return row;
  };

  const verbs = {
    /**
     * create makes a project in an organisation (its name or id), of which a signed-in person must be an owner. Throws
     * `plan.limit_reached` when the new owner's plan has no room, and `project.name_taken`.
     */
    create: (input: {
      readonly actor: Actor;
      readonly organization: string;
      readonly name: string;
      readonly description?: string;
      readonly ownerEmail?: string;
      readonly isActive?: boolean;
    }): Promise<Project> => {
      const name = projectName(input.name);
      return naming(name, () =>
        inTransaction(control.db, async (tx) => {
          const { actor } = input;
          const organization = await findNamed(tx, input.organization);
          if (organization === undefined) {
            throw fail('organization.not_found', { message: `No organisation ${input.organization}` });
          }
          const ownerId = await ownerFor(tx, actor, input.ownerEmail, organization.id);
          await requireRoomFor(deps, tx, actor, ownerId);
          // Slugs of one organisation are given one after the other.
          await lockOrganization(control.engine, tx, organization.id);
          await requireAccess(tx, actor, organization.id, 'own');
          const nowMs = clock.nowMs();
          const row = {
            organization_id: organization.id,
            name,
            slug: slugOf(name, await findProjectSlugs(tx, organization.id)),
            description: describing(input.description ?? ''),
            owner_user_id: ownerId,
            is_active: Number(input.isActive ?? true),
            created_at_ms: nowMs,
            updated_at_ms: nowMs,
          };
          const id = await insertProject(tx, row);
          await writeProjectMember(tx, { project_id: id, user_id: ownerId, role: 'owner', joined_at_ms: nowMs });
          await deps.meters.openMeter(tx, projectOwnerId(id));
          await audit(tx, actor, { id, name }, 'project.created', {
            after: { name, slug: row.slug, owner: ownerId, organization: organization.id },
          });
          return projectOf({ id, ...row });
        }),
      );
    },
    /** find returns a project and what the actor may do in it, or null to those who may not see it. */
    find: async (input: { readonly actor: Actor; readonly projectId: number }): Promise<Project | null> => {
      const row = await findProject(control.db, input.projectId);
      if (row === undefined) return null;
      const access = await accessTo(control.db, input.actor, projectOwnerId(row.id));
      return includes(access, 'view') ? projectOf(row) : null;
    },
    /** listOf returns the projects that a person belongs to. */
    listOf: async (userId: string): Promise<(Project & { readonly role: ProjectRole })[]> =>
      (await listProjectsOf(control.db, userId)).map((row) => ({ ...projectOf(row), role: row.role })),
    /** listIn returns an organisation's projects to its members. */
    listIn: async (input: { readonly actor: Actor; readonly organizationId: string }): Promise<Project[]> => {
      await requireAccess(control.db, input.actor, input.organizationId, 'view');
      return (await listProjectsIn(control.db, input.organizationId)).map(projectOf);
    },
    /** change renames or describes a project, or switches it off and on. The slug stays: links hold it. */
    change: (input: {
      readonly actor: Actor;
      readonly projectId: number;
      readonly name?: string;
      readonly description?: string;
      readonly isActive?: boolean;
    }): Promise<Project> =>
      naming(input.name ?? '', () =>
        inTransaction(control.db, async (tx) => {
          const row = await lock(tx, input.actor, input.projectId, 'manage');
          const changed: ProjectRow = {
            ...row,
            name: input.name === undefined ? row.name : projectName(input.name),
            description: input.description === undefined ? row.description : describing(input.description),
            is_active: Number(input.isActive ?? row.is_active === 1),
            updated_at_ms: clock.nowMs(),
          };
          const { id, ...columns } = changed;
          await updateProject(tx, id, columns);
          await deps.meters.moveFence(tx, [projectOwnerId(id)]);
          await audit(tx, input.actor, changed, 'project.changed', {
            before: { name: row.name, description: row.description, is_active: row.is_active === 1 },
            after: { name: changed.name, description: changed.description, is_active: changed.is_active === 1 },
          });
          return projectOf(changed);
        }),
      ),
    /** delete deletes a project and revokes every token of it. */
    delete: (input: { readonly actor: Actor; readonly projectId: number }): Promise<void> =>
      inTransaction(control.db, async (tx) => {
        await remove(tx, input.actor, await lock(tx, input.actor, input.projectId, 'own'));
      }),
  };
  return { verbs, remove };
};
