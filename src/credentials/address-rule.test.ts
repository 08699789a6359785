/** Risk: an address outside the allowed ranges gets in, or the same address in another spelling does not. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../kernel/index.ts';
import { compileAddressRule, normalRanges } from './address-rule.ts';

const allows = (ranges: readonly string[], address: string): boolean =>
  compileAddressRule(normalRanges(ranges))(address);

describe('compileAddressRule', () => {
  it('allows every address without ranges, even one that cannot be read', () => {
    for (const address of ['203.0.113.9', '::1', 'unknown', '']) expect(allows([], address)).toBe(true);
  });

  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['203.0.113.9', '203.0.113.9', true],
    ['203.0.113.9', '203.0.113.10', false],
    ['203.0.113.9/32', '203.0.113.8', false],
    ['203.0.113.8/31', '203.0.113.9', true],
    ['0.0.0.0/0', '198.51.100.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['10.0.0.0/8', '::ffff:10.1.1.1', true],
    ['10.0.0.0/8', '::ffff:0a01:0101', true],
    ['10.0.0.0/8', '::ffff:11.1.1.1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '::ffff:10.1.1.1', false],
    ['2001:db8::/32', '2001:0DB8:0000::0001', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::1', '2001:db8:0:0:0:0:0:1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['10.0.0.0/8', '10.1.1', false],
    ['10.0.0.0/8', '', false],
    ['10.0.0.0/8', 'localhost', false],
    ['10.0.0.0/8', '10.0.0.1, 203.0.113.9', false],
    ['10.0.0.0/8', ' 10.0.0.1', false],
  ])('range %s and address %j: %s', (range, address, expected) => {
    expect(allows([range], address)).toBe(expected);
  });

  it('takes a rule that was written for a mapped address as the IPv4 rule that it is', () => {
    expect(allows(['::ffff:10.1.1.1'], '10.1.1.1')).toBe(true);
    expect(allows(['::ffff:10.0.0.0/104'], '10.200.1.1')).toBe(true);
    expect(allows(['::ffff:10.0.0.0/104'], '::ffff:10.200.1.1')).toBe(true);
    expect(allows(['::ffff:10.0.0.0/104'], '11.0.0.1')).toBe(false);
  });

  it('allows what any of several ranges holds', () => {
    const ranges = ['192.0.2.0/24', '2001:db8::/32'];
    expect(['192.0.2.7', '2001:db8::7', '192.0.3.7'].map((address) => allows(ranges, address))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('normalRanges', () => {
  it('writes a bare address as a range of one, in one spelling', () => {
    expect(normalRanges([' 203.0.113.9 ', '2001:0DB8::0001', '10.0.0.0/8'])).toEqual([
      '203.0.113.9/32',
      '2001:db8::1/128',
      '10.0.0.0/8',
    ]);
  });

  it.each([
    '',
    'x',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0/8',
    '1',
    '0x7f000001',
    '::/129',
    '10.0.0.0/8/8',
    '010.0.0.1',
    '10.0.0.0/08',
  ])('refuses %j, naming it', (range) => {
    const refused = (): unknown => normalRanges(['10.0.0.0/8', range]);
    expect(refused).toThrow(AppError);
    expect(refused).toThrow(expect.objectContaining({ code: 'request.invalid_parameter' }));
    expect(refused).toThrow(JSON.stringify(range));
  });
});
