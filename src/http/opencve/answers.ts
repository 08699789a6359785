import { fail } from '../../kernel/index.ts';
import { tagMatches, textTag } from '../entity-tag.ts';
import type { Answer, Exchange, Handler } from '../surface.ts';
import type { Written } from './remembered.ts';

/** writtenOf makes a text ready to be answered and remembered. */
export const writtenOf = (stamp: number, text: string): Written => {
  // A text joined from pieces is put together anew at every use; through a buffer it becomes one piece.
  const whole = Buffer.from(text).toString();
  return { stamp, text: whole, tag: textTag(whole) };
};

const fixed = [
  'Content-Type',
  'application/json',
  'Vary',
  'Accept, Authorization, Cookie',
  'X-Content-Type-Options',
  'nosniff',
  'X-Frame-Options',
  'DENY',
  'Cache-Control',
  'private, no-cache',
] as const;

/** readAnswer answers a text of the catalogue or of a tenant; 304 to whoever has it already. */
export const readAnswer = (exchange: Exchange, { text, tag }: Pick<Written, 'text' | 'tag'>): Answer => {
  const headers = [...fixed, 'Allow', 'GET, HEAD, OPTIONS', 'ETag', tag];
  return tagMatches(exchange.request.headers['if-none-match'], tag)
    ? { status: 304, headers, body: '' }
    : { status: 200, headers, body: text };
};

/** freshAnswer answers a text that is not remembered. */
export const freshAnswer = (exchange: Exchange, text: string): Answer => readAnswer(exchange, writtenOf(0, text));

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
export const negotiated =
  (handler: Handler): Handler =>
  (exchange) => {
    if (!accepts(exchange.request.headers.accept)) throw fail('request.not_acceptable');
    const answer = handler(exchange);
    if (exchange.person?.isBasic !== true) return answer;
    return answer instanceof Promise ? answer.then(marked) : marked(answer);
  };
