import { fail, type Actor, type ErrorCode } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import { parseOwner } from './owner.ts';
import { findOrganizationRole, findProjectRole } from './store/member-store.ts';
import { findSubscription } from './store/subscription-store.ts';
import { findProject } from './store/tenant-store.ts';
import { findUser } from './store/user-store.ts';

/** What somebody may do with an owner's things; each includes the ones before. */
export type Access = 'none' | 'view' | 'manage' | 'own';

const order: readonly Access[] = ['none', 'view', 'manage', 'own'];

/** includes says whether `held` is at least `needed`. */
export const includes = (held: Access, needed: Access): boolean => order.indexOf(held) >= order.indexOf(needed);

const roleAccess = {
  project: { owner: 'own', admin: 'manage', member: 'view' },
  organization: { owner: 'own', member: 'view' },
} as const;

const accessOfUser = async (db: Db, userId: string, ownerId: string): Promise<Access> => {
  const owner = parseOwner(ownerId);
  if (owner === null || (await findUser(db, userId))?.state !== 'active') return 'none';
  switch (owner.kind) {
    case 'user':
      return owner.id === userId ? 'own' : 'none';
    case 'subscription':
      return (await findSubscription(db, owner.id))?.user_id === userId ? 'own' : 'none';
    case 'project': {
      const role = await findProjectRole(db, owner.id, userId);
      return role === undefined ? 'none' : roleAccess.project[role];
    }
    case 'organization': {
      const role = await findOrganizationRole(db, owner.id, userId);
      return role === undefined ? 'none' : roleAccess.organization[role];
    }
  }
};

/**
 * A program acts for one organisation: in it and in its projects, and there it may do what its maker may do in the
 * organisation now. Its scopes were asked for by the gate.
 */
const accessOfProgram = async (db: Db, { within = '', maker = '' }: Actor, ownerId: string): Promise<Access> => {
  const owner = parseOwner(ownerId);
  const isInside =
    owner?.kind === 'project'
      ? (await findProject(db, owner.id))?.organization_id === within
      : owner?.kind === 'organization' && owner.id === within;
  if (!isInside) return 'none';
  return maker === '' ? 'own' : accessOfUser(db, maker, within);
};

/**
 * accessTo says what an actor may do with an owner's things. The operator and the server itself may do everything; a
 * program what its gate has opened, in its own organisation only (credentials it never manages; see the credentials
 * module); of people, the database decides at this moment.
 */
export const accessTo = async (db: Db, actor: Actor, ownerId: string): Promise<Access> => {
  if (isTrusted(actor)) return 'own';
  if (actor.kind === 'user') return accessOfUser(db, actor.id, ownerId);
  return actor.within === undefined ? 'none' : accessOfProgram(db, actor, ownerId);
};

/** isTrusted: the operator's command line, or the server itself. */
export const isTrusted = (actor: Actor): boolean => actor.kind === 'operator' || actor.kind === 'system';

const unseen = {
  project: 'project.not_found',
  organization: 'organization.not_found',
  user: 'account.not_found',
  subscription: 'subscription.not_found',
} as const satisfies Record<string, ErrorCode>;

/** requireAccess throws `….not_found` to those who may not even see it, and `permission.refused` to those who see it only. */
export const requireAccess = async (db: Db, actor: Actor, ownerId: string, needed: Access): Promise<void> => {
  const held = await accessTo(db, actor, ownerId);
  if (includes(held, needed)) return;
  if (held === 'none') throw fail(unseen[parseOwner(ownerId)?.kind ?? 'user']);
  throw fail('permission.refused');
};

/** requireAdministrator throws `permission.refused` to everybody but the operator, the server and administrators. */
export const requireAdministrator = async (db: Db, actor: Actor): Promise<void> => {
  if (isTrusted(actor)) return;
  const row = actor.kind === 'user' ? await findUser(db, actor.id) : undefined;
  if (row?.state !== 'active' || row.is_administrator !== 1) throw fail('permission.refused');
};

/**
 * creatorMayHold says whether what a person has created for an owner may go on working: the person is there, active,
 * and still belongs to the owner. The operator's command line (an empty id) always may.
 */
export const creatorMayHold = async (db: Db, ownerId: string, userId: string): Promise<boolean> =>
  userId === '' || (await accessOfUser(db, userId, ownerId)) !== 'none';
