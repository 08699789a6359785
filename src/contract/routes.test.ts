/** Risk: a name with a slash cannot be asked for, or leads to another operation than the one that is meant. */
import { describe, expect, it } from 'vitest';
import { operations } from './index.ts';
import { matchRoute } from './routes.ts';

const meaning = (path: string, method = 'GET'): unknown => {
  const match = matchRoute(operations, method, path);
  return match.kind === 'operation' ? [match.operation.id, ...Object.values(match.params)] : match.kind;
};

describe('a path', () => {
  it.each([
    ['/api/vendors/purity', 'opencve.vendor.read', ['purity']],
    ['/api/vendors/purity/fa', 'opencve.vendor.read', ['purity/fa']],
    ['/api/vendors/purity%2Ffa', 'opencve.vendor.read', ['purity/fa']],
    ['/api/vendors/a/b/cve', 'opencve.vendor.cves', ['a/b']],
    ['/api/vendors/a/b/products', 'opencve.products.list', ['a/b']],
    ['/api/vendors/a/b/products/c/d/', 'opencve.product.read', ['a/b', 'c/d']],
    ['/api/vendors/a/products/c/d/cve', 'opencve.product.cves', ['a', 'c/d']],
    ['/api/vendors/nodejs/products/node.js', 'opencve.product.read', ['nodejs', 'node.js']],
    [String.raw`/api/vendors/a/products/purity\/fa`, 'opencve.product.read', ['a', String.raw`purity\/fa`]],
  ])('%s is %s of %j', (path, id, params) => {
    expect(meaning(path)).toEqual([id, ...params]);
    expect(meaning(path, 'HEAD')).toEqual([id, ...params]);
    expect(meaning(path, 'POST')).toBe('method_unknown');
  });

  it.each(['/api/vendors/%zz/x', '/api/vendors//', '/api/cve/a/b/c', '/api/organizations/a/b'])(
    '%s is unknown',
    (path) => {
      expect(meaning(path)).toBe('path_unknown');
    },
  );

  it('of any length is read in one pass', () => {
    const path = `/api/vendors${'/products'.repeat(200_000)}/x`;
    expect(matchRoute(operations, 'GET', path).kind).toBe('operation');
  });
});
