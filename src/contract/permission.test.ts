/** Risk: a credential does what its scopes do not say. */
import { describe, expect, it } from 'vitest';
import { isPermitted } from './permission.ts';

const read = { resource: 'alerts', level: 'read' } as const;
const write = { resource: 'alerts', level: 'write' } as const;

describe('isPermitted', () => {
  it.each([
    ['nothing', {}, false, false],
    ['none', { alerts: 'none' }, false, false],
    ['read', { alerts: 'read' }, true, false],
    ['write, which implies read', { alerts: 'write' }, true, true],
    ['another resource', { project: 'write' }, false, false],
    ['every resource to read', { '*': 'read' }, true, false],
    ['every resource', { '*': 'write' }, true, true],
    ['none on every resource', { '*': 'none' }, false, false],
    ['a named resource under a reading access mode', { '*': 'read', alerts: 'write' }, true, false],
    ['a named resource under a writing access mode', { '*': 'write', alerts: 'read' }, true, false],
    ['an access mode and another resource', { '*': 'write', project: 'write' }, false, false],
    ['an access mode of none', { '*': 'none', alerts: 'write' }, false, false],
  ] as const)('decides for %s', (_name, scopes, mayRead, mayWrite) => {
    expect([isPermitted(read, scopes), isPermitted(write, scopes)]).toEqual([mayRead, mayWrite]);
  });

  it('refuses an operation without a resource to every scope', () => {
    expect(isPermitted({ resource: null, level: 'read' }, { '*': 'write', alerts: 'write' })).toBe(false);
  });
});
