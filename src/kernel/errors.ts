import { errorCatalogue, type ErrorCode, type ErrorEntry } from './error-catalogue.ts';

/** What a failure may carry besides its code. */
export interface FailureParts {
  /** Text that is safe to show to the caller. Default: the title of the code. */
  readonly message?: string;
  /** Facts for the caller, rendered by the surface (for example `{parameter, value, constraint}`). */
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Text for the log only. */
  readonly internal?: string;
  readonly cause?: unknown;
}

/** AppError is a failure with a code of the catalogue, a public message and an internal one that never leave by the same door. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: Readonly<Record<string, unknown>> | undefined;
  readonly internal: string | undefined;

  constructor(code: ErrorCode, parts: FailureParts = {}) {
    super(parts.message ?? errorCatalogue[code].title, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'AppError';
    this.code = code;
    this.detail = parts.detail;
    this.internal = parts.internal;
  }

  get entry(): ErrorEntry {
    return errorCatalogue[this.code];
  }
}

/** fail builds the error to throw: `throw fail('catalog.cve_not_found', { message })`. */
export const fail = (code: ErrorCode, parts?: FailureParts): AppError => new AppError(code, parts);

/** asAppError returns the error itself, or wraps anything else as `internal.unexpected` with a fixed public text. */
export const asAppError = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('internal.unexpected', {
        message: 'An unexpected error occurred',
        internal: error instanceof Error ? (error.stack ?? error.message) : String(error),
        cause: error,
      });
