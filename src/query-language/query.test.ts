/** Risk: a query means something else than its writer thinks, or is refused without saying where and why. */
import { describe, expect, it } from 'vitest';
import type { Expression } from '../catalog/index.ts';
import { compileQuery, type QueryHooks } from './index.ts';

const nowMs = Date.UTC(2026, 10, 22, 12);
const termsMax = 20;
const dayMs = 86_400_000;
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

const compiled = async (text: string, hooks: QueryHooks = {}): Promise<Expression> => {
  const outcome = await compileQuery(text, { nowMs, termsMax, hooks });
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  return outcome.expression;
};
const refusal = async (text: string, hooks: QueryHooks = {}) => {
  const outcome = await compileQuery(text, { nowMs, termsMax, hooks });
  return outcome.kind === 'refused' ? [outcome.position, outcome.message] : outcome;
};

const vendor = (name: string): Expression => ({ kind: 'vendor', name, match: 'exact' });
const a = vendor('a');
const b = vendor('b');
const c = vendor('c');

describe('structure', () => {
  it.each<[string, Expression]>([
    ['', { kind: 'all', of: [] }],
    ['  \n ', { kind: 'all', of: [] }],
    ['vendor:a', a],
    ['vendor : a', a],
    ['((vendor:a))', a],
    ['vendor:a AND vendor:b', { kind: 'all', of: [a, b] }],
    ['vendor:a and vendor:b aNd vendor:c', { kind: 'all', of: [a, b, c] }],
    ['vendor:a OR vendor:b AND vendor:c', { kind: 'any', of: [a, { kind: 'all', of: [b, c] }] }],
    ['(vendor:a OR vendor:b)AND(vendor:c)', { kind: 'all', of: [{ kind: 'any', of: [a, b] }, c] }],
    ['NOT vendor:a AND vendor:b', { kind: 'all', of: [{ kind: 'not', of: a }, b] }],
    ['not (vendor:a or vendor:b)', { kind: 'not', of: { kind: 'any', of: [a, b] } }],
    ['NOT NOT vendor:a', a],
    ['NOT vendor!=a', a],
    ['vendor:"and"', vendor('and')],
    ['vendor:and', vendor('and')],
    [String.raw`vendor:"a \"b\" \\ \n"`, vendor(String.raw`a "b" \ \n`)],
    [`vendor:'it is'`, vendor('it is')],
  ])('reads %j', async (text, expected) => {
    expect(await compiled(text)).toEqual(expected);
  });

  it.each<[string, Expression]>([
    ['CVE-2021-44228', { kind: 'id', text: 'CVE-2021-44228', match: 'exact' }],
    ['cve-2021-44228', { kind: 'id', text: 'cve-2021-44228', match: 'exact' }],
    ['log4j', { kind: 'text', field: 'description', text: 'log4j', match: 'contains' }],
    ['"remote code"', { kind: 'text', field: 'description', text: 'remote code', match: 'contains' }],
  ])('takes the bare term %j for an id or a piece of descriptions', async (text, expected) => {
    expect(await compiled(text)).toEqual(expected);
  });

  it.each([
    ['invalid query', 8, "Expected AND or OR instead of 'query' (at character 9)."],
    ['vendor:a AND', 12, 'The query ends where a condition is expected (at character 13).'],
    ['AND vendor:a', 0, "Expected a condition instead of 'AND' (at character 1)."],
    ['vendor:a OR OR vendor:b', 12, "Expected a condition instead of 'OR' (at character 13)."],
    ['(vendor:a', 9, 'The query ends where a closing parenthesis, AND or OR is expected (at character 10).'],
    ['vendor:a)', 8, "Expected AND or OR instead of ')' (at character 9)."],
    ['()', 1, "Expected a condition instead of ')' (at character 2)."],
    ['vendor:', 7, 'The query ends where a value for vendor is expected (at character 8).'],
    ['vendor:"a', 7, 'The quote is not closed (at character 8).'],
    [':a', 0, "Expected a condition instead of ':a' (at character 1)."],
    ['""', 0, 'Expected a condition instead of an empty text (at character 1).'],
    ['vendor:a\u0000', 8, "The character '\ufffd' is not allowed (at character 9)."],
  ])('refuses %j and says where', async (text, position, message) => {
    expect(await refusal(text)).toEqual([position, message]);
  });

  it('refuses hostile lengths, depths and counts without a stack overflow', async () => {
    expect(await refusal('('.repeat(10_000))).toEqual([4096, expect.stringContaining('longer than 4096')]);
    expect(await refusal('('.repeat(4000))).toEqual([16, expect.stringContaining('nested deeper than 16')]);
    expect(await refusal(`${'NOT '.repeat(1001)}kev:true`)).toMatchObject({ kind: 'ok' });
    const many = Array.from({ length: 21 }, (_, index) => `vendor:v${index}`).join(' OR ');
    expect(await refusal(many)).toEqual([expect.any(Number), expect.stringContaining('more than 20 conditions')]);
    expect(await refusal('x'.repeat(10_240))).toEqual([4096, expect.stringContaining('longer than 4096')]);
  });

  it('takes as many conditions as it is told to', async () => {
    const outcome = await compileQuery('kev:true kev:true', { nowMs, termsMax: 1 });
    expect(outcome.kind).toBe('refused');
    expect((await compileQuery('kev:true AND kev:true', { nowMs, termsMax: 1 })).kind).toBe('refused');
    expect((await compileQuery('kev:true AND kev:true', { nowMs, termsMax: 2 })).kind).toBe('ok');
  });
});

