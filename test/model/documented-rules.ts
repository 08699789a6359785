/** What the documentation of the four services says, as tables: plans, tiers, scopes and months. */
export type ModelFamily = 'project-token' | 'user-key' | 'subscription-key' | 'organization-token';
export type PlanName = 'free' | 'starter' | 'pro' | 'enterprise';
export type TierName = 'free' | 'plus' | 'pro' | 'business' | 'enterprise';
export type Scopes = Readonly<Record<string, 'none' | 'read' | 'write'>>;

/** Requests a minute of a project whose owner has the plan; a person's own credits a day, of which a scan takes 1,000. */
export const planTerms: Readonly<Record<PlanName, { readonly rate: number; readonly dayMillicredits: number }>> = {
  free: { rate: 30, dayMillicredits: 3000 },
  starter: { rate: 90, dayMillicredits: 3000 },
  pro: { rate: 180, dayMillicredits: 10_000 },
  enterprise: { rate: 720, dayMillicredits: 10_000 },
};

/** Millicredits a month; null: by agreement. */
export const subscriptionCredits: Readonly<Record<TierName, number | null>> = {
  free: 1_000_000,
  plus: 30_000_000,
  pro: 200_000_000,
  business: 2_000_000_000,
  enterprise: null,
};

const reach = (level: 'none' | 'read' | 'write' | undefined): number =>
  level === 'write' ? 2 : level === 'read' ? 1 : 0;

/**
 * allows: write includes read, what names no resource is for nobody. An organisation token's mode is the most that its
 * named scopes give; of the other families `*` alone opens everything, and named resources open themselves only.
 */
export const allows = (
  family: ModelFamily,
  scopes: Scopes,
  { resource, level }: { readonly resource: string | null; readonly level: 'read' | 'write' },
): boolean => {
  if (resource === null) return false;
  const { '*': mode, ...named } = scopes;
  const isNamed = Object.keys(named).length > 0;
  const given = isNamed ? reach(named[resource]) : reach(mode);
  const held = family === 'organization-token' && mode !== undefined ? Math.min(given, reach(mode)) : given;
  return held >= reach(level);
};

/** monthStart is the latest monthly return of the anchor's day and time; a day that a month lacks is its last one. */
export const monthStart = (anchorMs: number, nowMs: number): number => {
  const anchor = new Date(anchorMs);
  const now = new Date(nowMs);
  const timeOfDayMs = anchorMs - Date.UTC(anchor.getUTCFullYear(), anchor.getUTCMonth(), anchor.getUTCDate());
  const inMonth = (month: number): number => {
    const lastDay = new Date(Date.UTC(now.getUTCFullYear(), month + 1, 0)).getUTCDate();
    return Date.UTC(now.getUTCFullYear(), month, Math.min(anchor.getUTCDate(), lastDay)) + timeOfDayMs;
  };
  const thisMonth = inMonth(now.getUTCMonth());
  return thisMonth <= nowMs ? thisMonth : inMonth(now.getUTCMonth() - 1);
};

type ScopeCase = { readonly given: Scopes | undefined; readonly stored: Scopes | null };

const six = { vulnerabilities: 'none', subscriptions: 'none', alerts: 'none', integrations: 'none' } as const;
const project = (named: Scopes): ScopeCase => ({
  given: named,
  stored: { ...six, activity_log: 'none', project: 'none', ...named },
});
const same = (scopes: Scopes): ScopeCase => ({ given: scopes, stored: scopes });
const refused = (given: Scopes | undefined): ScopeCase => ({ given, stored: null });

const unscoped: readonly ScopeCase[] = [
  { given: undefined, stored: { '*': 'write' } },
  same({ '*': 'read' }),
  same({ alerts: 'write', reports: 'read' }),
  refused({ 'no such thing': 'read' }),
];

/** Rights that are asked for, and what comes of it; null: refused as an invalid parameter. */
export const scopeCases: Readonly<Record<ModelFamily, readonly ScopeCase[]>> = {
  'project-token': [
    project({ vulnerabilities: 'write', alerts: 'write', project: 'read' }),
    project({ vulnerabilities: 'read' }),
    project({ alerts: 'read', subscriptions: 'write' }),
    refused({ vulnerabilities: 'none' }),
    refused({ reports: 'read' }),
    refused(undefined),
  ],
  'user-key': unscoped,
  'subscription-key': unscoped,
  'organization-token': [
    { given: undefined, stored: { '*': 'read' } },
    same({ '*': 'write' }),
    same({ '*': 'read', subscriptions: 'write', reports: 'read' }),
    { given: { subscriptions: 'write' }, stored: { '*': 'write', subscriptions: 'write' } },
    refused({ reports: 'write' }),
    refused({ vulnerabilities: 'read' }),
  ],
};

/** Operations of every kind of resource, and one that declares none. */
export const operations = [
  { resource: 'vulnerabilities', level: 'read' },
  { resource: 'vulnerabilities', level: 'write' },
  { resource: 'alerts', level: 'read' },
  { resource: 'alerts', level: 'write' },
  { resource: 'subscriptions', level: 'read' },
  { resource: 'subscriptions', level: 'write' },
  { resource: 'reports', level: 'read' },
  { resource: 'project', level: 'read' },
  { resource: null, level: 'read' },
] as const;

/** Where requests come from. */
export const addresses = [
  '203.0.113.9',
  '::ffff:203.0.113.9',
  '198.51.100.77',
  '2001:db8:1::5',
  '2001:db8:2::5',
] as const;

/** Rules about addresses, with those of the addresses above that they let through. */
export const addressRules: readonly { readonly ranges: readonly string[]; readonly allowed: ReadonlySet<string> }[] = [
  { ranges: [], allowed: new Set(addresses) },
  { ranges: ['203.0.113.0/24'], allowed: new Set(['203.0.113.9', '::ffff:203.0.113.9']) },
  { ranges: ['203.0.113.8/32', '2001:db8:1::/48'], allowed: new Set(['2001:db8:1::5']) },
  { ranges: ['2001:db8::/32', '198.51.100.77'], allowed: new Set(['198.51.100.77', '2001:db8:1::5', '2001:db8:2::5']) },
];
