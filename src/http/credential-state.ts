import type { Credential, CredentialChange, CredentialTarget } from '../credentials/index.ts';
import { fail } from '../kernel/index.ts';
import type { CredentialVerbs } from './credential-verbs.ts';
import { isoTimeOrNull } from './iso-time.ts';

/** What both products say of a token's use and end, in the same words. */
export const useOf = (token: Credential) => ({
  status: token.state,
  expires_at: isoTimeOrNull(token.expiresAtMs),
  overlap_until: isoTimeOrNull(token.overlapUntilMs),
  revoked_at: token.state === 'revoked' ? isoTimeOrNull(token.stateChangedAtMs) : null,
  allowed_ips: token.allowedAddresses,
  last_used_at: isoTimeOrNull(token.lastUsedAtMs),
  last_used_ip: token.lastUsedAddress,
  requests_count: token.requests,
});

interface WireChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly expires_at?: string | null | undefined;
  readonly allowed_ips?: readonly string[] | null | undefined;
  readonly is_mcp_enabled?: boolean | undefined;
}

/** changeOf turns what a body asks for into a change; what is absent stays, null takes away. */
export const changeOf = (body: WireChange): CredentialChange => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.description === undefined ? {} : { description: body.description }),
  ...(body.expires_at === undefined
    ? {}
    : { expiresAtMs: body.expires_at === null ? null : Date.parse(body.expires_at) }),
  ...(body.allowed_ips === undefined ? {} : { allowedAddresses: body.allowed_ips ?? [] }),
  ...(body.is_mcp_enabled === undefined ? {} : { isMcpEnabled: body.is_mcp_enabled }),
});

/** newOf is the same for a token that is not there yet: an expiry of null is none. */
export const newOf = (body: WireChange): Omit<CredentialChange, 'expiresAtMs'> & { readonly expiresAtMs?: number } => {
  const { expiresAtMs = null, ...rest } = changeOf(body);
  return expiresAtMs === null ? rest : { ...rest, expiresAtMs };
};

/** applyChange changes a token, and suspends or resumes it when `isActive` says so. */
export const applyChange = async (
  verbs: CredentialVerbs,
  target: CredentialTarget,
  change: CredentialChange,
  isActive: boolean | undefined,
): Promise<void> => {
  if (Object.keys(change).length > 0) await verbs.update({ ...target, change });
  if (isActive === true) await verbs.resume(target);
  if (isActive === false) await verbs.suspend(target);
};

/** named finds a token by its number, its public part or its id. Throws `credential.not_found`. */
export const named = (tokens: readonly Credential[], text: string): Credential => {
  const found = tokens.find(({ number, prefix, id }) => [String(number), prefix, id].includes(text));
  if (found === undefined) throw fail('credential.not_found');
  return found;
};
