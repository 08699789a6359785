import { fullAccess } from './full-access.ts';
import type { FamilyRule } from './rule.ts';

/** User keys: at most five, for people with a plan that has them, and a rotated one ends at once. */
export const userKeyRule: FamilyRule = {
  family: 'user-key',
  ownerPrefix: 'usr_',
  scopesOf: fullAccess,
  activeMax: 5,
  overlapMsMax: 0,
  needsPlan: true,
};
