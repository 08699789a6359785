import type { Family } from '../../kernel/index.ts';
import type { CredentialFormat } from './format.ts';
import { subscriptionKey } from './subscription-key.ts';

/** Every family that can be issued. */
export const credentialFormats: readonly CredentialFormat[] = [subscriptionKey];

/** formatOf returns the format of a family, or null for one that cannot be issued. */
export const formatOf = (family: Family): CredentialFormat | null =>
  credentialFormats.find((format) => format.family === family) ?? null;
