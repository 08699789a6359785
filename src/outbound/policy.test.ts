/** Risk: a name, a number format or a redirect reaches an address inside the operator's network. */
import { describe, expect, it } from 'vitest';
import { addressPolicy, checkedUrl } from './policy.ts';

const strict = addressPolicy([]);

describe('addressPolicy', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '192.0.0.8',
    '198.18.0.1',
    '192.0.2.1',
    '203.0.113.9',
    '240.0.0.1',
    '::1',
    '::',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    '100::1',
    'fe80::1%eth0',
    '',
    'nonsense',
  ])('refuses %s', (address) => {
    expect(strict.permits(address)).toBe(false);
  });

  it.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111', '2a00:1450:4001:82a::200e'])(
    'permits the public %s',
    (address) => {
      expect(strict.permits(address)).toBe(true);
    },
  );

  it('permits allowed networks, also when written as a mapped address, and nothing beside them', () => {
    const policy = addressPolicy(['127.0.0.0/8', 'fd00::/16']);
    expect(['127.0.0.1', '127.9.9.9', '::ffff:127.0.0.1', 'fd00::5'].every((each) => policy.permits(each))).toBe(true);
    expect(['10.0.0.1', 'fd01::5', '::1', '::ffff:10.0.0.1'].some((each) => policy.permits(each))).toBe(false);
  });
});

describe('checkedUrl', () => {
  it.each([
    'ftp://example.org/',
    'file:///etc/passwd',
    'http://user:pass@example.org/',
    'http://user@example.org/',
    'nonsense',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:7f00:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'gopher://example.org/',
    'data:text/plain,x',
  ])('refuses %s', (text) => {
    expect(() => checkedUrl(strict, text)).toThrow(/is not called/);
  });

  it('takes a name of this machine where either of its addresses is allowed', () => {
    for (const allow of ['127.0.0.0/8', '::1/128'])
      expect(checkedUrl(addressPolicy([allow]), 'http://localhost:8080/').hostname).toBe('localhost');
  });

  it('refuses a redirect that leaves HTTPS, and takes one relative to its origin', () => {
    const origin = new URL('https://example.org/a/b');
    expect(() => checkedUrl(strict, 'http://example.org/', origin)).toThrow(/leaves HTTPS/);
    expect(checkedUrl(strict, '../c', origin).href).toBe('https://example.org/c');
  });
});
