import { crc32 } from 'node:zlib';

/**
 * hexChecksum is the CRC-32 of the text before it, as 8 lower-case hex digits. It is no secret and protects against typing
 * errors and noise only: anyone may compute it, so that scanners can tell a real credential from a look-alike offline.
 */
export const hexChecksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** base62Checksum is the same CRC-32 as 6 digits of 0-9A-Za-z, the highest first. */
export const base62Checksum = (text: string): string => {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < 6; place += 1) {
    digits = base62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
};
