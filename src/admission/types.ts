import type { Family } from '../contract/operation.ts';
import type { ErrorCode } from '../kernel/index.ts';

/**
 * Terms are what an owner's plan allows, resolved from configuration. They are part of what the fence confirms: a change
 * of plan moves the owner's fence, and a request decided on older terms is decided again.
 */
export interface Terms {
  /** For people: "CyberSecFeed Plus". */
  readonly planName: string;
  /** Credits in a period; null means without limit. */
  readonly creditLimitMillicredits: number | null;
  /** Requests in any window of that length; null means without limit. */
  readonly rate: { readonly limit: number; readonly windowMs: number } | null;
  /** The instant that monthly periods are anchored to, kept to day and time of day in UTC. */
  readonly periodAnchorMs: number;
}

/** What a request was verified as; everything in it was read under `fence` and is confirmed by the charging statement. */
export interface VerifiedCredential {
  readonly id: string;
  readonly family: Family;
  readonly ownerId: string;
  /** The value of the owner's fence when this was read. */
  readonly fence: number;
  readonly terms: Terms;
  /** Family-specific rights: resource → level. `'*'` as key stands for every resource. */
  readonly scopes: Readonly<Record<string, 'none' | 'read' | 'write'>>;
}

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
