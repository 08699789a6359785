import { argon2, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../kernel/index.ts';

interface Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** What OWASP recommends for argon2id as of 2026: 19 MiB, two passes, one lane. */
const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;
const saltLength = 16;

const derive = (text: string, salt: Buffer, { memory, passes, parallelism }: Cost, length: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const message = Buffer.from(text, 'utf8');
    argon2('argon2id', { message, nonce: salt, memory, passes, parallelism, tagLength: length }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** slowDigest returns the argon2id digest of a text in PHC form: `$argon2id$v=19$m=…,t=…,p=…$salt$digest`. */
export const slowDigest = async (random: Random, text: string): Promise<string> => {
  const salt = random.bytes(saltLength);
  const key = await derive(text, salt, cost, tagLength);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(key)}`;
};

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Of nothing: what is compared with when there is no digest, so that both cases cost the same. */
const absent = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** matchesSlowDigest compares in constant time. Null, and what is no digest, cost the same and never match. */
export const matchesSlowDigest = async (digest: string | null, text: string): Promise<boolean> => {
  const parts = phc.exec(digest ?? '') ?? phc.exec(absent);
  if (parts === null) return false;
  const [, memory, passes, parallelism, salt = '', key = ''] = parts;
  const wanted = Buffer.from(key, 'base64');
  const chosen: Cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const derived = await derive(text, Buffer.from(salt, 'base64'), chosen, wanted.length);
  return timingSafeEqual(derived, wanted) && digest !== null;
};
