import { fullAccess } from './full-access.ts';
import { longestOverlapMs, type FamilyRule } from './rule.ts';

/** Subscription keys have full access and live on while a subscription is being renewed. */
export const subscriptionKeyRule: FamilyRule = {
  family: 'subscription-key',
  ownerPrefix: 'sub_',
  scopesOf: fullAccess,
  activeMax: null,
  overlapMsMax: longestOverlapMs,
  needsPlan: false,
};
