import ipaddr from 'ipaddr.js';
import { fail } from '../kernel/index.ts';

/** AddressPolicy says which addresses may be reached: public unicast ones, and those of the allowed networks. */
export interface AddressPolicy {
  permits(address: string): boolean;
}

// The only block from which global IPv6 addresses are given out: it leaves out NAT64, mapped, compatible and local ones.
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** addressPolicy builds the policy; `allow` holds CIDR ranges. An address that does not parse is refused. */
export const addressPolicy = (allow: readonly string[]): AddressPolicy => {
  const ranges = allow.map((text) => ipaddr.parseCIDR(text));
  const isAllowed = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
    ranges.some(([network, bits]) => network.kind() === address.kind() && address.match([network, bits]));
  return {
    permits: (text) => {
      if (text.includes('%') || !ipaddr.isValid(text)) return false;
      const address = ipaddr.parse(text);
      if (isAllowed(address)) return true;
      if (address instanceof ipaddr.IPv4) return address.range() === 'unicast';
      if (address.isIPv4MappedAddress()) return isAllowed(address.toIPv4Address());
      return address.range() === 'unicast' && address.match(globalUnicast);
    },
  };
};

/** Names that mean this machine wherever they are looked up (RFC 6761); what any other means is known when it is called. */
const ownNames = /(?:^|\.)(?:localhost|localdomain)\.?$|^ip6-(?:localhost|loopback)\.?$/;
const ownAddresses = ['127.0.0.1', '::1'] as const;

/**
 * checkedUrl parses an address and refuses what can be refused without resolving its name.
 * @throws `outbound.refused`
 */
export const checkedUrl = (policy: AddressPolicy, text: string, origin?: URL): URL => {
  const url = URL.parse(text, origin);
  if (url === null) throw refused(text, 'it is not an address');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(text, 'only http and https are called');
  if (url.username !== '' || url.password !== '') throw refused(shown(url), 'it holds a user name or password');
  if (origin?.protocol === 'https:' && url.protocol === 'http:') throw refused(shown(url), 'it leaves HTTPS');
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const meant = ipaddr.isValid(host) ? [host] : ownNames.test(host) ? ownAddresses : [];
  const [forbidden] = meant;
  if (forbidden !== undefined && !meant.some(policy.permits)) throw refusedAddress(shown(url), forbidden);
  return url;
};

/** shown is an address without its query, which may hold a signature or a key. */
export const shown = (url: URL): string => `${url.origin}${url.pathname}`;

/** refusedAddress is the failure for a host that is, or resolves to, an address that may not be reached. */
export const refusedAddress = (host: string, address: string): Error =>
  fail('outbound.refused', {
    message: `${host} is not called: ${address} is not a public address`,
    detail: { address },
  });

const refused = (text: string, reason: string): Error =>
  fail('outbound.refused', { message: `${text.slice(0, 200)} is not called: ${reason}` });
