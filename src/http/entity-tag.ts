import { createHash } from 'node:crypto';

/** textTag is a weak entity tag of a text: two answers that differ only in their time and correlation id share it. */
export const textTag = (text: string): string =>
  `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;

/**
 * tagMatches reads `If-None-Match`: `*`, or a list of tags, weak or strong, compared weakly (RFC 9110, 13.1.2). Anything
 * that is no list of tags matches nothing.
 */
export const tagMatches = (header: string | undefined, tag: string): boolean => {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const wanted = tag.replace(/^W\//, '');
  return (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some((given) => given.replace(/^W\//, '') === wanted);
};
