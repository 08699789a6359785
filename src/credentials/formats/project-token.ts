import { randomAlphanumeric } from '../../kernel/index.ts';
import { hexChecksum } from './checksum.ts';
import type { CredentialFormat } from './format.ts';

/**
 * Project tokens: `cvefeed_`, a visible prefix of 8 letters or digits, `_`, 64 lower-case hex digits. The secret is 224
 * random bits and, in its last 8 digits, the checksum of prefix and secret. The prefix is the public lookup part.
 */
const pattern = /^cvefeed_([A-Za-z0-9]{8})_([0-9a-f]{56})([0-9a-f]{8})$/;

const mask = (presented: string): string => `${presented.slice(0, 17)}…`;

export const projectToken: CredentialFormat = {
  family: 'project-token',
  shape: /cvefeed_[A-Za-z0-9]{8}_[0-9a-f]{64}/,
  length: 81,
  mint: (random) => {
    const prefix = randomAlphanumeric(random, 8);
    const digits = random.bytes(28).toString('hex');
    const presented = `cvefeed_${prefix}_${digits}${hexChecksum(prefix + digits)}`;
    return { presented, lookup: prefix, masked: mask(presented) };
  },
  mask,
  parse: (presented) => {
    if (presented.length !== 81) return null;
    const [, prefix = '', digits = '', checksum] = pattern.exec(presented) ?? [];
    return checksum !== undefined && hexChecksum(prefix + digits) === checksum ? { lookup: prefix } : null;
  },
};
