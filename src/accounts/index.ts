/**
 * Accounts: people, how they sign in, what they belong to and what they have agreed to. It owns users, passwords, sign-in
 * codes, sessions, organisations, projects, memberships, invitations, plans and subscriptions, and turns them into
 * permissions and into an owner's standing.
 *
 * Invariants: an e-mail address is stored once, in lower case; a project has exactly one owner, an organisation at least
 * one; a change of what anybody's credentials may do moves the fences of their owners and is audited, in the transaction of
 * the change; limits are counted under a lock; a standing holds times, so that the end of a period needs no event; codes,
 * links, passwords and cookies are stored as digests only; an address that nobody has is answered like any other.
 *
 * It does not know credentials, and it charges nothing: what it needs of those beside comes through its deps.
 * Fails with `account.…`, `sign_in.…`, `session.…`, `organization.…`, `project.…`, `member.…`, `invitation.…`, `plan.…`,
 * `subscription.…` and `permission.refused`.
 */
export { createAccounts, type Accounts } from './accounts.ts';
export type { AccountsDeps, Dependants, MailSink, SessionKeys } from './deps.ts';
export type { Invitation, InvitationTarget } from './invitations.ts';
export type { Organization } from './organizations.ts';
export { projectOwnerId, type Owner } from './owner.ts';
export type { Access } from './permission.ts';
export type { Place } from './places.ts';
export type { HeldPlan, PlanChange, PlanStatus } from './plans.ts';
export { planNames } from './plan-terms.ts';
export type { ProjectPerson } from './project-turns.ts';
export type { Project } from './projects.ts';
export type { NewSession, PresentedSession, Session, SessionOutcome, StartedSession } from './sign-in/sessions.ts';
export type { CodeRequest, SignInLink } from './sign-in/sign-in.ts';
export { termsAt, type Standing, type StandingRefusal } from './standing.ts';
export type { NewSubscription, Subscription, SubscriptionChange, SubscriptionStatus } from './subscriptions.ts';
export type { Member } from './tenant.ts';
export type { NewUser, User } from './users.ts';
