import type { Actor } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import { contactsOf } from './contacts.ts';
import type { AccountsDeps } from './deps.ts';
import { invitationVerbs } from './invitations.ts';
import { organizationVerbs } from './organizations.ts';
import { ownerStanding } from './owner-standing.ts';
import { createPasswords, type Passwords } from './password/passwords.ts';
import { accessTo, creatorMayHold, includes, requireAccess, type Access } from './permission.ts';
import { placeVerbs } from './places.ts';
import { planVerbs } from './plans.ts';
import { projectMemberVerbs } from './project-members.ts';
import { projectTurns } from './project-turns.ts';
import { projectVerbs } from './projects.ts';
import { sessionVerbs, type Sessions } from './sign-in/sessions.ts';
import { signInVerbs } from './sign-in/sign-in.ts';
import type { Standing } from './standing.ts';
import { subscriptionVerbs } from './subscriptions.ts';
import { userVerbs } from './users.ts';

export interface Accounts {
  readonly users: ReturnType<typeof userVerbs>;
  readonly passwords: Pick<Passwords, 'verify' | 'recall'>;
  readonly signIn: ReturnType<typeof signInVerbs>;
  readonly sessions: Omit<Sessions, 'start'>;
  readonly organizations: ReturnType<typeof organizationVerbs>;
  readonly projects: ReturnType<typeof projectVerbs>['verbs'];
  readonly projectMembers: ReturnType<typeof projectMemberVerbs>;
  readonly projectTurns: ReturnType<typeof projectTurns>;
  readonly invitations: ReturnType<typeof invitationVerbs>;
  readonly places: ReturnType<typeof placeVerbs>;
  readonly plans: ReturnType<typeof planVerbs>;
  readonly subscriptions: ReturnType<typeof subscriptionVerbs>;
  /** standing returns what an owner of any kind may do, or null when it does not exist; in a transaction, as of it. */
  standing(ownerId: string, within?: Db): Promise<Standing | null>;
  /** creatorMayHold says whether what a person created for an owner may go on working. */
  creatorMayHold(ownerId: string, userId: string): Promise<boolean>;
  /** mayManage says whether an actor may issue, change and end credentials of an owner. */
  mayManage(actor: Actor, ownerId: string): Promise<boolean>;
  /** contactsOf returns the e-mail addresses of the active people who answer for an owner. */
  contactsOf(ownerId: string): Promise<readonly string[]>;
  /** accessTo says what an actor may do with an owner's things. */
  accessTo(actor: Actor, ownerId: string): Promise<Access>;
  /** requireAccess throws `….not_found` or `permission.refused` when an actor may not do that much. */
  requireAccess(actor: Actor, ownerId: string, needed: Access): Promise<void>;
}

export const createAccounts = (deps: AccountsDeps): Accounts => {
  const { control, clock, random, config } = deps;
  const passwords = createPasswords({
    control,
    clock,
    random,
    isBasicEnabled: config.isBasicEnabled,
    breachListPath: config.breachListPath,
  });
  const sessions = sessionVerbs(deps);
  const projects = projectVerbs(deps);
  const organizations = organizationVerbs(deps, projects.remove);
  const invitations = invitationVerbs(deps);
  return {
    users: userVerbs(deps, passwords),
    passwords,
    signIn: signInVerbs(deps, sessions),
    sessions,
    organizations,
    projects: projects.verbs,
    projectMembers: projectMemberVerbs(deps),
    projectTurns: projectTurns(deps),
    invitations,
    places: placeVerbs(deps, organizations, invitations),
    plans: planVerbs(deps),
    subscriptions: subscriptionVerbs(deps),
    standing: ownerStanding(deps),
    creatorMayHold: (ownerId, userId) => creatorMayHold(control.db, ownerId, userId),
    mayManage: async (actor, ownerId) => includes(await accessTo(control.db, actor, ownerId), 'manage'),
    contactsOf: (ownerId) => contactsOf(control.db, ownerId),
    accessTo: (actor, ownerId) => accessTo(control.db, actor, ownerId),
    requireAccess: (actor, ownerId, needed) => requireAccess(control.db, actor, ownerId, needed),
  };
};
