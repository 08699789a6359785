/** Risk: an address or an encrypted way in that the client invents. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createOrigins } from './transport.ts';

const from = (peer: string, headers: Record<string, string> = {}, encrypted = false): IncomingMessage => {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  if (encrypted) Object.defineProperty(socket, 'encrypted', { value: true });
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, headers);
  return request;
};

describe('createOrigins', () => {
  const direct = createOrigins([]);
  const proxied = createOrigins(['10.0.0.0/8', 'fd00::/8', '192.0.2.7']);

  it('takes loopback for local and everything else for insecure without TLS', () => {
    for (const peer of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
      expect(direct(from(peer))).toMatchObject({ secure: true, local: true });
    for (const peer of ['203.0.113.1', '10.0.0.1', '::ffff:203.0.113.1', '2001:db8::1', '']) {
      expect(direct(from(peer))).toMatchObject({ secure: false, local: false });
    }
    expect(direct(from('203.0.113.1', {}, true))).toMatchObject({
      address: '203.0.113.1',
      secure: true,
      encrypted: true,
    });
  });

  it('ignores what a peer that is no trusted proxy forwards', () => {
    const forwarded = { 'x-forwarded-for': '198.51.100.1', 'x-forwarded-proto': 'https' };
    expect(direct(from('203.0.113.1', forwarded))).toMatchObject({ address: '203.0.113.1', secure: false });
    expect(proxied(from('192.0.2.8', forwarded))).toMatchObject({ address: '192.0.2.8', secure: false });
    expect(direct(from('127.0.0.1', forwarded))).toMatchObject({ address: '127.0.0.1', secure: false, local: false });
    expect(direct(from('127.0.0.1', { forwarded: 'for=198.51.100.1' }))).toMatchObject({ local: false });
  });

  it('finds the nearest address that is not a proxy, whatever stands left of it', () => {
    const chain = (value: string) =>
      proxied(from('10.1.1.1', { 'x-forwarded-for': value, 'x-forwarded-proto': 'https' })).address;
    expect(chain('198.51.100.1')).toBe('198.51.100.1');
    expect(chain('1.2.3.4, 198.51.100.1, 10.2.2.2')).toBe('198.51.100.1');
    expect(chain('1.2.3.4, ::ffff:198.51.100.1')).toBe('198.51.100.1');
    expect(chain('[2001:db8::9]:4711')).toBe('2001:db8::9');
    expect(chain('198.51.100.1:4711, 192.0.2.7')).toBe('198.51.100.1');
    expect(chain('198.51.100.1, nonsense')).toBe('10.1.1.1');
    expect(chain('10.3.3.3')).toBe('10.3.3.3');
  });

  it('takes a way for encrypted only when every hop says so', () => {
    const secure = (protocol: string) => proxied(from('fd00::1', { 'x-forwarded-proto': protocol })).secure;
    expect(['https', 'HTTPS', 'https,https', 'http', 'https, http', 'http, https', '', 'wss'].map(secure)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(proxied(from('10.1.1.1', { 'x-forwarded-for': '198.51.100.1' })).secure).toBe(false);
  });

  it('fails for a range that is none', () => {
    for (const text of ['10.0.0.0/33', 'proxy.example.org', ''])
      expect(() => createOrigins([text])).toThrow(/is not an address or CIDR range/);
  });
});
