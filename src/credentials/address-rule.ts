import ipaddr from 'ipaddr.js';
import { fail } from '../kernel/index.ts';

/** A compiled list of CIDR ranges; an empty list allows every address. */
export type AddressRule = (address: string) => boolean;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** normalRanges checks ranges (a bare address is a range of one) and returns them in one spelling. */
export const normalRanges = (ranges: readonly string[]): string[] =>
  ranges.map((given) => {
    const range = readRange(given.trim());
    if (range === null) {
      throw fail('request.invalid_parameter', {
        message: `Not an IP address or CIDR range: ${JSON.stringify(given)}`,
      });
    }
    return `${range[0].toString()}/${range[1]}`;
  });

/** compileAddressRule returns a test; an address that cannot be read matches no range (fail closed). */
export const compileAddressRule = (ranges: readonly string[]): AddressRule => {
  if (ranges.length === 0) return () => true;
  const parsed = ranges.map(readRange).filter((range) => range !== null);
  return (text) => {
    const read = readAddress(text);
    if (read === null) return false;
    const address = unmapped(read);
    return parsed.some(([range, length]) => address.kind() === range.kind() && address.match(range, length));
  };
};

/** IPv4 takes four decimal numbers only: in shorter, octal or hex spellings people and programs see other addresses. */
const readAddress = (text: string): Address | null => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
};

/** An IPv4 client may reach a dual-stack socket as ::ffff:a.b.c.d; rules are written for what it is. */
const unmapped = (address: Address): Address =>
  address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;

const readRange = (text: string): [Address, number] | null => {
  const slash = text.indexOf('/');
  const address = readAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  const lengthText = slash < 0 ? `${bits}` : text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(lengthText) || Number(lengthText) > bits) return null;
  const plain = unmapped(address);
  const mappedBits = bits === 128 && plain.kind() === 'ipv4' ? 96 : 0;
  const length = Number(lengthText);
  return length < mappedBits ? [address, length] : [plain, length - mappedBits];
};

/** networkOf returns the /24 or /48 that an address lies in, or null for what is no address. */
export const networkOf = (text: string): string | null => {
  const read = readAddress(text);
  if (read === null) return null;
  const address = unmapped(read);
  return address instanceof ipaddr.IPv6
    ? `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/48`).toString()}/48`
    : `${ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/24`).toString()}/24`;
};
