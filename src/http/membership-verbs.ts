import type { Actor } from '../kernel/index.ts';

/** Where somebody belongs, or is invited to. */
export type Place =
  | { readonly kind: 'organization'; readonly id: string }
  | { readonly kind: 'project'; readonly id: number };

export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly joinedAtMs: number;
}

export interface Invitation {
  readonly id: string;
  readonly target: Place;
  readonly email: string;
  readonly role: string;
  /** User id; empty for the operator. */
  readonly invitedBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

type Named = { readonly actor: Actor; readonly invitationId: string };

/** What the routes of members and invitations need of the accounts. */
export interface MembershipVerbs {
  /** By name or id; null for those who do not belong to it. */
  findOrganization(actor: Actor, organization: string): Promise<{ readonly id: string } | null>;
  /** Throws `….not_found` for strangers, and `permission.refused` for members who may not do that much. */
  requireAccess(actor: Actor, place: Place, needed: 'view' | 'manage' | 'own'): Promise<void>;
  /** In the order in which they joined. */
  members(actor: Actor, place: Place): Promise<readonly Member[]>;
  setRole(input: {
    readonly actor: Actor;
    readonly place: Place;
    readonly email: string;
    readonly role: string;
  }): Promise<Member>;
  remove(input: { readonly actor: Actor; readonly place: Place; readonly userId: string }): Promise<void>;
  transfer(input: { readonly actor: Actor; readonly projectId: number; readonly userId: string }): Promise<void>;
  invite(input: {
    readonly actor: Actor;
    readonly target: Place;
    readonly email: string;
    readonly role: string;
  }): Promise<Invitation>;
  /** The open ones of a project or organisation, oldest first. */
  invitationsOf(input: { readonly actor: Actor; readonly target: Place }): Promise<readonly Invitation[]>;
  /** The open ones of a person, oldest first. */
  invitationsFor(userId: string): Promise<readonly Invitation[]>;
  accept(input: Named): Promise<Invitation>;
  decline(input: Named): Promise<unknown>;
  withdraw(input: Named): Promise<void>;
  /** What people call it; empty when it is gone. */
  nameOf(place: Place): Promise<string>;
}

export interface MembershipDeps {
  /** Without a trailing slash; null: as the caller has addressed the server. */
  readonly publicUrl: string | null;
  readonly memberships: MembershipVerbs;
  /** The address of a person, or null for nobody. */
  readonly emailOf: (userId: string) => Promise<string | null>;
}
