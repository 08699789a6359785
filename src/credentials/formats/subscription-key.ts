import type { CredentialFormat } from './format.ts';
import { hexChecksum } from './checksum.ts';

/**
 * Subscription keys: two lower-case UUID shapes joined by a hyphen, 73 characters. 224 random bits, then 32 bits of
 * checksum in the last 8 digits; no version or variant bits, every digit before the checksum is random. The first 16
 * digits are the public lookup part, which leaves 160 secret bits.
 */
const pattern =
  /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4}-[0-9a-f]{12}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})([0-9a-f]{8})$/;

const uuidShape = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');

const mask = (presented: string): string => `${presented.slice(0, 8)}…${presented.slice(-4)}`;

export const subscriptionKey: CredentialFormat = {
  family: 'subscription-key',
  shape: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
  landmark: {
    pattern: /-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
    at: 8,
  },
  length: 73,
  mint: (random) => {
    const digits = random.bytes(28).toString('hex');
    const hex = digits + hexChecksum(digits);
    const presented = `${uuidShape(hex.slice(0, 32))}-${uuidShape(hex.slice(32))}`;
    return { presented, lookup: hex.slice(0, 16), masked: mask(presented) };
  },
  mask,
  parse: (presented) => {
    if (presented.length !== 73) return null;
    const match = pattern.exec(presented);
    if (match === null) return null;
    const [, first = '', second = '', third = '', rest = '', checksum] = match;
    const digits = first + second + third + rest.replaceAll('-', '');
    return hexChecksum(digits) === checksum ? { lookup: first + second + third } : null;
  },
};