describe('fields', () => {
  const contains = (field: 'title' | 'description', text: string): Expression => ({
    kind: 'text',
    field,
    text,
    match: 'contains',
  });
  const not = (of: Expression): Expression => ({ kind: 'not', of });
  const never: Expression = { kind: 'any', of: [] };
  const kev: Expression = { kind: 'flag', flag: 'kev' };

  it.each<[string, Expression]>([
    ['description:php', contains('description', 'php')],
    ['title!:php', not(contains('title', 'php'))],
    ['title="a b"', { kind: 'text', field: 'title', text: 'a b', match: 'exact' }],
    ['description!=x', not({ kind: 'text', field: 'description', text: 'x', match: 'exact' })],
    ['text:log4j', { kind: 'words', text: 'log4j' }],
    ['cve:2021-44', { kind: 'id', text: '2021-44', match: 'contains' }],
    ['cve=CVE-2021-44228', { kind: 'id', text: 'CVE-2021-44228', match: 'exact' }],
    ['cwe:CWE-79', { kind: 'weakness', cwe: 79 }],
    ['cwe:cwe-79 ', { kind: 'weakness', cwe: 79 }],
    ['cwe!=79', not({ kind: 'weakness', cwe: 79 })],
    ['cvss31>=9', { kind: 'cvss', version: '3.1', min: 9 }],
    ['cvss31 > 8.9', { kind: 'cvss', version: '3.1', min: 9 }],
    ['cvss30<7', { kind: 'cvss', version: '3.0', max: 6.9 }],
    ['cvss20<=6.95', { kind: 'cvss', version: '2.0', max: 6.9 }],
    ['cvss40=8.5', { kind: 'cvss', version: '4.0', min: 8.5, max: 8.5 }],
    ['cvss!=8.5', not({ kind: 'cvss', version: 'any', min: 8.5, max: 8.5 })],
    ['cvss=8.55', never],
    ['cvss>10', never],
    ['cvss<0', never],
    ['epss>=0.5', { kind: 'epss', min: 0.5 }],
    ['epss>0.28999', { kind: 'epss', min: 0.29 }],
    ['epss<0.29', { kind: 'epss', max: 0.28999 }],
    ['epss>=50', { kind: 'epss', min: 0.5 }],
    ['epss<=1%', { kind: 'epss', max: 0.01 }],
    ['epss=1', { kind: 'epss', min: 1, max: 1 }],
    ['kev:TRUE', kev],
    ['kev:false', not(kev)],
    ['kev!=false', kev],
    ['ransomware:true', { kind: 'flag', flag: 'ransomware' }],
    ['exploit:true', { kind: 'flag', flag: 'exploit_known' }],
    ['automatable:true', { kind: 'flag', flag: 'automatable' }],
    ['state:rejected', { kind: 'flag', flag: 'rejected' }],
    ['state:published', not({ kind: 'flag', flag: 'rejected' })],
    ['severity:high,critical', { kind: 'severity', of: ['high', 'critical'] }],
    ['severity>=high', { kind: 'severity', of: ['high', 'critical'] }],
    ['severity<medium', { kind: 'severity', of: ['unknown', 'low'] }],
    ['severity:none', { kind: 'severity', of: ['unknown'] }],
    ['exploitation:poc', { kind: 'exploitation', of: ['poc'] }],
    ['ssvc:active', { kind: 'exploitation', of: ['active'] }],
    ['assigner:redhat', { kind: 'assigner', name: 'redhat' }],
    ['VENDOR=Apache', vendor('Apache')],
    ['product:log', { kind: 'product', vendor: null, name: 'log', match: 'prefix' }],
    ['product=log4j', { kind: 'product', vendor: null, name: 'log4j', match: 'exact' }],
    ['product:apache$PRODUCT$log4j', { kind: 'product', vendor: 'apache', name: 'log4j', match: 'exact' }],
  ])('compiles %s', async (text, expected) => {
    expect(await compiled(text)).toEqual(expected);
  });

  it.each<[string, Expression]>([
    ['created>2024-05-01', { kind: 'published', fromMs: day('2024-05-02') }],
    ['created>=2024-05-01', { kind: 'published', fromMs: day('2024-05-01') }],
    ['updated<2024-05-01', { kind: 'modified', toMs: day('2024-05-01') - 1 }],
    ['updated<=2024-05-01', { kind: 'modified', toMs: day('2024-05-02') - 1 }],
    ['created=2024-02-29', { kind: 'published', fromMs: day('2024-02-29'), toMs: day('2024-03-01') - 1 }],
    ['updated>=2024-05-01T12:00:00Z', { kind: 'modified', fromMs: Date.UTC(2024, 4, 1, 12) }],
    // Rows show seconds: one that shows this second was changed at it, whatever its milliseconds.
    ['updated<=2024-05-01T12:00:00Z', { kind: 'modified', toMs: Date.UTC(2024, 4, 1, 12) + 999 }],
    ['updated<=2024-05-01T12:00:00.250Z', { kind: 'modified', toMs: Date.UTC(2024, 4, 1, 12) + 250 }],
    ['updated>2024-05-01T12:00:00+02:00', { kind: 'modified', fromMs: Date.UTC(2024, 4, 1, 10, 0, 1) }],
    // With "or equal" an age is compared as an age, without it as the day that long ago.
    ['created<=30d', { kind: 'published', fromMs: day('2026-10-23') }],
    ['created>=2W', { kind: 'published', toMs: day('2026-11-09') - 1 }],
    ['updated<30d', { kind: 'modified', toMs: day('2026-10-23') - 1 }],
    ['updated>30d', { kind: 'modified', fromMs: day('2026-10-24') }],
    ['updated<=0d', { kind: 'modified', fromMs: day('2026-11-22') }],
    ['updated<=3m', { kind: 'modified', fromMs: day('2026-11-22') - 90 * dayMs }],
    ['updated<=1y', { kind: 'modified', fromMs: day('2025-11-22') }],
    ['updated=1d', { kind: 'modified', fromMs: day('2026-11-21'), toMs: day('2026-11-22') - 1 }],
  ])('compiles the date %s', async (text, expected) => {
    expect(await compiled(text)).toEqual(expected);
  });

  it.each([
    ['kev:true AND foo:bar', 13, "Unknown field 'foo'."],
    ['description:ab', 12, "The value 'ab' of description must be at least 3 characters"],
    ['cvss31>=11', 8, "The value '11' of cvss31 must be a number from 0 to 10"],
    ['cvss31>=high', 8, "The value 'high' of cvss31 must be a number"],
    ['cvss31>=-1', 8, 'must be a number from 0 to 10'],
    ['cvss31>=1e1', 8, 'must be a number from 0 to 10'],
    ['cvss31:9', 0, 'The field cvss31 takes > >= < <= = != and not :'],
    ['epss>=101', 6, 'must be a score from 0 to 1'],
    ['kev:maybe', 4, 'must be true or false'],
    ['kev>true', 0, 'The field kev takes'],
    ['cwe:xss', 4, 'must be a CWE id such as CWE-79'],
    ['created>=2024-02-30', 9, 'must be a date such as'],
    ['created>=2024', 9, 'must be a date such as'],
    ['created<=99999y', 9, 'must be a date such as'],
    ['severity:urgent', 9, 'must be one of critical, high, medium, low, unknown'],
    ['severity>=high,low', 10, 'must be one severity'],
    ['exploitation:maybe', 13, 'must be one of none, poc, active'],
    ['state:gone', 6, 'must be published or rejected'],
    ['userTag:mine', 8, "The tag 'mine' does not exist"],
    ['project:mine', 8, "The project 'mine' does not exist"],
    ['project>mine', 0, 'The field project takes'],
  ])('refuses %s and names position and field', async (text, position, message) => {
    expect(await refusal(text)).toEqual([position, expect.stringContaining(message)]);
  });

  it('asks the hooks for tags and projects', async () => {
    const hooks: QueryHooks = {
      tagged: async (name) => (name === 'Mine' ? ['CVE-2021-44228'] : null),
      project: async (name) => (name === 'web shop' ? a : null),
    };
    expect(await compiled('userTag:Mine AND project:"web shop"', hooks)).toEqual({
      kind: 'all',
      of: [{ kind: 'ids', cveIds: ['CVE-2021-44228'] }, a],
    });
    expect(await compiled('project!="web shop"', hooks)).toEqual(not(a));
    expect(await refusal('usertag:mine', hooks)).toEqual([8, expect.stringContaining('does not exist')]);
    const broken: QueryHooks = { project: () => Promise.reject(new Error('away')) };
    await expect(compileQuery('project:x', { nowMs, termsMax, hooks: broken })).rejects.toThrow('away');
  });
});
