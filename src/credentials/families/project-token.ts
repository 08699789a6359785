import { fail } from '../../kernel/index.ts';
import { longestOverlapMs, type FamilyRule, type Scopes } from './rule.ts';

/** The resources of a project, in the order in which people see them. */
const projectResources = [
  'vulnerabilities',
  'subscriptions',
  'alerts',
  'integrations',
  'activity_log',
  'project',
] as const;

const scopesOf = (given: Scopes | undefined): Scopes => {
  const scopes: Record<string, 'none' | 'read' | 'write'> = {};
  for (const resource of projectResources) scopes[resource] = 'none';
  for (const [resource, level] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(scopes, resource)) {
      throw fail('request.invalid_parameter', {
        message: `A project token has no resource ${JSON.stringify(resource)}; there are ${projectResources.join(', ')}`,
      });
    }
    scopes[resource] = level;
  }
  if (Object.values(scopes).every((level) => level === 'none')) {
    throw fail('request.invalid_parameter', {
      message: `At least one resource must have read or write access: ${projectResources.join(', ')}`,
    });
  }
  return scopes;
};

/** Project tokens: six resources, each none, read or write, and at least one that is not none. */
export const projectTokenRule: FamilyRule = {
  family: 'project-token',
  ownerPrefix: 'prj_',
  scopesOf,
  activeMax: null,
  overlapMsMax: longestOverlapMs,
  needsPlan: false,
};
