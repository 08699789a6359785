import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fail } from '../../kernel/index.ts';

/** The most common passwords of at least eight characters, and patterns that people take for clever. */
const common: ReadonlySet<string> = new Set(
  `password password1 password12 password123 password1234 passw0rd passwort passwort1 12345678 123456789 1234567890
  87654321 987654321 0123456789 11111111 00000000 88888888 12341234 11223344 12344321 1q2w3e4r 1q2w3e4r5t 1qaz2wsx
  qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwertz123 asdfghjk asdfghjkl zxcvbnm1 zxcvbnm123 abcd1234 abc12345
  abcdefgh a1b2c3d4 aa123456 iloveyou iloveyou1 sunshine princess football baseball superman batman123 starwars
  trustno1 whatever welcome1 welcome123 letmein1 letmein123 changeme changeme1 changeme123 administrator admin123
  admin1234 administrator1 root1234 rootroot testtest test1234 testing123 default1 secret123 secretsecret master123
  dragon123 monkey123 shadow123 michael1 jennifer jordan23 computer internet samsung1 liverpool chelsea1 arsenal1
  charlie1 ashley123 nicole123 summer2024 summer2025 summer2026 winter2024 winter2025 winter2026 spring2026
  autumn2026 january1 monday123 hello123 hellohello goodmorning mypassword newpassword correcthorsebatterystaple
  p@ssw0rd p@ssword p@ssword1 pa$$word pa$$w0rd passw0rd1 qazwsxedc q1w2e3r4 q1w2e3r4t5 zaq12wsx 1234qwer qwer1234
  123qweasd asdf1234 asdfasdf qweasdzxc vulngate vulngate1 vulngate123`.split(/\s+/),
);

const sha1Line = /^[0-9a-f]{40}(?::\d+)?$/i;

/**
 * isBreached says whether a password is on the list: the built-in one, and the file if there is one. The file holds
 * passwords in clear, one a line, or SHA-1 digests in ascending order, which are searched without reading them all.
 * Throws `config.invalid` when the file cannot be read: refusing nothing would go unnoticed.
 */
export const isBreached = async (path: string | null, password: string): Promise<boolean> => {
  if (common.has(password.toLowerCase())) return true;
  if (path === null) return false;
  try {
    const file = await open(path, 'r');
    try {
      const first = (await lineFrom(file, 0)).text;
      return sha1Line.test(first) ? await holdsDigest(file, sha1Of(password)) : await holdsLine(path, password);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fail('config.invalid', { message: `The list of breached passwords cannot be read: ${path}`, cause: error });
  }
};

// Only to find the password in lists that are made that way; nothing is kept under this digest.
const sha1Of = (password: string): string => hash('sha1', password, 'hex');

const holdsLine = async (path: string, password: string): Promise<boolean> => {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity });
  for await (const line of lines) {
    if (line === password) return true;
  }
  return false;
};

/** Longer than any line of digests. */
const lineBytesMax = 128;

/** lineFrom returns the line that begins at a position, and where the next one begins. */
const lineFrom = async (file: FileHandle, position: number): Promise<{ text: string; nextPosition: number }> => {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(lineBytesMax), 0, lineBytesMax, position);
  const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
  const length = end === -1 ? bytesRead : end;
  return { text: buffer.toString('latin1', 0, length).trim(), nextPosition: position + length + 1 };
};

/** holdsDigest searches by halves among the positions where lines begin: from `low` up to, not including, `high`. */
const holdsDigest = async (file: FileHandle, digest: string): Promise<boolean> => {
  let low = 0;
  let high = (await file.stat()).size;
  while (high - low > lineBytesMax * 2) {
    const middle = Math.floor((low + high) / 2);
    const position = (await lineFrom(file, middle)).nextPosition;
    const line = await lineFrom(file, position);
    const found = line.text.slice(0, 40).toLowerCase();
    if (found === digest) return true;
    if (position < high && found < digest) low = line.nextPosition;
    else high = middle + 1;
  }
  return scan(file, low, high, digest);
};

const scan = async (file: FileHandle, from: number, to: number, digest: string): Promise<boolean> => {
  for (let position = from; position < to;) {
    const line = await lineFrom(file, position);
    if (line.text.slice(0, 40).toLowerCase() === digest) return true;
    position = line.nextPosition;
  }
  return false;
};
