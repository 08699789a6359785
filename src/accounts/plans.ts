import type { Plan, PlanName } from '../config/index.ts';
import { fail, type Actor } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import { ownersOfPlan } from './account-fences.ts';
import type { AccountsDeps } from './deps.ts';
import { requireAdministrator } from './permission.ts';
import { lapseOf, planAt, planOf } from './plan-terms.ts';
import { findProject } from './store/tenant-store.ts';
import { findUser, lockUser, updateUser, type UserRow } from './store/user-store.ts';

export type PlanStatus = UserRow['plan_status'];

/** A person's plan as agreed, and as it is in effect now. Times are epoch milliseconds. */
export interface HeldPlan {
  readonly userId: string;
  readonly plan: PlanName;
  readonly status: PlanStatus;
  readonly startedAtMs: number;
  readonly periodEndMs: number | null;
  readonly pastDueSinceMs: number | null;
  /** When the plan stops or has stopped giving what it gives; null: not in sight. */
  readonly lapsesAtMs: number | null;
  /** What is in effect now: the plan itself, or the free one after a lapse. */
  readonly inEffect: Plan;
}

export interface PlanChange {
  readonly actor: Actor;
  readonly userId: string;
  readonly plan?: PlanName;
  /** Default: active when a plan is given, else as it is. */
  readonly status?: PlanStatus;
  readonly periodStartMs?: number;
  /** End of access of a cancelled plan; when a payment is overdue, since when. Null forgets it. */
  readonly periodEndMs?: number | null;
  /** Of a payment that is overdue: since when. */
  readonly pastDueSinceMs?: number;
}

type Columns = Pick<
  UserRow,
  'plan' | 'plan_status' | 'plan_started_at_ms' | 'plan_period_end_ms' | 'plan_past_due_since_ms'
>;

const columnsOf = (row: UserRow): Columns => ({
  plan: row.plan,
  plan_status: row.plan_status,
  plan_started_at_ms: row.plan_started_at_ms,
  plan_period_end_ms: row.plan_period_end_ms,
  plan_past_due_since_ms: row.plan_past_due_since_ms,
});

export const planVerbs = (deps: AccountsDeps) => {
  const { control, clock, config, graceMs } = deps;

  const heldOf = (row: UserRow): HeldPlan => {
    const lapse = lapseOf(row, graceMs);
    return {
      userId: row.id,
      plan: planOf(row, config.plans).name,
      status: row.plan_status,
      startedAtMs: row.plan_started_at_ms,
      periodEndMs: row.plan_period_end_ms,
      pastDueSinceMs: row.plan_past_due_since_ms,
      lapsesAtMs: lapse === null ? null : Math.max(lapse.fromMs, 0),
      inEffect: planAt(row, config.plans, graceMs, clock.nowMs()),
    };
  };

  const changedColumns = (row: UserRow, change: PlanChange, nowMs: number): Columns => {
    const status = change.status ?? (change.plan === undefined ? row.plan_status : 'active');
    const startedAtMs =
      change.periodStartMs ?? (change.plan === undefined || change.plan === row.plan ? row.plan_started_at_ms : nowMs);
    const endMs = change.periodEndMs ?? null;
    const dates = {
      active: { end: endMs, due: null },
      cancelled: { end: endMs ?? row.plan_period_end_ms ?? deps.periodAt(startedAtMs, nowMs).endMs, due: null },
      past_due: {
        end: change.periodEndMs === undefined ? row.plan_period_end_ms : endMs,
        due: change.pastDueSinceMs ?? (endMs !== null && endMs < nowMs ? endMs : (row.plan_past_due_since_ms ?? nowMs)),
      },
      expired: { end: endMs ?? row.plan_period_end_ms ?? nowMs, due: null },
    }[status];
    return {
      plan: change.plan ?? row.plan,
      plan_status: status,
      plan_started_at_ms: startedAtMs,
      plan_period_end_ms: dates.end,
      plan_past_due_since_ms: dates.due,
    };
  };

  return {
    /**
     * set changes a person's plan. It takes effect at once, for the person's keys and for every project that the person
     * owns. With `within` it joins that transaction. For the operator, administrators and billing. Throws
     * `account.not_found`.
     */
    set: (change: PlanChange, within: Db = control.db): Promise<HeldPlan> =>
      inTransaction(within, async (tx) => {
        await requireAdministrator(tx, change.actor);
        const row = await lockUser(control.engine, tx, change.userId);
        if (row === undefined) throw fail('account.not_found');
        const columns = changedColumns(row, change, clock.nowMs());
        await updateUser(tx, row.id, columns);
        await deps.meters.moveFence(tx, await ownersOfPlan(tx, row.id));
        await deps.audit.record(tx, {
          actor: change.actor,
          scope: { kind: 'account', id: row.id },
          action: 'plan.changed',
          object: { kind: 'account', id: row.id },
          before: { ...columnsOf(row) },
          after: { ...columns },
        });
        return heldOf({ ...row, ...columns });
      }),
    /** get returns a person's plan. Throws `account.not_found`. */
    get: async (userId: string): Promise<HeldPlan> => {
      const row = await findUser(control.db, userId);
      if (row === undefined) throw fail('account.not_found');
      return heldOf(row);
    },
    /** ofProject returns the plan in effect for a project: its owner's. Throws `project.not_found`. */
    ofProject: async (projectId: number): Promise<Plan> => {
      const project = await findProject(control.db, projectId);
      const owner = project === undefined ? undefined : await findUser(control.db, project.owner_user_id);
      if (owner === undefined) throw fail('project.not_found');
      return planAt(owner, config.plans, graceMs, clock.nowMs());
    },
  };
};
