import type { Family } from '../../kernel/index.ts';
import { organizationTokenRule } from './organization-token.ts';
import { projectTokenRule } from './project-token.ts';
import type { FamilyRule } from './rule.ts';
import { subscriptionKeyRule } from './subscription-key.ts';
import { userKeyRule } from './user-key.ts';

const rules: Readonly<Record<Family, FamilyRule>> = {
  'project-token': projectTokenRule,
  'user-key': userKeyRule,
  'subscription-key': subscriptionKeyRule,
  'organization-token': organizationTokenRule,
};

/** familyRules lists the rules of every family. */
export const familyRules: readonly FamilyRule[] = Object.values(rules);

export const ruleOf = (family: Family): FamilyRule => rules[family];
