/** Risk: a product that its maker calls unaffected is served as vulnerable, or one that may be affected is not served. */
import { describe, expect, test } from 'vitest';
import { cpeMatchesOf } from './cpe-matches.ts';
import { normaliseCveRecord } from './index.ts';

const named = (version: string): string => `cpe:2.3:a:acme:anvil:${version}:*:*:*:*:*:*:*`;
const rowsOf = (entry: object): readonly string[] =>
  cpeMatchesOf([{ affected: [{ vendor: 'acme', product: 'anvil', ...entry }] }]).map((row) => {
    expect(row.vulnerable).toBe(true);
    return row.criteria;
  });
const isClaimed = (version: string, entry: object, name = named(version)): boolean =>
  rowsOf({ cpes: [name], ...entry }).length > 0;

describe('a CPE name with a version', () => {
  const from7 = { status: 'affected', version: '7.0', lessThan: '7.3', versionType: 'semver' };
  const fixed = { status: 'unaffected', version: '7.3.0' };

  test.each([
    ['an entry of which nothing is affected', { defaultStatus: 'unaffected' }],
    ['its exact entry', { versions: [fixed] }],
    ['its exact entry within an affected range', { versions: [{ ...from7, lessThan: '9' }, fixed] }],
    ['an unaffected range', { versions: [{ ...fixed, lessThan: '*' }], defaultStatus: 'affected' }],
    ['the end of the affected range', { versions: [from7], defaultStatus: 'unaffected' }],
    [
      'a change within the range',
      { versions: [fixed, { ...from7, lessThan: '9', changes: [{ at: '7.3.0', status: 'unaffected' }] }] },
    ],
  ])('is no row when unaffected by %s', (_, entry) => {
    expect(isClaimed('7.3.0', entry)).toBe(false);
  });

  test.each([
    ['nothing is said', '7.3.0', {}],
    [
      'its version is called affected',
      '7.3',
      { versions: [{ ...fixed, status: 'affected' }], defaultStatus: 'unaffected' },
    ],
    ['its version is within an affected range', '7.2.9', { versions: [from7, fixed], defaultStatus: 'unaffected' }],
    [
      'its version is called unknown',
      '7.3.0',
      { versions: [{ ...fixed, status: 'unknown' }], defaultStatus: 'unaffected' },
    ],
    ['the rest is not called unaffected', '7.4', { versions: [from7, fixed] }],
    ['versions do not order', '7.3.0', { versions: [{ ...from7, lessThan: '7.3 SP1' }], defaultStatus: 'unaffected' }],
    [
      'a range ends before it starts',
      '2024',
      { versions: [{ ...from7, version: '2024' }], defaultStatus: 'unaffected' },
    ],
    ['affected are commits', '7.3.0', { versions: [{ ...from7, versionType: 'git' }], defaultStatus: 'unaffected' }],
    [
      'a part of its unaffected range is affected',
      '7.5',
      {
        versions: [{ ...fixed, lessThan: '8', changes: [{ at: '7.4', status: 'affected' }] }],
        defaultStatus: 'unaffected',
      },
    ],
    [
      'versions are those of a package within the product',
      '9',
      {
        packageName: 'xz',
        versions: [{ status: 'unaffected', version: '5.2', lessThan: '*' }],
        defaultStatus: 'affected',
      },
    ],
  ])('stays a row when %s', (_, version, entry) => {
    expect(isClaimed(version, entry)).toBe(true);
  });

  test('is judged by nothing but the rest where an entry names several products', () => {
    const cpes = [named('7.3.0'), 'cpe:2.3:a:acme:hammer:7.0:*:*:*:*:*:*:*'];
    expect(rowsOf({ cpes, versions: [from7], defaultStatus: 'unaffected' })).toEqual(cpes);
    expect(rowsOf({ cpes, defaultStatus: 'unaffected' })).toEqual([]);
  });

  test('an update counts as a version of its own', () => {
    const beta = 'cpe:2.3:a:acme:anvil:7.3.0:beta1:*:*:*:*:*:*';
    expect(isClaimed('', { versions: [fixed], defaultStatus: 'unaffected' }, beta)).toBe(false);
    expect(isClaimed('', { versions: [from7, fixed], defaultStatus: 'unaffected' }, beta)).toBe(true);
    expect(isClaimed('', { versions: [{ ...from7, lessThan: '7.2' }], defaultStatus: 'unaffected' }, beta)).toBe(false);
  });
});

test('a product all of whose statements are unaffected is no product of the record; one of another entry is', () => {
  const cna = {
    affected: [
      { vendor: 'Acme', product: 'OS 6', defaultStatus: 'unaffected', cpes: ['cpe:/o:acme:os:6'] },
      { vendor: 'Acme', product: 'anvil', versions: [{ status: 'affected', version: '1' }], cpes: [named('1')] },
    ],
  };
  const outcome = normaliseCveRecord({ cveMetadata: { cveId: 'CVE-2024-1234' }, containers: { cna } });
  expect(outcome).toMatchObject({ ok: true, record: { productNames: [['acme', 'anvil']], vendors: ['acme'] } });
});

describe('more combinations than are listed', () => {
  const versions = Array.from({ length: 9_000 }, (_, number) => ({ status: 'affected', version: `1.${number}` }));

  test('are stated by the name alone', () => {
    expect(rowsOf({ cpes: [named('*')], versions })).toEqual([named('*')]);
  });

  test('are listed as far as that goes when the other versions are unaffected', () => {
    const rows = rowsOf({ cpes: [named('*')], versions, defaultStatus: 'unaffected' });
    expect(rows).toHaveLength(8_000);
    expect(rows).not.toContain(named('*'));
  });
});
