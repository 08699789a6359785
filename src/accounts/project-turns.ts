import { fail, type Actor } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import type { AccountsDeps } from './deps.ts';
import { projectOwnerId } from './owner.ts';
import { requireAccess, type Access } from './permission.ts';
import { projectOf, type Project } from './projects.ts';
import { findOrganizationRole, findProjectRole, lockMemberships } from './store/member-store.ts';
import { findProject, findProjectByName, lockProject, updateProject } from './store/tenant-store.ts';
import { findUserByEmail } from './store/user-store.ts';

/** Somebody who belongs to a project, by themselves or through its organisation. */
export interface ProjectPerson {
  readonly userId: string;
  readonly email: string;
}

/** projectTurns is what modules above need of a project, also inside transactions of their own. */
export const projectTurns = (deps: Pick<AccountsDeps, 'control' | 'clock'>) => {
  const { control, clock } = deps;
  return {
    /** findIn returns an organisation's project by its name, or null. It asks nobody who asks. */
    findIn: async (organizationId: string, name: string): Promise<Project | null> => {
      // What no name can hold is not asked for: PostgreSQL takes no NUL at all.
      const row = name.includes('\0') ? undefined : await findProjectByName(control.db, organizationId, name);
      return row === undefined ? null : projectOf(row);
    },
    /**
     * lock makes changes of what hangs on a project take turns, and checks who asks as of the change. Throws
     * `project.not_found` and `permission.refused`.
     */
    lock: async (
      tx: Db,
      input: { readonly actor: Actor; readonly projectId: number; readonly needed: Access },
    ): Promise<Project> => {
      const row = await lockProject(control.engine, tx, input.projectId);
      if (row === undefined) throw fail('project.not_found');
      await requireAccess(tx, input.actor, projectOwnerId(row.id), input.needed);
      return projectOf(row);
    },
    /** touch notes that something of a project has changed now. */
    touch: (tx: Db, projectId: number): Promise<void> => updateProject(tx, projectId, { updated_at_ms: clock.nowMs() }),
    /**
     * lockPerson returns the active person with that address who belongs to a project or to its organisation, and keeps
     * that so until the transaction ends; null for everybody else.
     */
    lockPerson: async (tx: Db, project: Project, email: string): Promise<ProjectPerson | null> => {
      const user = email.includes('\0') ? undefined : await findUserByEmail(tx, email.trim().toLowerCase());
      if (user?.state !== 'active') return null;
      const held = await lockMemberships(control.engine, tx, {
        organizationId: project.organizationId,
        projectId: project.id,
        userId: user.id,
      });
      return held ? { userId: user.id, email: user.email } : null;
    },
    /** belongs says whether a person still belongs to a project or to its organisation. */
    belongs: async (tx: Db, projectId: number, userId: string): Promise<boolean> => {
      const row = await findProject(tx, projectId);
      if (row === undefined) return false;
      const role =
        (await findProjectRole(tx, projectId, userId)) ?? (await findOrganizationRole(tx, row.organization_id, userId));
      return role !== undefined;
    },
  };
};
