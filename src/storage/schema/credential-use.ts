import type { Generated } from 'kysely';

/** Tables about the use of credentials; see `control.ts` for the conventions. */
export interface CredentialUseTables {
  /** A short whole number for a credential, for clients that know no other ids. */
  credential_numbers: { number: Generated<number>; credential_id: string };
  /** Networks (/24 or /48) that a credential was used from, with the first time. */
  credential_networks: { credential_id: string; network: string; first_seen_at_ms: number };
  /** Uses of the right secret after its end: one row a credential. */
  credential_attempts: {
    credential_id: string;
    attempts: number;
    first_at_ms: number;
    last_at_ms: number;
    last_address: string;
  };
}
