import type { Clock } from '../../kernel/index.ts';
import { tagMatches } from '../entity-tag.ts';
import type { Answer, Exchange } from '../surface.ts';

const json = 'application/json; charset=utf-8';

/** Envelope writes `{data, meta}` and `{error, meta}` around texts that are JSON already. */
export interface Envelope {
  /** success wraps a JSON text; with a tag it answers 304 when the caller has that representation. */
  success(exchange: Exchange, dataText: string, tag: string | null, headers?: readonly string[]): Answer;
  /** successOf is the same for `{"<name>":<JSON>}` around a wire text. */
  successOf(exchange: Exchange, name: string, wire: string, tag: string): Answer;
  failure(status: number, errorText: string, correlationId: string, headers: readonly string[]): Answer;
  /** isoSeconds is the time of now as answers show it. */
  isoSeconds(): string;
}

/** isoSeconds shows an instant in UTC to the second: `2025-07-20T12:00:00Z`. */
export const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const createEnvelope = (clock: Clock): Envelope => {
  let second = -1;
  let text = '';
  const now = (): string => {
    const current = Math.floor(clock.nowMs() / 1000);
    if (current !== second) {
      second = current;
      text = isoSeconds(current * 1000);
    }
    return text;
  };
  const meta = (correlationId: string): string =>
    `"meta":{"timestamp":"${now()}","version":"v1","correlationId":"${correlationId}"}}`;

  const success: Envelope['success'] = (exchange, dataText, tag, headers) => {
    const isKnown = tag !== null && tagMatches(exchange.request.headers['if-none-match'], tag);
    // What is the same in each answer comes first: see `createHeads`.
    const all = ['Cache-Control', 'private, no-cache', 'Vary', 'X-API-Key', 'X-Content-Type-Options', 'nosniff'];
    if (!isKnown) all.push('Content-Type', json);
    if (headers !== undefined) all.push(...headers);
    addRateFields(all, exchange, clock);
    if (tag !== null) all.push('ETag', tag);
    if (isKnown) return { status: 304, headers: all, body: '' };
    return { status: 200, headers: all, body: `{"data":${dataText},${meta(exchange.correlationId)}` };
  };

  return {
    success,
    successOf: (exchange, name, wire, tag) => {
      const { status, headers, body } = success(exchange, `{"${name}":${wire}}`, tag);
      // All around it is ASCII.
      return { status, headers, body, isWire: true };
    },
    failure: (status, errorText, correlationId, headers) => ({
      status,
      headers: ['Content-Type', json, 'X-Content-Type-Options', 'nosniff', 'Cache-Control', 'no-store', ...headers],
      body: `{"error":${errorText},${meta(correlationId)}`,
    }),
    isoSeconds: now,
  };
};

/** Only a rate-limited tier has rate headers; credit figures stay off regular answers so that these can be cached. */
const addRateFields = (headers: string[], exchange: Exchange, clock: Clock): void => {
  const rate = exchange.meter?.rate;
  if (rate === null || rate === undefined) return;
  headers.push(...rateFields(rate, exchange.credential?.terms.rate?.windowMs ?? 60_000, clock.nowMs()));
};

/** rateFields are the documented X-Rate-Limit headers and the IETF RateLimit fields that say the same. */
export const rateFields = (
  rate: { readonly limit: number; readonly remaining: number; readonly resetAtMs: number },
  windowMs: number,
  nowMs: number,
): string[] => [
  'X-Rate-Limit-Remaining',
  String(rate.remaining),
  'X-Rate-Limit-Reset',
  String(Math.ceil(rate.resetAtMs / 1000)),
  'RateLimit-Policy',
  `"requests";q=${rate.limit};w=${Math.ceil(windowMs / 1000)}`,
  'RateLimit',
  `"requests";r=${rate.remaining};t=${secondsUntil(rate.resetAtMs, nowMs)}`,
];

/** creditFields are the IETF fields for the credits of the period; whole credits, rounded down. */
export const creditFields = (
  usedMillicredits: number,
  limitMillicredits: number,
  resetAtMs: number,
  nowMs: number,
): string[] => [
  'RateLimit-Policy',
  `"credits";q=${Math.floor(limitMillicredits / 1000)}`,
  'RateLimit',
  `"credits";r=${Math.max(0, Math.floor((limitMillicredits - usedMillicredits) / 1000))};t=${secondsUntil(resetAtMs, nowMs)}`,
];

/** secondsUntil is the whole number of seconds to wait, at least 0. */
export const secondsUntil = (ms: number, nowMs: number): number => Math.max(0, Math.ceil((ms - nowMs) / 1000));
