import type { ErrorCode } from '../kernel/error-catalogue.ts';

/** ofSession is what can happen before an operation for signed-in people runs. */
export const ofSession: readonly ErrorCode[] = [
  'request.insecure_transport',
  'request.credential_exposed',
  'request.credential_repeated',
  'credential.missing',
  'session.required',
  'session.missing',
  'session.csrf',
];

/** inBody is what a body may be refused for. */
export const inBody: readonly ErrorCode[] = [
  'request.unsupported_media_type',
  'request.malformed',
  'request.missing_parameter',
  'request.invalid_parameter',
];
