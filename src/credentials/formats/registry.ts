import type { Family } from '../../kernel/index.ts';
import type { CredentialFormat } from './format.ts';
import { organizationToken } from './organization-token.ts';
import { projectToken } from './project-token.ts';
import { subscriptionKey } from './subscription-key.ts';
import { userKey } from './user-key.ts';

/** Every family that can be issued. */
export const credentialFormats: readonly CredentialFormat[] = [
  projectToken,
  userKey,
  subscriptionKey,
  organizationToken,
];

/** formatOf returns the format of a family, or null for one that cannot be issued. */
export const formatOf = (family: Family): CredentialFormat | null =>
  credentialFormats.find((format) => format.family === family) ?? null;
