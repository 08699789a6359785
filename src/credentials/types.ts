import type { Actor, ErrorCode, Family, VerifiedCredential } from '../kernel/index.ts';
import type { JudgementCode } from './judgement.ts';

export type CredentialState = 'active' | 'suspended' | 'expired' | 'rotated' | 'revoked';

export interface NewCredential {
  /** Who issues it. A credential may not; people need to manage the owner. */
  readonly actor: Actor;
  readonly family: Family;
  /** `prj_…`, `usr_…`, `sub_…` or `org_…`, as the family wants it. The owner must have a ledger row. */
  readonly ownerId: string;
  /** 1 to 100 characters. */
  readonly name: string;
  /** At most 255 characters. */
  readonly description?: string;
  /** Default: what the family gives; see `families/`. */
  readonly scopes?: VerifiedCredential['scopes'];
  readonly expiresAtMs?: number;
  /** CIDR ranges or addresses; none: any address. */
  readonly allowedAddresses?: readonly string[];
  readonly isMcpEnabled?: boolean;
}

/** Which credential a person means, and who the person is. */
export interface CredentialTarget {
  readonly actor: Actor;
  readonly id: string;
  /** When given, a credential of another owner is not found: for routes below an owner's path. */
  readonly ownerId?: string;
}

/** New values of a credential; what is absent stays. `expiresAtMs` null: no expiry. */
export interface CredentialChange {
  readonly name?: string;
  readonly description?: string;
  readonly scopes?: VerifiedCredential['scopes'];
  readonly expiresAtMs?: number | null;
  readonly allowedAddresses?: readonly string[];
  readonly isMcpEnabled?: boolean;
}

/** A credential as people see it. Times are epoch milliseconds. */
export interface Credential {
  readonly id: string;
  /** A whole number of its own, for clients that know no other ids. */
  readonly number: number;
  readonly family: Family;
  readonly ownerId: string;
  readonly name: string;
  readonly description: string;
  /** The public part that people tell credentials apart by: the prefix of a project token, the id of an organisation token. */
  readonly prefix: string;
  readonly masked: string;
  readonly state: CredentialState;
  readonly scopes: VerifiedCredential['scopes'];
  readonly isMcpEnabled: boolean;
  readonly expiresAtMs: number | null;
  readonly overlapUntilMs: number | null;
  readonly successorId: string | null;
  readonly allowedAddresses: readonly string[];
  readonly createdAtMs: number;
  /** User id, or empty for the operator. */
  readonly createdBy: string;
  /** User id of who revoked or rotated it, or empty. */
  readonly endedBy: string;
  readonly stateChangedAtMs: number;
  readonly requests: number;
  readonly lastUsedAtMs: number | null;
  readonly lastUsedAddress: string | null;
}

/** An issued credential with its secret, which is shown once and kept nowhere. */
export interface IssuedCredential extends Credential {
  readonly presented: string;
}

export interface VerifyInput {
  readonly family: Family;
  /** The credential exactly as it was sent. Never logged. */
  readonly presented: string;
  /** The client's address (behind a trusted proxy: the real one), for IP rules. */
  readonly address: string;
  /** True to skip memory and read the database: after `stale`, and before refusing on a scope. */
  readonly fresh?: boolean;
}

/** The answer of `verify`, in the verdict order of the decisions: format, known, revoked, expired, owner, plan, address. */
export type VerifyOutcome =
  | { readonly kind: 'verified'; readonly credential: VerifiedCredential }
  | {
      readonly kind: 'refused';
      readonly code: Extract<ErrorCode, 'credential.invalid'> | JudgementCode;
      /** Set when the secret was right, so that the log can name the credential; null otherwise. */
      readonly credentialId: string | null;
    };
