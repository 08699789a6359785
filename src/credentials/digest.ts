import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../kernel/index.ts';

/** Peppers by version: the server's own key of the digests, kept outside the database. */
export interface Peppers {
  readonly current: number;
  readonly values: { get(version: number): Secret<Buffer> | undefined };
}

/** digestOf is HMAC-SHA-256 under a pepper over salt and credential, in hex. A fast hash fits: the input has ≥ 154 random bits. */
export const digestOf = (pepper: Secret<Buffer>, salt: string, presented: string): string =>
  createHmac('sha256', pepper.reveal()).update(salt).update('\0').update(presented).digest('hex');

/** isDigest compares in constant time; a digest of another length is simply wrong. */
export const isDigest = (expected: string, given: string): boolean => {
  const left = Buffer.from(expected, 'hex');
  const right = Buffer.from(given, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
};
