import type { ErrorCode, Terms } from '../kernel/index.ts';

/** Why an owner's credentials do not work. */
export type StandingRefusal = Extract<
  ErrorCode,
  'owner.disabled' | 'plan.ended' | 'plan.expired' | 'plan.past_due' | 'plan.required'
>;

/**
 * Standing is what an owner may do, as facts with their times: memory may keep it, because the passing of time needs no
 * new reading and every other change moves the owner's fence.
 */
export interface Standing {
  readonly terms: Terms;
  /** From `fromMs` on, these terms stand in place of `terms`: a paid plan that lapses leaves the free one. */
  readonly lapse?: { readonly fromMs: number; readonly terms: Terms };
  /** From each `fromMs` on, the owner is refused with that code; the first that applies decides. */
  readonly refusals: readonly { readonly code: StandingRefusal; readonly fromMs: number }[];
}

/** Since ever: a refusal that does not depend on the time. */
export const alwaysMs = Number.NEGATIVE_INFINITY;

/** termsAt returns the terms that a standing gives at a time. */
export const termsAt = ({ terms, lapse }: Standing, nowMs: number): Terms =>
  lapse !== undefined && nowMs >= lapse.fromMs ? lapse.terms : terms;
