import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import { fail } from '../kernel/index.ts';
import type { Incoming } from './surface.ts';

/** Where a request came from, as far as it can be trusted. */
export interface Origin {
  /** The client's address; IPv4-mapped IPv6 addresses are given as IPv4. */
  readonly address: string;
  /** Whether the credential travelled encrypted, or never left this machine. */
  readonly secure: boolean;
  /** Whether it was HTTPS, here or at a trusted proxy. */
  readonly encrypted: boolean;
  /** Whether it came from this machine without a proxy between. */
  readonly local: boolean;
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * createOrigins tells the origin of requests. `X-Forwarded-For` and `X-Forwarded-Proto` count only from peers within
 * `trustedProxies` (CIDR ranges or single addresses); from anybody else they are ignored, except that a loopback peer that
 * sends them is a proxy nobody declared, so what it forwards is not taken for local. Fails with `config.invalid`.
 */
export const createOrigins = (trustedProxies: readonly string[]): ((request: Incoming) => Origin) => {
  const ranges = trustedProxies.map(parseRange);
  const isTrusted = (address: string): boolean => ranges.some((range) => contains(range, address));
  const direct = new WeakMap<Socket, Origin>();

  const ofPeer = (socket: Socket): Origin => {
    const known = direct.get(socket);
    if (known !== undefined) return known;
    const address = normalise(socket.remoteAddress ?? '');
    const encrypted = 'encrypted' in socket && socket.encrypted === true;
    const local = isLoopback(address);
    const origin = { address, secure: encrypted || local, encrypted, local };
    direct.set(socket, origin);
    return origin;
  };

  return (request) => {
    const peer = ofPeer(request.socket);
    const headers = request.headers;
    const protocol = headers['x-forwarded-proto'];
    const chain = headers['x-forwarded-for'];
    if (protocol === undefined && chain === undefined && headers.forwarded === undefined) return peer;
    if (!isTrusted(peer.address))
      return peer.local && !peer.encrypted ? { ...peer, secure: false, local: false } : peer;
    const protocols = listOf(protocol);
    const encrypted = protocols.length > 0 && protocols.every((name) => name.toLowerCase() === 'https');
    const address = clientOf(listOf(chain), isTrusted) ?? peer.address;
    return { address, secure: encrypted, encrypted, local: false };
  };
};

/** The nearest address that is not one of our proxies: what stands left of it may be invented by the client. */
const clientOf = (chain: readonly string[], isTrusted: (address: string) => boolean): string | null => {
  let client: string | null = null;
  for (const hop of chain.toReversed()) {
    const address = normalise(hop);
    if (!ipaddr.isValid(address)) return client;
    client = address;
    if (!isTrusted(address)) return client;
  }
  return client;
};

const listOf = (header: string | readonly string[] | undefined): string[] =>
  (typeof header === 'string' ? header : (header ?? []).join(','))
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const normalise = (address: string): string => {
  const bare = address.replace(/^\[|\](:\d+)?$/g, '').replace(/%.*$/, '');
  return bare.startsWith('::ffff:') && bare.includes('.')
    ? bare.slice(7)
    : bare.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
};

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

const parseRange = (text: string): Range => {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch (error) {
    throw fail('config.invalid', {
      message: `Trusted proxy ${JSON.stringify(text)} is not an address or CIDR range`,
      cause: error,
    });
  }
};

const contains = ([network, bits]: Range, text: string): boolean => {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return address.kind() === network.kind() && address.match(network, bits);
};
