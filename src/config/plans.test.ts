/** Risk: a plan gives something else than documented, or a mistyped change of it goes unnoticed. */
import { describe, expect, it } from 'vitest';
import { applyPlanChanges, documentedPlans } from './plans.ts';

describe('plans', () => {
  it('are the documented ones unless changed', () => {
    expect(applyPlanChanges(null)).toEqual({ ok: true, plans: documentedPlans });
    expect(Object.values(documentedPlans).map((plan) => [plan.rate?.limit, plan.projectsMax, plan.membersMax])).toEqual(
      [
        [30, 1, 1],
        [90, 3, 3],
        [180, 5, 5],
        [720, 10, 10],
      ],
    );
    expect(documentedPlans.pro).toMatchObject({ scansPerDay: 10, userKeysMax: 5 });
  });

  it('take changes of single figures, with null for without limit', () => {
    const outcome = applyPlanChanges({ pro: { rateLimit: null, projects: null, scans: 20 }, free: { userKeys: 1 } });
    expect(outcome).toMatchObject({
      ok: true,
      plans: {
        pro: { rate: null, projectsMax: null, scansPerDay: 20, membersMax: 5 },
        free: { userKeysMax: 1, rate: { limit: 30 } },
        starter: documentedPlans.starter,
      },
    });
  });

  it.each([
    [{ gold: {} }],
    [{ pro: { speed: 1 } }],
    [{ pro: { rateLimit: 0 } }],
    ['pro'],
    [{ pro: { userKeys: null } }],
  ])('refuse %j and name the place', (given) => {
    expect(applyPlanChanges(given)).toMatchObject({ ok: false });
  });
});
