import { z } from 'zod';

export type PlanName = 'free' | 'starter' | 'pro' | 'enterprise';

/** What a person's plan gives to the projects that the person owns and to the person's own keys. null: without limit. */
export interface Plan {
  readonly name: PlanName;
  /** For people: "Starter". */
  readonly title: string;
  /** Plans compare by it: a feature of Pro is there from Pro's rank on. */
  readonly rank: number;
  /** Requests of one project, all its tokens and members together. */
  readonly rate: { readonly limit: number; readonly windowMs: number } | null;
  /** Queries in the query language, counted like `rate`. */
  readonly queryRate: { readonly limit: number; readonly windowMs: number } | null;
  /** Product subscriptions over all projects of the owner. */
  readonly productsMax: number | null;
  readonly projectsMax: number | null;
  /** Members of one project; open invitations count. */
  readonly membersMax: number | null;
  /** Website scans a UTC day, by key and by web together. */
  readonly scansPerDay: number | null;
  /** User keys that may be active at once; 0: the plan has none. */
  readonly userKeysMax: number;
  readonly features: {
    /** Webhooks, Jira, CPE look-ups, exploit intelligence, MCP. */
    readonly isIntegrated: boolean;
    /** Chat channels and the activity log. */
    readonly hasActivityLog: boolean;
  };
}

export type Plans = Readonly<Record<PlanName, Plan>>;

const windowMs = 60_000;
const perMinute = (limit: number | null): Plan['rate'] => (limit === null ? null : { limit, windowMs });

/** documentedPlans are the plans as the services document them. */
export const documentedPlans: Plans = {
  free: {
    name: 'free',
    title: 'Free',
    rank: 0,
    rate: perMinute(30),
    queryRate: perMinute(10),
    productsMax: 10,
    projectsMax: 1,
    membersMax: 1,
    scansPerDay: 3,
    userKeysMax: 0,
    features: { isIntegrated: false, hasActivityLog: false },
  },
  starter: {
    name: 'starter',
    title: 'Starter',
    rank: 1,
    rate: perMinute(90),
    queryRate: perMinute(20),
    productsMax: 20,
    projectsMax: 3,
    membersMax: 3,
    scansPerDay: 3,
    userKeysMax: 0,
    features: { isIntegrated: false, hasActivityLog: false },
  },
  pro: {
    name: 'pro',
    title: 'Pro',
    rank: 2,
    rate: perMinute(180),
    queryRate: perMinute(30),
    productsMax: 100,
    projectsMax: 5,
    membersMax: 5,
    scansPerDay: 10,
    userKeysMax: 5,
    features: { isIntegrated: true, hasActivityLog: false },
  },
  enterprise: {
    name: 'enterprise',
    title: 'Enterprise',
    rank: 3,
    rate: perMinute(720),
    queryRate: perMinute(40),
    productsMax: 1000,
    projectsMax: 10,
    membersMax: 10,
    scansPerDay: 10,
    userKeysMax: 5,
    features: { isIntegrated: true, hasActivityLog: true },
  },
};

const Limit = z.number().int().min(1).max(1e6).nullable().optional();

const Change = z.strictObject({
  rateLimit: Limit,
  queryRateLimit: Limit,
  products: Limit,
  projects: Limit,
  members: Limit,
  scans: z.number().int().min(0).max(1e6).nullable().optional(),
  userKeys: z.number().int().min(0).max(1000).optional(),
});

const Changes = z.strictObject({
  free: Change.optional(),
  starter: Change.optional(),
  pro: Change.optional(),
  enterprise: Change.optional(),
});

/** PlansOutcome holds the plans, or every issue found, each with its path. */
export type PlansOutcome =
  | { readonly ok: true; readonly plans: Plans }
  | { readonly ok: false; readonly issues: readonly string[] };

/** applyPlanChanges lays changes (`{pro: {rateLimit, projects, …}}`) over the documented plans. */
export const applyPlanChanges = (given: unknown): PlansOutcome => {
  if (given === null) return { ok: true, plans: documentedPlans };
  const parsed = Changes.safeParse(given);
  if (!parsed.success) {
    return {
      ok: false,
      issues: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`),
    };
  }
  const changed = (name: PlanName): Plan => changedPlan(documentedPlans[name], parsed.data[name] ?? {});
  return {
    ok: true,
    plans: {
      free: changed('free'),
      starter: changed('starter'),
      pro: changed('pro'),
      enterprise: changed('enterprise'),
    },
  };
};

/** null is a value of its own, without limit: only what was left out keeps the default. */
const chosen = <T>(value: T | undefined, otherwise: T): T => (value === undefined ? otherwise : value);

const changedPlan = (before: Plan, change: z.infer<typeof Change>): Plan => ({
  ...before,
  rate: change.rateLimit === undefined ? before.rate : perMinute(change.rateLimit),
  queryRate: change.queryRateLimit === undefined ? before.queryRate : perMinute(change.queryRateLimit),
  productsMax: chosen(change.products, before.productsMax),
  projectsMax: chosen(change.projects, before.projectsMax),
  membersMax: chosen(change.members, before.membersMax),
  scansPerDay: chosen(change.scans, before.scansPerDay),
  userKeysMax: chosen(change.userKeys, before.userKeysMax),
});
