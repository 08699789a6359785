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
  /**
   * Works the answer out as soon as the request is in, so that its ending is committed together with its charge. For what
   * answers at once and changes nothing: the commit may still fail, and where another node was faster it is asked again.
   * It must not throw. Null: the ending comes later, by `settle`.
   */
  readonly answer?: (admitted: Admitted) => Ending | null;
}

/** How a request ended; statuses 304, 400 and 5xx give the charge back. */
export interface Ending {
  readonly status: number;
  readonly latencyMicroseconds: number;
}

/** The owner's figures after the decision. */
export interface MeterReading {
  readonly usedMillicredits: number;
  readonly limitMillicredits: number | null;
  readonly resetAtMs: number;
  readonly rate: { readonly limit: number; readonly remaining: number; readonly resetAtMs: number } | null;
}

export interface Admitted {
  readonly kind: 'admitted';
  readonly usageId: number;
  readonly chargedMillicredits: number;
  readonly meter: MeterReading;
  /** Whether its ending is committed, too: then there is nothing to settle. */
  readonly hasEnded: boolean;
}

export type AdmissionOutcome =
  | Admitted
  | {
      readonly kind: 'refused';
      readonly code: Extract<ErrorCode, 'admission.rate_limited' | 'admission.credits_exhausted'>;
      readonly meter: MeterReading;
      /** Until the same request could pass, in milliseconds. */
      readonly retryAfterMs: number;
    }
  /** The fence moved since the credential was verified: verify again and ask again. Nothing was charged. */
  | { readonly kind: 'stale' };

/** The ending of an admitted request that comes after its commit. */
export interface Settlement extends Ending {
  readonly usageId: number;
}
