import { errorCatalogue, type ErrorCode } from '../kernel/index.ts';
import { failureFields, publicText, retrySeconds } from './failure-fields.ts';
import { jsonAnswer } from './json.ts';
import type { Answer, Failure } from './surface.ts';

type Texts = Partial<Record<ErrorCode, string | ((failure: Failure) => string)>>;

const textOf = ({ detail }: Failure, name: string): string | null => {
  const value = detail?.[name];
  return typeof value === 'string' ? value : null;
};

const notProvided = 'Authentication credentials were not provided.';

/** The words of the framework that both products are built on: their clients know them. */
const general: Texts = {
  'credential.missing': notProvided,
  'credential.invalid': 'Invalid token.',
  'credential.family_refused': 'Invalid token.',
  'credential.address_refused': 'This address is not allowed for the token.',
  'session.missing': 'The session has ended. Sign in again.',
  'session.required': 'A token cannot manage tokens. Sign in.',
  'session.csrf': 'CSRF Failed: CSRF token missing or incorrect.',
  'permission.refused': 'You do not have permission to perform this action.',
  'project.not_found': 'Not found.',
  'credential.not_found': 'Not found.',
  'request.route_unknown': 'Not found.',
  'request.method_not_allowed': (failure) => `Method "${failure.method ?? ''}" not allowed.`,
  'request.credential_exposed': 'A token was sent outside the Authorization header. Rotate it if it was a real one.',
  'request.credential_repeated': 'Send exactly one credential.',
  'request.insecure_transport': 'HTTPS is required.',
  'scope.missing': (failure) => `The token lacks the scope ${textOf(failure, 'required_scope') ?? 'that is needed'}.`,
  'admission.rate_limited': (failure) =>
    `Request was throttled. Expected available in ${retrySeconds(failure) ?? 1} seconds.`,
  'internal.unexpected': 'A server error occurred.',
};

/** detailEnvelope renders failures as `{detail}`; `texts` are the words of one product. */
export const detailEnvelope =
  (challenge: string, texts: Texts = {}) =>
  (failure: Failure): Answer => {
    const { status } = errorCatalogue[failure.code];
    const text = texts[failure.code] ?? general[failure.code] ?? publicText(failure);
    const headers = failureFields(failure, challenge);
    const scope = textOf(failure, 'required_scope');
    if (scope !== null) headers.push('X-Required-Scope', scope);
    const tier = textOf(failure, 'required_tier');
    if (tier !== null) headers.push('X-Required-Tier', tier);
    return jsonAnswer(status, { detail: typeof text === 'string' ? text : text(failure) }, headers);
  };
