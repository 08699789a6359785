import type { Random } from '../kernel/index.ts';
import { findCredential } from './exposure.ts';

const sane = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const idCharacters = 12;
/** Three bytes are four characters. */
const poolBytes = 512 * (idCharacters / 4) * 3;

/**
 * createCorrelation names requests: a sane `X-Correlation-ID` is kept, anything else gets `req-` and 12 random characters.
 * Randomness is drawn in pools, because one system call a request would cost more than the rest of the naming.
 */
export const createCorrelation = (random: Random): ((given: string | readonly string[] | undefined) => string) => {
  let pool = '';
  let used = 0;
  const next = (): string => {
    if (used === pool.length) {
      pool = random.bytes(poolBytes).toString('base64url');
      used = 0;
    }
    used += idCharacters;
    return `req-${pool.slice(used - idCharacters, used)}`;
  };
  return (given) => {
    if (typeof given !== 'string') return next();
    return sane.test(given) && findCredential(given) === null ? given : next();
  };
};
