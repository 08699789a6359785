/**
 * Admission: the gate. It owns the ledger: credits, rate limits, usage rows, and the group commit that confirms and
 * charges each request before it is served.
 *
 * Invariants: a request is released only after one committed transaction has found its owner's fence where the caller's
 * knowledge was read, and charged it; credits used never exceed the limit; no window of the rate limit's length holds
 * more than the limit; meter totals equal the sum of usage rows and hourly figures at every moment; endings 304, 400 and
 * 5xx give the charge back, once. What answers at once is answered between decision and commit, and has charge and ending
 * committed together; its answer leaves after the commit like any other.
 *
 * It does not know what a credential is or what a request was for. When the database is away it fails with
 * `admission.unavailable`, and nothing was let in.
 */
export { createAdmission, type Admission, type AdmissionDeps } from './admission.ts';
export { isRefunded } from './meter.ts';
export { periodAt } from './period.ts';
export type {
  AdmissionOutcome,
  AdmissionRequest,
  Admitted,
  Ending,
  MeterReading,
  Settlement,
  Terms,
  VerifiedCredential,
} from './types.ts';
