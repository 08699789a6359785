import { fail } from '../../kernel/index.ts';
import { longestOverlapMs, type FamilyRule, type Scopes } from './rule.ts';

/** The highest level that each resource knows: 17 scopes in all. */
const resources: Readonly<Record<string, 'read' | 'write'>> = {
  catalog: 'read',
  audit_logs: 'read',
  reports: 'read',
  org: 'write',
  members: 'write',
  projects: 'write',
  subscriptions: 'write',
  tracker: 'write',
  notifications: 'write',
  automations: 'write',
};

/** `'*'` is the access mode. Alone it opens every resource; beside named ones it is the most that they give. */
const scopesOf = (given: Scopes | undefined): Scopes => {
  if (given === undefined || Object.keys(given).length === 0) return { '*': 'read' };
  for (const [resource, level] of Object.entries(given)) {
    const highest = resource === '*' ? 'write' : Object.hasOwn(resources, resource) ? resources[resource] : undefined;
    if (highest === undefined || level === 'none' || (level === 'write' && highest === 'read')) {
      throw fail('request.invalid_parameter', {
        message: `An organisation token has no scope ${JSON.stringify(`${resource}:${level}`)}`,
      });
    }
  }
  return given['*'] === undefined ? { ...given, '*': modeOf(given) } : given;
};

const modeOf = (given: Scopes): 'read' | 'write' => (Object.values(given).includes('write') ? 'write' : 'read');

/** Organisation tokens: an access mode, read unless asked otherwise, and optionally named scopes below it. */
export const organizationTokenRule: FamilyRule = {
  family: 'organization-token',
  ownerPrefix: 'org_',
  scopesOf,
  activeMax: null,
  overlapMsMax: longestOverlapMs,
  needsPlan: false,
};
