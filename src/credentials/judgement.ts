import type { ErrorCode, Terms } from '../kernel/index.ts';
import type { AddressRule } from './address-rule.ts';
import type { CredentialRow } from './store.ts';

/** Why an owner's credentials do not work. */
export type OwnerRefusal = Extract<
  ErrorCode,
  'owner.disabled' | 'plan.ended' | 'plan.expired' | 'plan.past_due' | 'plan.required'
>;

/** What the accounts say of a credential's owner; times instead of events, so memory may keep it. */
export interface OwnerStanding {
  readonly terms: Terms;
  /** From `fromMs` on, these terms stand in place of `terms`: a paid plan that lapses leaves lesser ones. */
  readonly lapse?: { readonly fromMs: number; readonly terms: Terms };
  readonly refusals: readonly { readonly code: OwnerRefusal; readonly fromMs: number }[];
}

/** termsAt returns the terms that a standing gives at a time. */
export const termsAt = ({ terms, lapse }: OwnerStanding, nowMs: number): Terms =>
  lapse !== undefined && nowMs >= lapse.fromMs ? lapse.terms : terms;

/** Why a known credential is refused. */
export type JudgementCode =
  | Extract<
      ErrorCode,
      'credential.revoked' | 'credential.expired' | 'credential.suspended' | 'credential.address_refused'
    >
  | OwnerRefusal;

/** stateAt is the state that people see: `expired` and the end of an overlap follow from the time. */
export const stateAt = (row: CredentialRow, nowMs: number): CredentialRow['state'] | 'expired' => {
  if (row.state === 'revoked' || row.state === 'rotated') return row.state;
  if (row.expires_at_ms !== null && nowMs >= row.expires_at_ms) return 'expired';
  return row.state;
};

/** What each state means. Looked up, because a comparison of texts takes longer the more they are alike. */
const meanings: ReadonlyMap<string, 'lives' | 'rests' | 'overlaps' | 'ended'> = new Map([
  ['active', 'lives'],
  ['suspended', 'rests'],
  ['rotated', 'overlaps'],
  ['revoked', 'ended'],
]);

/**
 * judgeItself applies the rules that need nothing but the credential: its owner need not be read for these. It reads and
 * compares the same whatever comes out, so that the time of a refusal tells no state.
 */
export const judgeItself = (row: CredentialRow, nowMs: number): JudgementCode | null => {
  const { state, expires_at_ms: expiresAtMs, overlap_until_ms: overlapUntilMs } = row;
  const meaning = meanings.get(state);
  const isOverlapOver = nowMs >= (overlapUntilMs ?? 0);
  const isExpired = nowMs >= (expiresAtMs ?? Number.POSITIVE_INFINITY);
  if (meaning === 'ended' || (meaning === 'overlaps' && isOverlapOver)) return 'credential.revoked';
  if (isExpired) return 'credential.expired';
  return meaning === 'rests' ? 'credential.suspended' : null;
};

/** refusalAt returns the owner's first refusal that has begun, or null. */
export const refusalAt = (standing: OwnerStanding, nowMs: number): OwnerRefusal | null =>
  standing.refusals.find(({ fromMs }) => nowMs >= fromMs)?.code ?? null;

/** judge applies the rules of a known credential in the order of the decisions and returns the first that fails. */
export const judge = (
  row: CredentialRow,
  standing: OwnerStanding,
  isAllowedFrom: AddressRule,
  nowMs: number,
  address: string,
): JudgementCode | null =>
  judgeItself(row, nowMs) ??
  refusalAt(standing, nowMs) ??
  (isAllowedFrom(address) ? null : 'credential.address_refused');
