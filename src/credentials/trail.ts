import { addressesOf, scopesOf } from './reading.ts';
import type { CredentialRow } from './store.ts';

/** recorded is what the audit log keeps of a credential: everything that people decide about it, never a secret. */
export const recorded = (row: CredentialRow): Readonly<Record<string, unknown>> => ({
  family: row.family,
  name: row.name,
  masked: row.masked,
  description: row.description,
  scopes: scopesOf(row),
  allowed_ips: addressesOf(row),
  expires_at_ms: row.expires_at_ms,
  is_mcp_enabled: row.is_mcp_enabled === 1,
});

/** difference returns the values that changed, as they were and as they are; null when nothing did. */
export const difference = (
  before: CredentialRow,
  after: CredentialRow,
): { readonly before: Record<string, unknown>; readonly after: Record<string, unknown> } | null => {
  const [old, next] = [recorded(before), recorded(after)];
  const names = Object.keys(next).filter((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name]));
  if (names.length === 0) return null;
  const of = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(names.map((name) => [name, values[name]]));
  return { before: of(old), after: of(next) };
};
