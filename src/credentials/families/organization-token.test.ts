import { expect, it } from 'vitest';
import { isPermitted, organizationScopes } from '../../contract/index.ts';
import { organizationTokenRule } from './organization-token.ts';

const resources = [...new Set(organizationScopes.map((scope) => scope.split(':')[0] ?? ''))];
const levels = ['read', 'write'] as const;

it('there are seventeen scopes, and a token takes exactly these', () => {
  expect(new Set(organizationScopes).size).toBe(17);
  for (const resource of [...resources, 'everything', 'constructor', 'tokens', '']) {
    for (const level of levels) {
      const isKnown = organizationScopes.some((scope) => scope === `${resource}:${level}`);
      const take = () => organizationTokenRule.scopesOf({ '*': 'write', [resource]: level });
      if (isKnown) expect(take()).toEqual({ '*': 'write', [resource]: level });
      else expect(take).toThrow(/has no scope/);
    }
  }
});

it('a scope to write includes reading, and opens no other resource', () => {
  for (const scope of organizationScopes) {
    const [named = '', level] = scope.split(':');
    const scopes = organizationTokenRule.scopesOf({ '*': 'write', [named]: level === 'write' ? 'write' : 'read' });
    for (const resource of resources) {
      expect(isPermitted({ resource, level: 'read' }, scopes)).toBe(resource === named);
      expect(isPermitted({ resource, level: 'write' }, scopes)).toBe(resource === named && level === 'write');
    }
  }
});

it('without a scope the access mode alone decides, and no scope is wider than it', () => {
  for (const resource of resources) {
    for (const mode of levels) {
      const open = organizationTokenRule.scopesOf({ '*': mode });
      expect(isPermitted({ resource, level: 'read' }, open)).toBe(true);
      expect(isPermitted({ resource, level: 'write' }, open)).toBe(mode === 'write');
    }
  }
  const capped = organizationTokenRule.scopesOf({ '*': 'read', projects: 'write' });
  expect(isPermitted({ resource: 'projects', level: 'read' }, capped)).toBe(true);
  expect(isPermitted({ resource: 'projects', level: 'write' }, capped)).toBe(false);
});
