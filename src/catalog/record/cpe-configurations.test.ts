/** Risk: a condition that is shown as alternatives calls products affected that are not, or loses what its source says. */
import { describe, expect, it } from 'vitest';
import { cpeConfigurationsOf } from './cpe-configurations.ts';

const cpe = (product: string, version = '*'): string => `cpe:2.3:a:acme:${product}:${version}:*:*:*:*:*:*:*`;
const documentOf = (cna: object, ...adp: readonly object[]): string => JSON.stringify({ containers: { cna, adp } });
const nodeOf = (...cpeMatch: readonly object[]) => ({ operator: 'OR', negate: false, cpeMatch });
const anvil = { vulnerable: true, criteria: cpe('anvil', '1') };
const hammer = { vulnerable: false, criteria: cpe('hammer') };
const affected = [
  { vendor: 'acme', product: 'anvil', cpes: [cpe('anvil')], versions: [{ version: '2', status: 'affected' }] },
];
const derived = { nodes: [nodeOf({ vulnerable: true, criteria: cpe('anvil', '2') })] };

describe('configurations', () => {
  it.each([
    ['an AND', { operator: 'AND', nodes: [nodeOf(anvil), nodeOf(hammer)] }],
    ['a negation', { negate: true, nodes: [nodeOf(anvil)] }],
    ['a negated node', { operator: 'OR', negate: false, nodes: [{ operator: 'OR', negate: true, cpeMatch: [anvil] }] }],
    ['an AND within a node', { nodes: [{ operator: 'AND', negate: false, cpeMatch: [anvil, hammer] }] }],
    ['nested nodes', { nodes: [{ ...nodeOf(), children: [{ ...nodeOf(anvil), operator: 'AND' }, nodeOf(hammer)] }] }],
  ])('keep %s, beside which its products are no alternatives', (_name, stated) => {
    expect(cpeConfigurationsOf(documentOf({ affected, cpeApplicability: [stated] }))).toEqual([stated]);
  });

  it('that are alternatives anyway are followed by those that affected entries add', () => {
    const stated = { nodes: [nodeOf(anvil)] };
    expect(cpeConfigurationsOf(documentOf({ affected, cpeApplicability: [stated] }))).toEqual([stated, derived]);
    const same = [{ ...affected[0], versions: [{ version: '1', status: 'affected' }] }];
    expect(cpeConfigurationsOf(documentOf({ affected: same, cpeApplicability: [stated] }))).toEqual([stated]);
  });

  it('with a condition leave no product that they name to affected entries, but all others', () => {
    const condition = {
      operator: 'AND',
      nodes: [nodeOf(hammer), nodeOf({ vulnerable: true, criteria: cpe('tongs') })],
    };
    const stated = [condition, { nodes: [nodeOf(anvil)] }];
    const other = { ...affected[0], cpes: [cpe('bellows')] };
    expect(cpeConfigurationsOf(documentOf({ affected: [...affected, other], cpeApplicability: stated }))).toEqual([
      ...stated,
      { nodes: [nodeOf({ vulnerable: true, criteria: cpe('bellows', '2') })] },
    ]);
  });

  it('keep every bound and id of a match, and a name that nobody can read', () => {
    const bounds = { versionStartIncluding: '1', versionStartExcluding: '2' };
    const ends = { versionEndIncluding: '3', versionEndExcluding: '4', matchCriteriaId: 'M-1' };
    const stated = {
      operator: 'AND',
      nodes: [nodeOf({ ...anvil, ...bounds, ...ends }), nodeOf({ ...hammer, criteria: 'x' })],
    };
    expect(cpeConfigurationsOf(documentOf({ cpeApplicability: [stated] }))).toEqual([stated]);
  });

  it('have the words that a client looks for where their source leaves them out', () => {
    const stated = [
      { nodes: [{ cpeMatch: [{ criteria: 'cpe:/a:acme:anvil:1' }, { vulnerable: true }] }] },
      { operator: 'XOR' },
    ];
    expect(cpeConfigurationsOf(documentOf({ cpeApplicability: stated }))).toEqual([
      { nodes: [nodeOf(anvil)] },
      { nodes: [] },
    ]);
  });

  it('of several sources follow each other: the CNA, CISA, others', () => {
    const from = (shortName: string, product: string) => ({
      providerMetadata: { shortName },
      cpeApplicability: [{ nodes: [nodeOf({ vulnerable: true, criteria: cpe(product) })] }],
    });
    const json = documentOf(from('acme', 'a'), from('other', 'c'), from('CISA-ADP', 'b'));
    expect(cpeConfigurationsOf(json)?.map(({ nodes }) => nodes[0]?.cpeMatch[0]?.criteria)).toEqual(
      ['a', 'b', 'c'].map((name) => cpe(name)),
    );
  });

  it.each([
    documentOf({ affected }),
    documentOf({ affected, cpeApplicability: [] }),
    documentOf({ affected, cpeApplicability: 'none' }),
    documentOf({ affected, title: '"cpeApplicability"' }),
    '{"cpeApplicability":[{"nodes":[]}]}',
    '["cpeApplicability"]',
    '',
  ])('are null where none is stated (%#)', (json) => {
    expect(cpeConfigurationsOf(json)).toBeNull();
  });
});
