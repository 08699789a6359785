import type { Insertable, Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../../storage/index.ts';
import { deletePlacesIn } from './place-store.ts';

export type OrganizationRow = Selectable<ControlTables['organizations']>;
export type ProjectRow = Selectable<ControlTables['projects']>;
export type OrganizationRole = ControlTables['organization_members']['role'];
export type ProjectRole = ControlTables['project_members']['role'];

export const insertOrganization = async (db: Db, row: OrganizationRow): Promise<void> => {
  await db.insertInto('organizations').values(row).execute();
};

export const findOrganization = (db: Db, id: string): Promise<OrganizationRow | undefined> =>
  db.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirst();

export const findOrganizationByName = (db: Db, name: string): Promise<OrganizationRow | undefined> =>
  db.selectFrom('organizations').selectAll().where('name', '=', name).executeTakeFirst();

/** lockOrganization makes changes of one organisation and of its members take turns. */
export const lockOrganization = (engine: Control['engine'], tx: Db, id: string): Promise<OrganizationRow | undefined> =>
  engine.lockRows(tx.selectFrom('organizations').selectAll().where('id', '=', id)).executeTakeFirst();

export const listOrganizationsOf = (
  db: Db,
  userId: string,
): Promise<(OrganizationRow & { role: OrganizationRole })[]> =>
  db
    .selectFrom('organizations')
    .innerJoin('organization_members', 'organization_members.organization_id', 'organizations.id')
    .selectAll('organizations')
    .select('organization_members.role')
    .where('organization_members.user_id', '=', userId)
    .orderBy('organizations.name')
    .execute();

export const updateOrganization = async (
  db: Db,
  id: string,
  change: Partial<Omit<OrganizationRow, 'id'>>,
): Promise<void> => {
  await db.updateTable('organizations').set(change).where('id', '=', id).execute();
};

/** deleteOrganization deletes it with its memberships and invitations; its projects must be gone. */
export const deleteOrganization = async (db: Db, id: string): Promise<void> => {
  await db.deleteFrom('invitations').where('target_kind', '=', 'organization').where('target_id', '=', id).execute();
  await db.deleteFrom('organization_members').where('organization_id', '=', id).execute();
  await deletePlacesIn(db, id);
  await db.deleteFrom('organizations').where('id', '=', id).execute();
};

export const insertProject = async (
  db: Db,
  row: Omit<Insertable<ControlTables['projects']>, 'id'>,
): Promise<number> => {
  const { id } = await db.insertInto('projects').values(row).returning('id').executeTakeFirstOrThrow();
  return id;
};

export const findProject = (db: Db, id: number): Promise<ProjectRow | undefined> =>
  db.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst();

export const findProjectByName = (db: Db, organizationId: string, name: string): Promise<ProjectRow | undefined> =>
  db
    .selectFrom('projects')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where('name', '=', name)
    .executeTakeFirst();

/** lockProject makes changes of one project, its members and invitations take turns. */
export const lockProject = (engine: Control['engine'], tx: Db, id: number): Promise<ProjectRow | undefined> =>
  engine.lockRows(tx.selectFrom('projects').selectAll().where('id', '=', id)).executeTakeFirst();

export const listProjectsIn = (db: Db, organizationId: string): Promise<ProjectRow[]> =>
  db.selectFrom('projects').selectAll().where('organization_id', '=', organizationId).orderBy('name').execute();

export const listProjectsOwnedBy = (db: Db, userId: string): Promise<ProjectRow[]> =>
  db.selectFrom('projects').selectAll().where('owner_user_id', '=', userId).orderBy('id').execute();

export const listProjectsOf = (db: Db, userId: string): Promise<(ProjectRow & { role: ProjectRole })[]> =>
  db
    .selectFrom('projects')
    .innerJoin('project_members', 'project_members.project_id', 'projects.id')
    .selectAll('projects')
    .select('project_members.role')
    .where('project_members.user_id', '=', userId)
    .orderBy('projects.id')
    .execute();

/** findProjectSlugs returns the slugs that an organisation's projects have. */
export const findProjectSlugs = async (db: Db, organizationId: string): Promise<Set<string>> => {
  const rows = await db.selectFrom('projects').select('slug').where('organization_id', '=', organizationId).execute();
  return new Set(rows.map(({ slug }) => slug));
};

export const countProjectsOwnedBy = async (db: Db, userId: string): Promise<number> => {
  const row = await db
    .selectFrom('projects')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('owner_user_id', '=', userId)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

export const updateProject = async (db: Db, id: number, change: Partial<Omit<ProjectRow, 'id'>>): Promise<void> => {
  await db.updateTable('projects').set(change).where('id', '=', id).execute();
};

/** deleteProject deletes it with its memberships and invitations. */
export const deleteProject = async (db: Db, id: number): Promise<void> => {
  await db.deleteFrom('invitations').where('target_kind', '=', 'project').where('target_id', '=', String(id)).execute();
  await db.deleteFrom('project_members').where('project_id', '=', id).execute();
  await db.deleteFrom('projects').where('id', '=', id).execute();
};

/** findProjectWithOwner reads a project and the person whose plan governs it, as of one moment. */
export const findProjectWithOwner = (
  db: Db,
  id: number,
): Promise<(Pick<ProjectRow, 'id' | 'created_at_ms'> & ControlOwner) | undefined> =>
  db
    .selectFrom('projects')
    .innerJoin('users', 'users.id', 'projects.owner_user_id')
    .select([
      'projects.id',
      'projects.created_at_ms',
      'users.state',
      'users.plan',
      'users.plan_status',
      'users.plan_period_end_ms',
      'users.plan_past_due_since_ms',
    ])
    .where('projects.id', '=', id)
    .executeTakeFirst();

type ControlOwner = Pick<
  Selectable<ControlTables['users']>,
  'state' | 'plan' | 'plan_status' | 'plan_period_end_ms' | 'plan_past_due_since_ms'
>;
