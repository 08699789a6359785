import { fail } from '../../kernel/index.ts';
import { tagMatches, textTag } from '../entity-tag.ts';
import type { Answer, Exchange, Handler } from '../surface.ts';
import { wireText } from '../wire-text.ts';
import type { Written } from './remembered.ts';

/** writtenOf makes a text ready to be answered and remembered. */
export const writtenOf = (stamp: number, text: string): Written => ({
  stamp,
  wire: wireText(text),
  tag: textTag(text),
});

const fixed = [
  'Content-Type',
  'application/json',
  'Vary',
  'Accept, Authorization, Cookie',
  'X-Content-Type-Options',
  'nosniff',
  'X-Frame-Options',
  'DENY',
  'Allow',
  'GET, HEAD, OPTIONS',
] as const;

/** Kept by the one who asked, and asked for again each time. */
const revalidated = 'private, no-cache';
/** Kept by nobody: it belongs to somebody. */
const unkept = 'no-store';

/** readAnswer answers a text; 304 to whoever has it already. */
export const readAnswer = (
  exchange: Exchange,
  { wire, tag }: Pick<Written, 'wire' | 'tag'>,
  caching = revalidated,
): Answer => {
  const headers = [...fixed, 'Cache-Control', caching, 'ETag', tag];
  return tagMatches(exchange.request.headers['if-none-match'], tag)
    ? { status: 304, headers, body: '' }
    : { status: 200, headers, body: wire, isWire: true };
};

/** freshAnswer answers a text that shows something of somebody: it is not remembered, here or anywhere. */
export const freshAnswer = (exchange: Exchange, text: string): Answer =>
  readAnswer(exchange, writtenOf(0, text), unkept);

/** Media ranges that JSON is in. What a client prefers does not matter: there is one representation. */
const acceptable = /^(?:\*\/\*|application\/\*|application\/json)$/;

const accepts = (accept: string | undefined): boolean =>
  accept === undefined ||
  accept.trim() === '' ||
  accept.split(',').some((range) => acceptable.test((range.split(';', 1)[0] ?? '').trim().toLowerCase()));

/** Basic has been discouraged since organisation tokens exist; nothing ends it yet. RFC 9745. */
const basicDeprecatedSeconds = Date.UTC(2026, 0, 1) / 1000;

const deprecation = [
  'Deprecation',
  `@${basicDeprecatedSeconds}`,
  'Link',
  '</api/v2/docs>; rel="deprecation"; type="text/html"',
] as const;

const marked = (answer: Answer): Answer => ({ ...answer, headers: [...answer.headers, ...deprecation] });

/**
 * negotiated refuses who does not take JSON, and tells who came by HTTP Basic that tokens are the way. Fails with
 * `request.not_acceptable`.
 */
export const negotiated = (handler: Handler): Handler => {
  const whole: Handler = (exchange) => {
    if (!accepts(exchange.request.headers.accept)) throw fail('request.not_acceptable');
    const answer = handler(exchange);
    if (exchange.person?.isBasic !== true) return answer;
    return answer instanceof Promise ? answer.then(marked) : marked(answer);
  };
  const { recall } = handler;
  if (recall === undefined) return whole;
  // Asked for credentials alone: who came by HTTP Basic takes the long way.
  return Object.assign(whole, {
    recall: (exchange: Exchange): Answer | null => {
      if (!accepts(exchange.request.headers.accept)) throw fail('request.not_acceptable');
      return recall(exchange);
    },
  });
};
