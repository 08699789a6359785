import type { Terms } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import type { AccountsDeps } from './deps.ts';
import { parseOwner } from './owner.ts';
import { lapseOf, planOf, projectTermsOf, userTermsOf, type PlanColumns } from './plan-terms.ts';
import { alwaysMs, type Standing, type StandingRefusal } from './standing.ts';
import { findSubscriptionWithUser } from './store/subscription-store.ts';
import { findOrganization, findProjectWithOwner } from './store/tenant-store.ts';
import { findUser, type UserRow } from './store/user-store.ts';
import { standingOf } from './subscription-terms.ts';

type Refusals = { readonly code: StandingRefusal; readonly fromMs: number }[];

const refusalsOfState = (state: UserRow['state']): Refusals =>
  state === 'disabled' ? [{ code: 'owner.disabled', fromMs: alwaysMs }] : [];

/** ownerStanding returns what an owner of any kind may do, or null when it does not exist. */
export const ownerStanding = ({ control, config, tiers, graceMs }: AccountsDeps) => {
  const { plans } = config;

  const ofSubscription = async (db: Db, id: string): Promise<Standing | null> => {
    const row = await findSubscriptionWithUser(db, id);
    return row === undefined ? null : standingOf(row, tiers, graceMs);
  };

  const ofProject = async (db: Db, id: number): Promise<Standing | null> => {
    const row = await findProjectWithOwner(db, id);
    if (row === undefined) return null;
    const lapse = lapseOf(row, graceMs);
    return {
      terms: projectTermsOf(planOf(row, plans), row.created_at_ms),
      ...(lapse === null
        ? {}
        : { lapse: { fromMs: lapse.fromMs, terms: projectTermsOf(plans.free, row.created_at_ms) } }),
      refusals: refusalsOfState(row.state),
    };
  };

  const ofUser = async (db: Db, id: string): Promise<Standing | null> => {
    const row = await findUser(db, id);
    if (row === undefined) return null;
    const lapse = lapseOf(row, graceMs);
    return {
      terms: userTermsOf(planOf(row, plans)),
      ...(lapse === null ? {} : { lapse: { fromMs: lapse.fromMs, terms: userTermsOf(plans.free) } }),
      refusals: [...refusalsOfState(row.state), ...refusalsOfPlan(row)],
    };
  };
  const refusalsOfPlan = (row: PlanColumns): Refusals => {
    if (planOf(row, plans).userKeysMax === 0) return [{ code: 'plan.required', fromMs: alwaysMs }];
    const lapse = lapseOf(row, graceMs);
    return lapse === null ? [] : [lapse];
  };

  const ofOrganization = async (db: Db, id: string): Promise<Standing | null> => {
    const row = await findOrganization(db, id);
    if (row === undefined) return null;
    const terms: Terms = {
      planName: 'OpenCVE organization',
      creditLimitMillicredits: null,
      rate: config.organizationRate,
      periodAnchorMs: row.created_at_ms,
    };
    return { terms, refusals: [] };
  };

  return async (ownerId: string, db: Db = control.db): Promise<Standing | null> => {
    const owner = parseOwner(ownerId);
    switch (owner?.kind) {
      case 'subscription':
        return ofSubscription(db, owner.id);
      case 'project':
        return ofProject(db, owner.id);
      case 'user':
        return ofUser(db, owner.id);
      case 'organization':
        return ofOrganization(db, owner.id);
      case undefined:
        return null;
    }
  };
};
