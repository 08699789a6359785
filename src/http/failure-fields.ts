import { errorCatalogue } from '../kernel/index.ts';
import type { Failure } from './surface.ts';

/** Where nothing says how long: the limit of sign-in codes counts an hour, everything else passes soon. */
const unknownSeconds = (code: Failure['code']): number => (code === 'sign_in.limited' ? 3600 : 1);

/** retrySeconds is in whole seconds, never 0: a caller that waits that long gets in. Null: the failure does not pass. */
export const retrySeconds = (failure: Failure): number | null => {
  const { status } = errorCatalogue[failure.code];
  if (status !== 429 && status !== 503) return null;
  return failure.retryAfterMs === undefined
    ? unknownSeconds(failure.code)
    : Math.max(1, Math.ceil(failure.retryAfterMs / 1000));
};

/** failureFields are the headers that a failure has on every surface; `challenge` is its `WWW-Authenticate`. */
export const failureFields = (failure: Failure, challenge: string | null): string[] => {
  const { status } = errorCatalogue[failure.code];
  const headers: string[] = [];
  const wait = retrySeconds(failure);
  if (wait !== null) headers.push('Retry-After', String(wait));
  if (status === 401 && challenge !== null) headers.push('WWW-Authenticate', challenge);
  if (failure.allowed !== undefined) headers.push('Allow', failure.allowed.join(', '));
  if (status === 426) headers.push('Upgrade', 'TLS/1.2, HTTP/1.1', 'Connection', 'Upgrade, close');
  return headers;
};

/** publicText is what may be said of a failure: the words it came with, or the title of its code; of faults the title only. */
export const publicText = (failure: Failure): string => {
  const entry = errorCatalogue[failure.code];
  return entry.status >= 500 ? entry.title : (failure.message ?? entry.title);
};
