import { errorCatalogue, type Clock, type ErrorCode, type ErrorEntry } from '../../kernel/index.ts';
import type { Answer, Failure } from '../surface.ts';
import { creditFields, isoSeconds, rateFields, type Envelope } from './envelope.ts';

/** The body's `error`; `details` is text or an object, as the documented answers have it. */
interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

const codeOfStatus: Record<ErrorEntry['status'], string> = {
  400: 'INVALID_REQUEST',
  401: 'UNAUTHORIZED',
  402: 'PAYMENT_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  426: 'HTTPS_REQUIRED',
  429: 'RATE_LIMITED',
  500: 'INTERNAL_ERROR',
  503: 'SERVICE_UNAVAILABLE',
};

/** Clients match on this text, so the reason of a refusal goes to the log only. */
const invalidKey: ErrorBody = { code: 'UNAUTHORIZED', message: 'Invalid API key' };

type Render = (failure: Failure, nowMs: number) => ErrorBody;

const fixed =
  (body: ErrorBody): Render =>
  () =>
    body;
const withDetail =
  (code: string): Render =>
  (failure) => ({
    code,
    message: failure.message ?? errorCatalogue[failure.code].title,
    ...(failure.detail === undefined ? {} : { details: failure.detail }),
  });

/** Where this product's answer is not the general one of the status. */
const special: Partial<Record<ErrorCode, Render>> = {
  'credential.missing': fixed({
    code: 'UNAUTHORIZED',
    message: 'Missing API key',
    details: 'Please provide X-API-Key header',
  }),
  'credential.invalid': fixed(invalidKey),
  'credential.revoked': fixed(invalidKey),
  'credential.suspended': fixed(invalidKey),
  'credential.family_refused': fixed(invalidKey),
  'owner.disabled': fixed(invalidKey),
  'credential.expired': fixed({
    code: 'API_KEY_EXPIRED',
    message: 'API key expired. Create a new key or rotate this one',
  }),
  'credential.address_refused': fixed({ code: 'FORBIDDEN', message: 'This address is not allowed for the API key' }),
  'scope.missing': fixed({ code: 'FORBIDDEN', message: 'The API key may not call this endpoint' }),
  'plan.ended': fixed({
    code: 'SUBSCRIPTION_EXPIRED',
    message: 'Subscription expired. Your subscription was cancelled and the billing period has ended',
  }),
  'plan.expired': fixed({
    code: 'SUBSCRIPTION_EXPIRED',
    message: 'Subscription expired. Renew it, and the API key works again at once',
  }),
  'plan.past_due': fixed({
    code: 'SUBSCRIPTION_EXPIRED',
    message: 'Subscription expired. Your last payment failed and the grace period has ended',
  }),
  'request.credential_repeated': fixed({
    code: 'INVALID_REQUEST',
    message: 'More than one credential',
    details: 'Please send exactly one X-API-Key header and no Authorization header',
  }),
  'request.credential_exposed': fixed({
    code: 'API_KEY_EXPOSED',
    message: 'API keys must be sent in the X-API-Key header only',
    details: 'A URL or a request body ends up in logs. Rotate the key if it was a real one',
  }),
  'request.insecure_transport': fixed({ code: 'HTTPS_REQUIRED', message: 'All requests must use HTTPS' }),
  'request.invalid_parameter': withDetail('INVALID_PARAMETER'),
  'request.missing_parameter': withDetail('MISSING_PARAMETER'),
  'catalog.cursor_invalid': withDetail('INVALID_PARAMETER'),
  'request.route_unknown': fixed({ code: 'NOT_FOUND', message: 'No such endpoint' }),
  'request.method_not_allowed': (failure) => ({
    code: 'METHOD_NOT_ALLOWED',
    message: 'Method not allowed',
    details: { allowed: failure.allowed ?? [] },
  }),
  'admission.credits_exhausted': (failure) => ({
    code: 'CREDIT_LIMIT_EXCEEDED',
    message: 'Monthly credit limit exceeded. Upgrade your plan or wait for reset.',
    ...(failure.meter === undefined
      ? {}
      : {
          details: {
            credits_limit: failure.meter.limitMillicredits === null ? null : failure.meter.limitMillicredits / 1000,
            credits_used: failure.meter.usedMillicredits / 1000,
            reset_at: isoSeconds(failure.meter.resetAtMs),
          },
        }),
  }),
  'admission.rate_limited': (failure) => {
    const rate = failure.meter?.rate;
    const limit = rate?.limit ?? 0;
    const window = windowText(failure.credential?.terms.rate?.windowMs ?? 60_000);
    return {
      code: 'RATE_LIMITED',
      message: `Rate limit exceeded (${limit} requests per ${window.replace(/^1 /, '')})`,
      details: { limit, window, retry_after: retryAfter(failure) ?? 1 },
    };
  },
  'internal.unexpected': fixed({ code: 'INTERNAL_ERROR', message: 'An unexpected error occurred' }),
  'admission.unavailable': fixed({
    code: 'SERVICE_UNAVAILABLE',
    message: 'The service is temporarily unavailable. Nothing was charged',
  }),
};

const windowText = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  if (seconds % 60 !== 0) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`;
};

/** Whole seconds, never 0: a caller that waits that long gets in. */
const retryAfter = (failure: Failure): number | null =>
  failure.retryAfterMs === undefined ? null : Math.max(1, Math.ceil(failure.retryAfterMs / 1000));

const headersOf = (failure: Failure, status: number, nowMs: number): string[] => {
  const headers: string[] = [];
  const wait = retryAfter(failure);
  if (status === 429 || status === 503) headers.push('Retry-After', String(wait ?? 1));
  if (status === 401) headers.push('WWW-Authenticate', 'ApiKey realm="/api/v1", header="X-API-Key"');
  if (failure.allowed !== undefined) headers.push('Allow', failure.allowed.join(', '));
  if (status === 426) headers.push('Upgrade', 'TLS/1.2, HTTP/1.1', 'Connection', 'Upgrade, close');
  const meter = failure.meter;
  if (meter === undefined) return headers;
  if (meter.rate !== null)
    headers.push(...rateFields(meter.rate, failure.credential?.terms.rate?.windowMs ?? 60_000, nowMs));
  if (failure.code === 'admission.credits_exhausted')
    headers.push(...creditFields(meter.usedMillicredits, meter.limitMillicredits ?? 0, meter.resetAtMs, nowMs));
  return headers;
};

/** createFailures renders every code of the catalogue in this product's envelope. */
export const createFailures =
  (envelope: Envelope, clock: Clock) =>
  (failure: Failure, correlationId: string): Answer => {
    const status = errorCatalogue[failure.code].status;
    const nowMs = clock.nowMs();
    const body = special[failure.code]?.(failure, nowMs) ?? {
      code: codeOfStatus[status],
      message:
        status >= 500 ? errorCatalogue[failure.code].title : (failure.message ?? errorCatalogue[failure.code].title),
    };
    return envelope.failure(status, JSON.stringify(body), correlationId, headersOf(failure, status, nowMs));
  };
