import { periodOf } from './period.ts';
import type { AdmissionRequest, MeterReading, Terms } from './types.ts';
import { pruneTimes } from './window.ts';

/** Meter is an owner's row of the ledger while a batch holds it. `decide` and `refund` change it in place. */
export interface Meter {
  readonly ownerId: string;
  readonly fence: number;
  anchorMs: number;
  periodStartMs: number;
  periodEndMs: number;
  usedMillicredits: number;
  chargedTotalMillicredits: number;
  requestsTotal: number;
  /** Times of the counted requests inside the rate window, oldest first. */
  recent: number[];
}

export type Decision =
  | { readonly kind: 'admitted'; readonly chargedMillicredits: number; readonly meter: MeterReading }
  | {
      readonly kind: 'refused';
      readonly code: 'admission.rate_limited' | 'admission.credits_exhausted';
      readonly meter: MeterReading;
      readonly retryAfterMs: number;
    }
  | { readonly kind: 'stale' };

/** rollPeriod moves the meter to the period of `nowMs`; credits used start again at zero in a later period only. */
export const rollPeriod = (meter: Meter, terms: Terms, nowMs: number): void => {
  if (meter.anchorMs === terms.periodAnchorMs && nowMs < meter.periodEndMs) return;
  const period = periodOf(terms, nowMs);
  // A clock that went back, or an anchor moved to an earlier day, must not hand out a period twice.
  if (period.startMs > meter.periodStartMs) meter.usedMillicredits = 0;
  meter.anchorMs = terms.periodAnchorMs;
  meter.periodStartMs = Math.max(meter.periodStartMs, period.startMs);
  meter.periodEndMs = period.endMs;
};

/** readMeter returns the figures that callers see. */
export const readMeter = (meter: Meter, terms: Terms, nowMs: number): MeterReading => {
  const { rate } = terms;
  const count = rate === null ? 0 : meter.recent.length;
  return {
    usedMillicredits: meter.usedMillicredits,
    limitMillicredits: terms.creditLimitMillicredits,
    resetAtMs: meter.periodEndMs,
    rate:
      rate === null
        ? null
        : {
            limit: rate.limit,
            remaining: Math.max(0, rate.limit - count),
            resetAtMs: (meter.recent[0] ?? nowMs) + rate.windowMs,
          },
  };
};

/**
 * decide answers one request against the meter, in the order fence, rate limit, credits, and charges it when all hold.
 * The one text of the rules for both engines: the ledger calls it while it holds the owner's row.
 */
export const decide = (meter: Meter, request: AdmissionRequest, clockMs: number): Decision => {
  const { credential, priceMillicredits, counted } = request;
  const { terms } = credential;
  if (meter.fence !== credential.fence) return { kind: 'stale' };
  rollPeriod(meter, terms, clockMs);
  // Another node's clock may be ahead: order within the window counts more than this node's opinion of the time.
  const nowMs = Math.max(clockMs, meter.recent.at(-1) ?? 0);
  if (terms.rate !== null && counted) {
    meter.recent = pruneTimes(meter.recent, nowMs, terms.rate.windowMs);
    if (meter.recent.length >= terms.rate.limit) {
      const leaving = meter.recent[meter.recent.length - terms.rate.limit] ?? nowMs;
      return {
        kind: 'refused',
        code: 'admission.rate_limited',
        meter: readMeter(meter, terms, nowMs),
        retryAfterMs: leaving + terms.rate.windowMs - clockMs,
      };
    }
  }
  const limit = terms.creditLimitMillicredits;
  if (limit !== null && priceMillicredits > 0 && meter.usedMillicredits + priceMillicredits > limit) {
    return {
      kind: 'refused',
      code: 'admission.credits_exhausted',
      meter: readMeter(meter, terms, nowMs),
      retryAfterMs: meter.periodEndMs - clockMs,
    };
  }
  if (terms.rate !== null && counted) meter.recent.push(nowMs);
  meter.usedMillicredits += priceMillicredits;
  meter.chargedTotalMillicredits += priceMillicredits;
  meter.requestsTotal += 1;
  return { kind: 'admitted', chargedMillicredits: priceMillicredits, meter: readMeter(meter, terms, nowMs) };
};

/**
 * refund gives a charge back; to the period's credits only while it is the period that the charge fell in, and never more
 * than is used: an operator may have lowered the used credits since.
 */
export const refund = (meter: Meter, chargedMillicredits: number, chargedAtMs: number): void => {
  meter.chargedTotalMillicredits -= chargedMillicredits;
  if (chargedAtMs < meter.periodStartMs) return;
  meter.usedMillicredits = Math.max(0, meter.usedMillicredits - chargedMillicredits);
};

/** isRefunded says which endings give the charge back: not modified, bad request, and any failure of the server. */
export const isRefunded = (status: number): boolean => status === 304 || status === 400 || status >= 500;
