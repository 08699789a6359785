import { hexChecksum } from './checksum.ts';
import type { CredentialFormat } from './format.ts';

/**
 * User keys: `cvf_` and 48 lower-case hex digits, 52 characters: 160 random bits and their checksum in the last 8 digits.
 * The first 8 digits are the public lookup part, which leaves 128 secret bits.
 */
const pattern = /^cvf_([0-9a-f]{40})([0-9a-f]{8})$/;

const mask = (presented: string): string => `${presented.slice(0, 10)}•••••${presented.slice(-6)}`;

export const userKey: CredentialFormat = {
  family: 'user-key',
  shape: /cvf_[0-9a-f]{48}/,
  length: 52,
  mint: (random) => {
    const digits = random.bytes(20).toString('hex');
    const presented = `cvf_${digits}${hexChecksum(digits)}`;
    return { presented, lookup: digits.slice(0, 8), masked: mask(presented) };
  },
  mask,
  parse: (presented) => {
    if (presented.length !== 52) return null;
    const [, digits = '', checksum] = pattern.exec(presented) ?? [];
    return checksum !== undefined && hexChecksum(digits) === checksum ? { lookup: digits.slice(0, 8) } : null;
  },
};
