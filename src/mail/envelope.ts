import { createHash } from 'node:crypto';
import { fail } from '../kernel/index.ts';
import type { MailRow } from './store.ts';

const addressPattern = /^[^\s\p{Cc}<>(),;:"\\[\]@]+@[^\s\p{Cc}<>(),;:"\\[\]@]+$/u;
const addressLengthMax = 254;
const subjectLengthMax = 200;

/** checkedAddress returns an address that names exactly one mailbox. Throws `request.invalid_parameter` for anything else. */
export const checkedAddress = (text: string): string => {
  if (text.length <= addressLengthMax && addressPattern.test(text)) return text;
  throw fail('request.invalid_parameter', { message: 'Not an e-mail address' });
};

/** oneLine makes a subject that cannot end its header. */
export const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, subjectLengthMax)
    .toWellFormed();

/** plainText keeps line breaks and tabs of a text, and no other control character. */
export const plainText = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .toWellFormed();

/**
 * messageIdOf is the same for every attempt at a mail, so that receivers drop a second copy. Nothing of the text goes into
 * it: mail servers log it.
 */
export const messageIdOf = (mail: Pick<MailRow, 'id' | 'created_at_ms' | 'recipient'>, from: string): string => {
  const parts = [mail.id, mail.created_at_ms, mail.recipient].join('\n');
  const unique = createHash('sha256').update(parts).digest('hex').slice(0, 32);
  return `<${mail.id}.${unique}@${from.slice(from.lastIndexOf('@') + 1)}>`;
};
