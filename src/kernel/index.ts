/**
 * The kernel: words that every module speaks. It owns the error catalogue, time, randomness, ids, secrets and the log.
 *
 * It owns no behaviour of the product and imports nothing of it. Time and randomness are handed in as `Clock` and
 * `Random`; no other file reads them. An `AppError` has a public message and an internal one; only the log sees the
 * second.
 */
export { AppError, asAppError, fail, type FailureParts } from './errors.ts';
export { refusedFields, type FieldRefusals } from './refused-fields.ts';
export { errorCatalogue, type ErrorCode, type ErrorEntry } from './error-catalogue.ts';
export { ManualClock, systemClock, type Clock } from './clock.ts';
export { randomAlphanumeric, seededRandom, systemRandom, type Random } from './random.ts';
export { newId, newUuid, type IdPrefix } from './ids.ts';
export { Secret } from './secret.ts';
export { createLog, silentLog, type Log, type LogFields, type LogLevel } from './log.ts';
export { scanMillicredits, type Family, type Level, type Terms, type VerifiedCredential } from './caller.ts';
export { operatorActor, systemActor, type Actor } from './actor.ts';
export { pausesMax, pauseThread } from './thread-pause.ts';
export { sqliteCodeOf } from './sqlite-code.ts';
export { enterWriteAhead } from './write-ahead.ts';
export type { AuditEntry, AuditScope, AuditSink } from './audit-entry.ts';
