import type { ErrorCode, Terms } from '../kernel/index.ts';
import type { AddressRule } from './address-rule.ts';
import type { CredentialState } from './types.ts';
import type { CredentialRow } from './store.ts';

/** What the accounts say of a credential's owner; times instead of events, so memory may keep it. */
export interface OwnerStanding {
  readonly terms: Terms;
  readonly refusals: readonly {
    readonly code: Extract<ErrorCode, 'owner.disabled' | 'plan.ended' | 'plan.past_due'>;
    readonly fromMs: number;
  }[];
}

/** Why a known credential is refused. */
export type JudgementCode = Extract<
  ErrorCode,
  | 'credential.revoked'
  | 'credential.expired'
  | 'credential.suspended'
  | 'credential.address_refused'
  | 'owner.disabled'
  | 'plan.ended'
  | 'plan.past_due'
>;

/** stateAt is the state that people see: `expired` and the end of an overlap follow from the time. */
export const stateAt = (row: CredentialRow, nowMs: number): CredentialState => {
  if (row.state === 'revoked' || row.state === 'rotated') return row.state;
  if (row.expires_at_ms !== null && nowMs >= row.expires_at_ms) return 'expired';
  return row.state;
};

/** judge applies the rules of a known credential in the order of the decisions and returns the first that fails. */
export const judge = (
  row: CredentialRow,
  standing: OwnerStanding,
  isAllowedFrom: AddressRule,
  nowMs: number,
  address: string,
): JudgementCode | null => {
  if (row.state === 'revoked') return 'credential.revoked';
  if (row.state === 'rotated' && nowMs >= (row.overlap_until_ms ?? 0)) return 'credential.revoked';
  if (row.expires_at_ms !== null && nowMs >= row.expires_at_ms) return 'credential.expired';
  if (row.state === 'suspended') return 'credential.suspended';
  const refusal = standing.refusals.find(({ fromMs }) => nowMs >= fromMs);
  if (refusal !== undefined) return refusal.code;
  return isAllowedFrom(address) ? null : 'credential.address_refused';
};
