import { fail, type Actor } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import { normalEmail } from './email-address.ts';
import { isTrusted } from './permission.ts';
import { listOrganizationMembers, type MemberRow } from './store/member-store.ts';
import {
  findOrganization,
  findOrganizationByName,
  type OrganizationRow,
  type ProjectRow,
} from './store/tenant-store.ts';
import { findUserByEmail, listUsersById, type UserRow } from './store/user-store.ts';

/** A member of an organisation or a project. */
export interface Member<Role> {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly joinedAtMs: number;
}

export const memberOf = <Role>(row: MemberRow<Role>): Member<Role> => ({
  userId: row.user_id,
  email: row.email,
  name: row.name,
  role: row.role,
  joinedAtMs: row.joined_at_ms,
});

/** Deletes a project with everything that hangs on it, inside the transaction of a larger change. */
export type ProjectRemoval = (tx: Db, actor: Actor, project: ProjectRow) => Promise<void>;

/**
 * memberNamed finds the person whose role is to change, and the role as it is. Only the operator may name somebody who is no
 * member yet; for everybody else a stranger and an address that nobody has are the same.
 */
export const memberNamed = async <Role>(
  tx: Db,
  actor: Actor,
  email: string,
  roleOf: (userId: string) => Promise<Role | undefined>,
): Promise<{ readonly user: UserRow; readonly before: Role | undefined }> => {
  const user = await findUserByEmail(tx, normalEmail(email));
  const before = user === undefined ? undefined : await roleOf(user.id);
  if (user === undefined || (before === undefined && !isTrusted(actor))) {
    throw fail(isTrusted(actor) ? 'account.not_found' : 'member.not_found', {
      message: `No user with the address ${email}`,
    });
  }
  return { user, before };
};

/** findNamed finds an organisation by name or by id. */
export const findNamed = async (db: Db, organization: string): Promise<OrganizationRow | undefined> =>
  // PostgreSQL takes no NUL, which no name holds.
  organization.includes('\0')
    ? undefined
    : ((await findOrganizationByName(db, organization)) ?? findOrganization(db, organization));

/**
 * ownerFor says whose a new tenant is: the signed-in person's, or that of the person whom the operator names. What a program
 * makes in its organisation is its maker's; the longest-standing owner's where the operator has made the program.
 */
export const ownerFor = async (
  tx: Db,
  actor: Actor,
  email: string | undefined,
  organizationId?: string,
): Promise<string> => {
  if (actor.kind === 'user') return actor.id;
  if (actor.kind === 'credential' && organizationId !== undefined && actor.within === organizationId) {
    const members = await listOrganizationMembers(tx, organizationId);
    const active = await listUsersById(
      tx,
      members.filter(({ user_id: id, role }) => id === actor.maker || role === 'owner').map(({ user_id: id }) => id),
    );
    const owners = members.filter((member) =>
      active.some(({ id, state }) => id === member.user_id && state === 'active'),
    );
    const owner = owners.find(({ user_id: id }) => id === actor.maker) ?? owners[0];
    if (owner !== undefined) return owner.user_id;
  }
  if (!isTrusted(actor)) throw fail('permission.refused');
  const user = email === undefined ? undefined : await findUserByEmail(tx, normalEmail(email));
  if (user === undefined) throw fail('account.not_found', { message: `No user with the address ${email ?? '(none)'}` });
  return user.id;
};
