/** Risk: the short way and the router disagree about what a path means. */
import { describe, expect, it } from 'vitest';
import { matchRoute, operations } from '../contract/index.ts';
import { createDispatch } from './dispatch.ts';
import type { Surface } from './surface.ts';

const surface: Surface = {
  name: 'cybersecfeed',
  prefixes: ['/api'],
  operations,
  handlers: Object.fromEntries(
    operations.map((operation) => [operation.id, () => ({ status: 200, headers: [], body: '' })]),
  ),
  present: () => ({ kind: 'none' }),
  fail: () => ({ status: 500, headers: [], body: '' }),
};
const direct = createDispatch([surface]);

describe('createDispatch', () => {
  it.each([
    '/',
    '/healthz',
    '/api/v1/ping',
    '/api/v1/cves',
    '/api/v1/cves/recent',
    '/api/v1/cve/CVE-2021-44228',
    '/api/v1/cve/x?q=/api/v1/ping',
    '/api/v1/kev/a.b',
    '/api/v1/kev?x=1',
    '/api/v1/docs',
  ])('finds for %s what the table says', (url) => {
    const path = url.split('?', 1)[0] ?? '';
    const match = matchRoute(operations, 'GET', path);
    const found = direct(url);
    expect(match.kind === 'operation' ? [match.operation.id, match.params] : null).toEqual(
      found === null ? null : [found.operation.id, found.params],
    );
    expect(found).not.toBeNull();
  });

  it.each([
    '/api/v1/ping/',
    '/api/v1/cve/',
    '/api/v1/cve/%41',
    '/api/v1/cve/batch',
    '/api/v1/cve/a/b',
    '/nothing',
    '',
    '?',
    '/api/v1/constructor',
  ])('leaves %j to the router', (url) => expect(direct(url)).toBeNull());
});

describe('createDispatch, whatever was asked before', () => {
  const urls = [
    '/api/v1/cve/CVE-1',
    '/api/v1/cve/batch',
    '/api/v1/kev/CVE-1',
    '/api/v1/cve/',
    '/api/v1/cve/a/b',
    '/api/v1/ping',
  ];
  it.each(urls.flatMap((before) => urls.map((url) => [before, url] as const)))(
    'after %s answers for %s as ever',
    (before, url) => {
      const fresh = createDispatch([surface])(url);
      direct(before);
      expect(direct(url)).toEqual(fresh);
    },
  );
});

describe('matchRoute', () => {
  it('lets a literal path win over a pattern, whatever the method', () => {
    expect(matchRoute(operations, 'GET', '/api/v1/cve/batch')).toEqual({
      kind: 'method_unknown',
      allowed: ['POST', 'OPTIONS'],
    });
    expect(matchRoute(operations, 'POST', '/api/v1/cve/CVE-1')).toEqual({
      kind: 'method_unknown',
      allowed: ['GET', 'HEAD', 'OPTIONS'],
    });
  });

  it('takes HEAD for GET and a trailing slash for none, and knows nothing of a broken path', () => {
    expect(matchRoute(operations, 'HEAD', '/api/v1/kev/')).toMatchObject({
      kind: 'operation',
      operation: { id: 'cybersecfeed.kev.list' },
    });
    expect(matchRoute(operations, 'GET', '/api/v1/cve/%zz')).toEqual({ kind: 'path_unknown' });
    expect(matchRoute(operations, 'GET', '/api/v1/cve/a%2Fb')).toMatchObject({ params: { id: 'a/b' } });
  });
});
