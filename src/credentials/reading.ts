import type { Family, VerifiedCredential } from '../kernel/index.ts';
import { stateAt } from './judgement.ts';
import type { CredentialRead, CredentialRow } from './store.ts';
import type { Credential } from './types.ts';

export const scopesOf = (row: CredentialRow): VerifiedCredential['scopes'] =>
  // The column is written from these very types only.
  JSON.parse(row.scopes) as VerifiedCredential['scopes'];

export const addressesOf = (row: CredentialRow): string[] => JSON.parse(row.allowed_addresses) as string[];

export const familyOf = (row: CredentialRow): Family => row.family as Family;

/** prefixOf is the part of the look-up that may be shown: of a user key, no more than its mask shows. */
const prefixOf = (row: CredentialRow): string => {
  switch (familyOf(row)) {
    case 'project-token':
    case 'organization-token':
      return row.lookup;
    case 'user-key':
      return row.lookup.slice(0, 6);
    case 'subscription-key':
      return row.lookup.slice(0, 8);
  }
};

/** credentialOf turns a row into what people see at a time. */
export const credentialOf = (row: CredentialRead, nowMs: number): Credential => ({
  id: row.id,
  number: Number(row.number),
  family: familyOf(row),
  ownerId: row.owner_id,
  name: row.name,
  description: row.description,
  prefix: prefixOf(row),
  masked: row.masked,
  state: stateAt(row, nowMs),
  scopes: scopesOf(row),
  isMcpEnabled: row.is_mcp_enabled === 1,
  expiresAtMs: row.expires_at_ms,
  overlapUntilMs: row.overlap_until_ms,
  successorId: row.successor_id,
  allowedAddresses: addressesOf(row),
  createdAtMs: row.created_at_ms,
  createdBy: row.created_by,
  endedBy: row.ended_by,
  stateChangedAtMs: row.state_changed_at_ms,
  requests: row.requests,
  lastUsedAtMs: row.last_used_at_ms,
  lastUsedAddress: row.last_used_address,
});
