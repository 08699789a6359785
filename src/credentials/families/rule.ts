import type { Family, VerifiedCredential } from '../../kernel/index.ts';

export type Scopes = VerifiedCredential['scopes'];

/** FamilyRule is what a family asks of its credentials, besides their format. Pure: a file a family. */
export interface FamilyRule {
  readonly family: Family;
  /** How ids of its owners begin: `prj_`. */
  readonly ownerPrefix: string;
  /** scopesOf checks what was asked for and returns what is stored. Throws `request.invalid_parameter`. */
  scopesOf(given: Scopes | undefined): Scopes;
  /** Credentials of an owner that may be in use or come back at once; null means without limit. */
  readonly activeMax: number | null;
  /** The longest time that a rotated credential may go on working. */
  readonly overlapMsMax: number;
  /** Whether the owner's plan must be in order already when one is issued, rotated or resumed. */
  readonly needsPlan: boolean;
}

/** 30 days. */
export const longestOverlapMs = 30 * 86_400_000;
