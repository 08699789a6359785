import { crc32 } from 'node:zlib';

/**
 * hexChecksum is the CRC-32 of the text before it, as 8 lower-case hex digits. It is no secret and protects against typing
 * errors and noise only: anyone may compute it, so that scanners can tell a real credential from a look-alike offline.
 */
export const hexChecksum = (text: string): string => crc32(text).toString(16).padStart(8, '0');
