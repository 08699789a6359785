import { createHash, randomBytes } from 'node:crypto';

/** Random is the only source of randomness. */
export interface Random {
  bytes(length: number): Buffer;
}

export const systemRandom: Random = { bytes: (length) => randomBytes(length) };

/** seededRandom gives the same bytes for the same seed. For tests only; nothing secret may come from it. */
export const seededRandom = (seed: string): Random => {
  let counter = 0;
  return {
    bytes: (length) => {
      const parts: Buffer[] = [];
      for (let have = 0; have < length; have += 32) {
        parts.push(createHash('sha256').update(`${seed}:${counter++}`).digest());
      }
      return Buffer.concat(parts).subarray(0, length);
    },
  };
};

const alphanumerics = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** randomAlphanumeric draws `length` characters of [A-Za-z0-9] without bias (rejection sampling). */
export const randomAlphanumeric = (random: Random, length: number): string => {
  let text = '';
  while (text.length < length) {
    for (const byte of random.bytes((length - text.length) * 2)) {
      if (byte < 248 && text.length < length) text += alphanumerics.charAt(byte % 62);
    }
  }
  return text;
};
