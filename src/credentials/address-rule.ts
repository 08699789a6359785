import ipaddr from 'ipaddr.js';
import { fail } from '../kernel/index.ts';

/** A compiled list of CIDR ranges; an empty list allows every address. */
export type AddressRule = (address: string) => boolean;

/** normalRanges checks ranges (a bare address is a range of one) and returns them in one spelling. */
export const normalRanges = (ranges: readonly string[]): string[] =>
  ranges.map((range) => {
    const text = range.trim();
    try {
      const [address, length] = text.includes('/') ? ipaddr.parseCIDR(text) : wholeAddress(text);
      return `${address.toString()}/${length}`;
    } catch (error) {
      throw fail('request.invalid_parameter', {
        message: `Not an IP address or CIDR range: ${JSON.stringify(range)}`,
        cause: error,
      });
    }
  });

const wholeAddress = (text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] => {
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
};

/** compileAddressRule returns a test; an address that cannot be read matches no range (fail closed). */
export const compileAddressRule = (ranges: readonly string[]): AddressRule => {
  if (ranges.length === 0) return () => true;
  const parsed = ranges.map((range) => ipaddr.parseCIDR(range));
  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    // An IPv4 client may reach a dual-stack socket as ::ffff:a.b.c.d; rules are written for what it is.
    const address = ipaddr.process(text);
    return parsed.some(([range, length]) => address.kind() === range.kind() && address.match(range, length));
  };
};
