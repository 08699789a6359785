import type { Plan, PlanName, Plans } from '../config/index.ts';
import { fail, scanMillicredits, type Terms } from '../kernel/index.ts';
import { alwaysMs, type StandingRefusal } from './standing.ts';
import type { UserRow } from './store/user-store.ts';

export type PlanColumns = Pick<UserRow, 'plan' | 'plan_status' | 'plan_period_end_ms' | 'plan_past_due_since_ms'>;

export interface Lapse {
  readonly code: Extract<StandingRefusal, 'plan.ended' | 'plan.expired' | 'plan.past_due'>;
  readonly fromMs: number;
}

/** lapseOf says when and why a plan stops giving what it gives: cancelled at its period's end, past due after the grace. */
export const lapseOf = (row: PlanColumns, graceMs: number): Lapse | null => {
  switch (row.plan_status) {
    case 'active':
      return null;
    case 'expired':
      return { code: 'plan.expired', fromMs: alwaysMs };
    case 'cancelled':
      return { code: 'plan.ended', fromMs: row.plan_period_end_ms ?? alwaysMs };
    case 'past_due':
      return { code: 'plan.past_due', fromMs: (row.plan_past_due_since_ms ?? alwaysMs) + graceMs };
  }
};

/** planOf returns the plan that the row names. */
export const planOf = (row: Pick<PlanColumns, 'plan'>, plans: Plans): Plan => {
  const plan = Object.values(plans).find(({ name }) => name === row.plan);
  if (plan === undefined) throw fail('internal.unexpected', { internal: `user of unknown plan ${row.plan}` });
  return plan;
};

/** planAt returns the plan in effect: who lets a paid plan lapse has the free one. */
export const planAt = (row: PlanColumns, plans: Plans, graceMs: number, nowMs: number): Plan => {
  const lapse = lapseOf(row, graceMs);
  return lapse !== null && nowMs >= lapse.fromMs ? plans.free : planOf(row, plans);
};

/** projectTermsOf is what a plan allows a project that its holder owns. */
export const projectTermsOf = (plan: Plan, periodAnchorMs: number): Terms => ({
  planName: `CVEFeed ${plan.title}`,
  creditLimitMillicredits: null,
  rate: plan.rate,
  periodAnchorMs,
});

/** userTermsOf is what a plan allows a person's own keys and the person: scans, as credits of a day. */
export const userTermsOf = (plan: Plan): Terms => ({
  planName: `CVEFinder ${plan.title}`,
  creditLimitMillicredits: plan.scansPerDay === null ? null : plan.scansPerDay * scanMillicredits,
  rate: null,
  periodAnchorMs: 0,
  period: 'day',
});

/** requireRoom throws `plan.limit_reached` when one more would be too many. */
export const requireRoom = (plan: Plan, what: 'projects' | 'members', taken: number): void => {
  const limit = what === 'projects' ? plan.projectsMax : plan.membersMax;
  if (limit === null || taken < limit) return;
  throw fail('plan.limit_reached', {
    message: `The plan ${plan.title} allows ${limit} ${what}`,
    detail: { plan: plan.name, limit, what },
  });
};

export const planNames = ['free', 'starter', 'pro', 'enterprise'] as const satisfies readonly PlanName[];
