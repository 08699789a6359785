import type { ErrorCode, Family, VerifiedCredential } from '../kernel/index.ts';

export type CredentialState = 'active' | 'suspended' | 'expired' | 'rotated' | 'revoked';

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
      readonly code: Extract<
        ErrorCode,
        | 'credential.invalid'
        | 'credential.revoked'
        | 'credential.expired'
        | 'credential.suspended'
        | 'credential.address_refused'
        | 'owner.disabled'
        | 'plan.ended'
        | 'plan.past_due'
      >;
      /** Set when the secret was right, so that the log can name the credential; null otherwise. */
      readonly credentialId: string | null;
    };
