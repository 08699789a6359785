import type { ErrorCode, Terms, VerifiedCredential } from '../kernel/index.ts';

export type { Terms, VerifiedCredential };

export interface AdmissionRequest {
  readonly credential: VerifiedCredential;
  readonly operationId: string;
  readonly priceMillicredits: number;
  /** Whether the request counts against the owner's rate limit. */
  readonly counted: boolean;
  readonly address: string;
  /** The user agent, cut to 120 characters. */
  readonly client: string;
  readonly correlationId: string;
}

/** The owner's figures after the decision. */
export interface MeterReading {
  readonly usedMillicredits: number;
  readonly limitMillicredits: number | null;
  readonly resetAtMs: number;
  readonly rate: { readonly limit: number; readonly remaining: number; readonly resetAtMs: number } | null;
}

export type AdmissionOutcome =
  | {
      readonly kind: 'admitted';
      readonly usageId: number;
      readonly chargedMillicredits: number;
      readonly meter: MeterReading;
    }
  | {
      readonly kind: 'refused';
      readonly code: Extract<ErrorCode, 'admission.rate_limited' | 'admission.credits_exhausted'>;
      readonly meter: MeterReading;
      /** Until the same request could pass, in milliseconds. */
      readonly retryAfterMs: number;
    }
  /** The fence moved since the credential was verified: verify again and ask again. Nothing was charged. */
  | { readonly kind: 'stale' };

/** How an admitted request ended; statuses 304, 400 and 5xx give the charge back. */
export interface Settlement {
  readonly usageId: number;
  readonly status: number;
  readonly latencyMicroseconds: number;
}
