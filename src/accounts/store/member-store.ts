import type { Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../../storage/index.ts';
import { deletePlace, deletePlacesOf, insertPlaceOnce } from './place-store.ts';
import type { OrganizationRole, ProjectRole } from './tenant-store.ts';

/** A member with what people see of the person. */
export interface MemberRow<Role> {
  readonly user_id: string;
  readonly role: Role;
  readonly joined_at_ms: number;
  readonly email: string;
  readonly name: string;
}

export type OrganizationMemberRow = Omit<Selectable<ControlTables['organization_members']>, 'number'>;
export type ProjectMemberRow = Omit<Selectable<ControlTables['project_members']>, 'number'>;

export const findOrganizationRole = async (
  db: Db,
  organizationId: string,
  userId: string,
): Promise<OrganizationRole | undefined> => {
  const row = await db
    .selectFrom('organization_members')
    .select('role')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.role;
};

/** writeOrganizationMember adds a member, or changes the role of one. */
export const writeOrganizationMember = async (db: Db, row: OrganizationMemberRow): Promise<void> => {
  await db
    .insertInto('organization_members')
    .values(row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'user_id']).doUpdateSet({ role: row.role }))
    .execute();
  const { organization_id, user_id: holder, joined_at_ms: invited_at_ms } = row;
  await insertPlaceOnce(db, { organization_id, holder, invited_at_ms });
};

export const deleteOrganizationMember = async (db: Db, organizationId: string, userId: string): Promise<void> => {
  await db
    .deleteFrom('organization_members')
    .where('organization_id', '=', organizationId)
    .where('user_id', '=', userId)
    .execute();
  await deletePlace(db, organizationId, userId);
};

export const listOrganizationMembers = (db: Db, organizationId: string): Promise<MemberRow<OrganizationRole>[]> =>
  db
    .selectFrom('organization_members')
    .innerJoin('users', 'users.id', 'organization_members.user_id')
    .select(['user_id', 'role', 'joined_at_ms', 'users.email', 'users.name'])
    .where('organization_id', '=', organizationId)
    .orderBy('joined_at_ms')
    .orderBy('organization_members.number')
    .execute();

export const findProjectRole = async (db: Db, projectId: number, userId: string): Promise<ProjectRole | undefined> => {
  const row = await db
    .selectFrom('project_members')
    .select('role')
    .where('project_id', '=', projectId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.role;
};

/** writeProjectMember adds a member, or changes the role of one. */
export const writeProjectMember = async (db: Db, row: ProjectMemberRow): Promise<void> => {
  await db
    .insertInto('project_members')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'user_id']).doUpdateSet({ role: row.role }))
    .execute();
};

export const deleteProjectMember = async (db: Db, projectId: number, userId: string): Promise<void> => {
  await db.deleteFrom('project_members').where('project_id', '=', projectId).where('user_id', '=', userId).execute();
};

export const listProjectMembers = (db: Db, projectId: number): Promise<MemberRow<ProjectRole>[]> =>
  db
    .selectFrom('project_members')
    .innerJoin('users', 'users.id', 'project_members.user_id')
    .select(['user_id', 'role', 'joined_at_ms', 'users.email', 'users.name'])
    .where('project_id', '=', projectId)
    .orderBy('joined_at_ms')
    .orderBy('project_members.number')
    .execute();

export const countProjectMembers = async (db: Db, projectId: number): Promise<number> => {
  const row = await db
    .selectFrom('project_members')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

/** deleteMembershipsOf takes a person out of every organisation and project. */
export const deleteMembershipsOf = async (db: Db, userId: string): Promise<void> => {
  await db.deleteFrom('organization_members').where('user_id', '=', userId).execute();
  await deletePlacesOf(db, userId);
  await db.deleteFrom('project_members').where('user_id', '=', userId).execute();
};

/** lockMemberships says whether a person belongs to a project or its organisation, and keeps it so for this transaction. */
export const lockMemberships = async (
  engine: Control['engine'],
  tx: Db,
  { organizationId, projectId, userId }: Record<'organizationId' | 'userId', string> & { readonly projectId: number },
): Promise<boolean> => {
  const inOrganization = await engine
    .lockRows(
      tx
        .selectFrom('organization_members')
        .select('user_id')
        .where('organization_id', '=', organizationId)
        .where('user_id', '=', userId),
    )
    .executeTakeFirst();
  const inProject = await engine
    .lockRows(
      tx
        .selectFrom('project_members')
        .select('user_id')
        .where('project_id', '=', projectId)
        .where('user_id', '=', userId),
    )
    .executeTakeFirst();
  return inOrganization !== undefined || inProject !== undefined;
};
