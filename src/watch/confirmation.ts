import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../kernel/index.ts';

/** How long a mailed link works. */
const lifetimeMs = 72 * 3_600_000;
const tokenPattern = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** 256 random bits: a fast hash without a key is enough. */
const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** confirmationOf draws the secret of a link, and what is kept of it. */
export const confirmationOf = (random: Random, nowMs: number) => {
  const secret = random.bytes(32).toString('base64url');
  return { secret, digest: digestOf(secret).toString('hex'), expiresAtMs: nowMs + lifetimeMs };
};

/** readConfirmation takes a link's token apart; what is no token names nothing. */
export const readConfirmation = (token: string): { readonly id: string; readonly secret: string } => {
  const [, id = '', secret = ''] = tokenPattern.exec(token) ?? [];
  return { id, secret };
};

/** isConfirmedBy compares in the same time whether a confirmation is waited for or not. */
export const isConfirmedBy = (digest: string, secret: string): boolean => {
  const isEqual = timingSafeEqual(Buffer.from(digest.padEnd(64, '0'), 'hex'), digestOf(secret));
  return isEqual && digest !== '';
};

export const confirmationText = (parts: {
  readonly project: string;
  readonly name: string;
  readonly link: string;
}): string =>
  [
    `The project ${JSON.stringify(parts.project)} wants to send its notification ${JSON.stringify(parts.name)} to this address.`,
    '',
    'Nothing is sent before you agree. To agree, open this link within 72 hours:',
    '',
    `  ${parts.link}`,
    '',
    'If you do not know the project, ignore this mail.',
    '',
  ].join('\n');
