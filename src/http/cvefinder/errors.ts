import { errorCatalogue, scanMillicredits, type ErrorCode } from '../../kernel/index.ts';
import { failureFields, publicText } from '../failure-fields.ts';
import { jsonAnswer } from '../json.ts';
import type { Answer, Failure } from '../surface.ts';

interface Rendered {
  readonly status: number;
  readonly error: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

const unauthorized: Rendered = {
  status: 401,
  error: 'Unauthorized',
  more: { message: 'No valid authentication provided' },
};
const forbidden = (message: string): Rendered => ({ status: 403, error: 'Forbidden', more: { message } });
const upgrade: Rendered = {
  status: 403,
  error: 'API keys are only available for Pro users.',
  more: { upgrade_required: true, upgrade_url: '/pricing' },
};

const limitOf = ({ detail }: Failure): number => {
  const limit = detail?.['limit'];
  return typeof limit === 'number' ? limit : 5;
};

const nameOf = (parameter: unknown): string => {
  if (parameter === 'name') return 'API key name is required (max 100 characters)';
  return parameter === 'api_key_id' ? 'Valid API key ID is required' : 'Invalid input';
};

/** Where this product's answer is not the general one. */
const special: Partial<Record<ErrorCode, (failure: Failure) => Rendered>> = {
  'credential.missing': () => unauthorized,
  'credential.invalid': () => unauthorized,
  'credential.family_refused': () => unauthorized,
  'credential.expired': () => unauthorized,
  'credential.revoked': () => unauthorized,
  'credential.suspended': () => unauthorized,
  'owner.disabled': () => unauthorized,
  'session.missing': () => unauthorized,
  'session.required': () => forbidden('API keys cannot manage API keys. Sign in and use the session token'),
  'session.csrf': () => forbidden('Send the CSRF token of the session in X-CSRF-Token'),
  'permission.refused': () => forbidden('Insufficient permissions'),
  'plan.required': () => upgrade,
  'plan.past_due': () => upgrade,
  'plan.ended': () => upgrade,
  'plan.expired': () => upgrade,
  'credential.limit_reached': (failure) => ({
    status: 400,
    error: `Maximum of ${limitOf(failure)} API keys allowed per user`,
  }),
  'admission.credits_exhausted': ({ meter }) => ({
    status: 429,
    error: 'Daily scan limit reached',
    more: { limit: (meter?.limitMillicredits ?? 0) / scanMillicredits, upgrade_action: 'upgrade' },
  }),
  'credential.not_found': () => ({ status: 404, error: 'API key not found' }),
  'credential.state_conflict': () => ({ status: 400, error: 'API key is not active' }),
  'request.missing_parameter': (failure) => ({ status: 400, error: nameOf(failure.detail?.['parameter']) }),
  'request.invalid_parameter': (failure) => ({
    status: 400,
    error: nameOf(failure.detail?.['parameter']),
    ...(failure.message === undefined ? {} : { more: { message: failure.message } }),
  }),
  'internal.unexpected': () => ({ status: 500, error: 'Internal server error' }),
};

/** cvefinderFailure renders every code in this product's envelope: `{success: false, error, …}`. */
export const cvefinderFailure = (failure: Failure): Answer => {
  const { status, error, more } = special[failure.code]?.(failure) ?? {
    status: errorCatalogue[failure.code].status,
    error: publicText(failure),
  };
  return jsonAnswer(status, { success: false, error, ...more }, failureFields(failure, 'Bearer realm="cvefinder"'));
};
