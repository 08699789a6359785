import { expect, it } from 'vitest';
import { ManualClock } from '../kernel/index.ts';
import { createAddressCheck } from './address-check.ts';

const addresses: Record<string, string[]> = {
  'hooks.example.org': ['93.184.215.14'],
  localhost: ['127.0.0.1', '::1'],
  'mixed.example.org': ['93.184.215.14', '10.0.0.1'],
  'hooks.corp.local': ['10.1.2.3'],
  'printer.local': ['192.168.1.9'],
};
const clock = new ManualClock();
const resolve = async (name: string) => {
  const found = addresses[name];
  if (found === undefined) throw new Error('ENOTFOUND');
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};
const check = createAddressCheck({ config: { allow: ['10.1.0.0/16'] }, clock, resolve });

it.each([
  'https://hooks.example.org/a?b=c',
  'http://hooks.example.org:8080/',
  'https://93.184.215.14/',
  'https://[2606:2800:220:1::1]/',
  'http://10.1.2.3/',
  'https://not-there-yet.example.org/',
  'https://localhost.example.org/',
  'https://mylocal/',
  'http://hooks.corp.local/',
])('%s may be called', async (url) => {
  await expect(check(url)).resolves.toBeUndefined();
});

it.each([
  'http://localhost/',
  'http://LOCALHOST:9000/',
  'http://localhost./',
  'http://a.localhost/',
  'http://localhost.localdomain/',
  'http://ip6-localhost/',
  'http://printer.local/',
  'http://127.0.0.1/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://169.254.169.254/latest/meta-data',
  'http://10.2.0.1/',
  'https://mixed.example.org/',
  'ftp://hooks.example.org/',
  'file:///etc/passwd',
  'https://user:secret@hooks.example.org/',
  'hooks.example.org',
  '',
])('%s may not', async (url) => {
  await expect(check(url)).rejects.toMatchObject({ code: 'outbound.refused' });
});

it('a name server that does not answer holds nobody up for more than two seconds', async () => {
  const silent = createAddressCheck({ config: { allow: [] }, clock, resolve: () => new Promise(() => {}) });
  const checking = silent('https://slow.example.org/');
  clock.advance(2000);
  await expect(checking).resolves.toBeUndefined();
});
