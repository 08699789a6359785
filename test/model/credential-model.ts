/**
 * An independent, naive model of the credential engine, written from what is documented and not from the product's code:
 * who is refused and why, what is allowed, and what is charged. Nothing is remembered, fenced or batched here; every
 * question is answered from the facts.
 */
import {
  allows,
  monthStart,
  planTerms,
  subscriptionCredits,
  type ModelFamily,
  type PlanName,
  type Scopes,
  type TierName,
} from './documented-rules.ts';

export type Status = 'active' | 'cancelled' | 'past_due' | 'expired';

/** What is agreed and paid. */
export interface Agreement {
  status: Status;
  /** Of a cancelled one: when it ends. */
  endsAtMs: number;
  /** Of one that is overdue: since when. */
  overdueSinceMs: number;
}

export interface Person extends Agreement {
  readonly id: string;
  readonly email: string;
  isActive: boolean;
  plan: PlanName;
}

export interface Tenant {
  readonly ownerId: string;
  readonly kind: 'project' | 'organization';
  readonly roles: Map<string, 'owner' | 'admin' | 'member'>;
  isDeleted: boolean;
}

export interface ModelSubscription extends Agreement {
  readonly id: string;
  readonly holder: Person;
  readonly startedAtMs: number;
  readonly ownMillicredits: number | null;
  tier: TierName;
}

export interface ModelCredential {
  readonly id: string;
  readonly family: ModelFamily;
  readonly ownerId: string;
  readonly presented: string;
  /** Who made it; empty for the operator. */
  readonly createdBy: string;
  state: 'active' | 'suspended' | 'rotated' | 'revoked';
  overlapUntilMs: number;
  expiresAtMs: number | null;
  scopes: Scopes;
  /** Addresses out of those in use that may use it; null for all. */
  addresses: { readonly ranges: readonly string[]; readonly allowed: ReadonlySet<string> };
  requests: number;
}

export interface Use {
  readonly credential: ModelCredential;
  readonly address: string;
  readonly operation: { readonly resource: string | null; readonly level: 'read' | 'write' };
  readonly priceMillicredits: number;
  readonly counted: boolean;
}

export interface ModelMeter {
  usedMillicredits: number;
  periodStartMs: number;
  /** When requests were counted, oldest first. */
  counted: number[];
}

/** What a use comes to: `admitted` with the figures after it, or the code of the first rule that fails. */
export interface Result {
  readonly verdict: string;
  readonly usedMillicredits: number | null;
  readonly remaining: number | null;
}

export interface ModelActor {
  readonly kind: 'operator' | 'user' | 'credential';
  readonly id: string;
}

const graceMs = 72 * 3_600_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;
const keysMax = 5;

/** lapsed says why an agreement gives nothing any more, or null. */
const lapsed = (agreed: Agreement, nowMs: number): 'plan.ended' | 'plan.expired' | 'plan.past_due' | null => {
  if (agreed.status === 'expired') return 'plan.expired';
  if (agreed.status === 'cancelled') return nowMs >= agreed.endsAtMs ? 'plan.ended' : null;
  if (agreed.status === 'past_due') return nowMs >= agreed.overdueSinceMs + graceMs ? 'plan.past_due' : null;
  return null;
};

export class CredentialModel {
  readonly people = new Map<string, Person>();
  readonly tenants = new Map<string, Tenant>();
  readonly subscriptions = new Map<string, ModelSubscription>();
  credentials: ModelCredential[] = [];
  readonly meters = new Map<string, ModelMeter>();

  /** belongs says whether a person, active, has anything to do with an owner. */
  #belongs(userId: string, ownerId: string): boolean {
    if (this.people.get(userId)?.isActive !== true) return false;
    const tenant = this.tenants.get(ownerId);
    if (tenant !== undefined) return !tenant.isDeleted && tenant.roles.has(userId);
    return ownerId === userId || this.subscriptions.get(ownerId)?.holder.id === userId;
  }

  /** mayManage: admins and owners of projects, owners of organisations, people their own; a program nothing. */
  mayManage(actor: ModelActor, ownerId: string): boolean {
    if (actor.kind !== 'user') return actor.kind === 'operator';
    if (!this.#belongs(actor.id, ownerId)) return false;
    const tenant = this.tenants.get(ownerId);
    const role = tenant?.roles.get(actor.id);
    return tenant === undefined || role === 'owner' || (role === 'admin' && tenant.kind === 'project');
  }

  holderOf(ownerId: string): Person | undefined {
    const tenant = this.tenants.get(ownerId);
    const ownerUser = [...(tenant?.roles ?? [])].find(([, role]) => role === 'owner')?.[0];
    if (tenant !== undefined) return tenant.kind === 'project' ? this.people.get(ownerUser ?? '') : undefined;
    return this.subscriptions.get(ownerId)?.holder ?? this.people.get(ownerId);
  }

  /** planRefusal says why an owner's plan lets nobody in, or null. */
  planRefusal(ownerId: string, nowMs: number): string | null {
    const subscription = this.subscriptions.get(ownerId);
    if (subscription !== undefined) return lapsed(subscription, nowMs);
    const person = this.people.get(ownerId);
    if (person === undefined) return null;
    if (person.plan === 'free' || person.plan === 'starter') return 'plan.required';
    return lapsed(person, nowMs);
  }

  /** Why a credential lets nobody in by itself, or null. */
  #over(credential: ModelCredential, nowMs: number): string | null {
    const { state, overlapUntilMs, expiresAtMs } = credential;
    if (state === 'revoked' || (state === 'rotated' && nowMs >= overlapUntilMs)) return 'credential.revoked';
    if (expiresAtMs !== null && nowMs >= expiresAtMs) return 'credential.expired';
    return state === 'suspended' ? 'credential.suspended' : null;
  }

  /** isOver says whether a credential can never work again. */
  isOver(credential: ModelCredential, nowMs: number): boolean {
    const over = this.#over(credential, nowMs);
    return over === 'credential.revoked' || over === 'credential.expired';
  }

  /** stateOf is what people see. */
  stateOf(credential: ModelCredential, nowMs: number): string {
    const over = this.#over(credential, nowMs);
    return over === 'credential.expired' && credential.state !== 'rotated' ? 'expired' : credential.state;
  }

  /** verdict is the first rule that fails for a right secret, in the documented order; null when all hold. */
  verdict(credential: ModelCredential, address: string, nowMs: number): string | null {
    const over = this.#over(credential, nowMs);
    if (over !== null) return over;
    const { ownerId, createdBy } = credential;
    if (this.holderOf(ownerId)?.isActive === false) return 'owner.disabled';
    if (createdBy !== '' && !this.#belongs(createdBy, ownerId)) return 'owner.disabled';
    const refusal = this.planRefusal(ownerId, nowMs);
    if (refusal !== null) return refusal;
    return credential.addresses.allowed.has(address) ? null : 'credential.address_refused';
  }

  #limits(ownerId: string, nowMs: number): { readonly rate: number | null; readonly millicredits: number | null } {
    const subscription = this.subscriptions.get(ownerId);
    if (subscription !== undefined) {
      return {
        rate: subscription.tier === 'free' ? 5 : null,
        millicredits: subscription.ownMillicredits ?? subscriptionCredits[subscription.tier],
      };
    }
    const tenant = this.tenants.get(ownerId);
    const holder = this.holderOf(ownerId);
    if (holder === undefined) return { rate: null, millicredits: null };
    const terms = planTerms[lapsed(holder, nowMs) === null ? holder.plan : 'free'];
    if (this.people.has(ownerId)) return { rate: null, millicredits: terms.dayMillicredits };
    return { rate: tenant?.kind === 'project' ? terms.rate : null, millicredits: null };
  }

  meterOf(ownerId: string, nowMs: number): ModelMeter {
    const meter = this.meters.get(ownerId) ?? { usedMillicredits: 0, periodStartMs: 0, counted: [] };
    const startMs = this.people.has(ownerId)
      ? Math.floor(nowMs / dayMs) * dayMs
      : monthStart(this.subscriptions.get(ownerId)?.startedAtMs ?? 0, nowMs);
    // Subscriptions have credits by the month and people by the day; of the others nobody asks for the sum.
    const hasCredits = this.subscriptions.has(ownerId) || this.people.has(ownerId);
    if (hasCredits && startMs > meter.periodStartMs) meter.usedMillicredits = 0;
    meter.periodStartMs = startMs;
    this.meters.set(ownerId, meter);
    return meter;
  }

  /** use decides one request and charges it. */
  use({ credential, address, operation, priceMillicredits, counted }: Use, nowMs: number): Result {
    const refused = (verdict: string): Result => ({ verdict, usedMillicredits: null, remaining: null });
    const verdict = this.verdict(credential, address, nowMs);
    if (verdict !== null) return refused(verdict);
    if (!allows(credential.family, credential.scopes, operation)) return refused('scope.missing');
    const limits = this.#limits(credential.ownerId, nowMs);
    const meter = this.meterOf(credential.ownerId, nowMs);
    const recent = meter.counted.filter((atMs) => atMs > nowMs - minuteMs);
    if (limits.rate !== null && counted && recent.length >= limits.rate) return refused('admission.rate_limited');
    const used = meter.usedMillicredits + priceMillicredits;
    if (limits.millicredits !== null && priceMillicredits > 0 && used > limits.millicredits) {
      return refused('admission.credits_exhausted');
    }
    meter.counted = recent;
    // What is asked for without a limit is not held against the one that comes later.
    if (limits.rate !== null && counted) recent.push(nowMs);
    meter.usedMillicredits = used;
    credential.requests += 1;
    return {
      verdict: 'admitted',
      usedMillicredits: this.subscriptions.has(credential.ownerId) ? used : null,
      remaining: limits.rate === null || !counted ? null : limits.rate - recent.length,
    };
  }

  /** giveBack takes a charge back that was made in this period. */
  giveBack(ownerId: string, millicredits: number): void {
    const meter = this.meters.get(ownerId);
    if (meter !== undefined) meter.usedMillicredits = Math.max(0, meter.usedMillicredits - millicredits);
  }

  /** hasRoom says whether one more user key may be made. */
  hasRoom(ownerId: string, nowMs: number): boolean {
    const usable = this.credentials.filter((credential) => {
      const state = this.stateOf(credential, nowMs);
      return credential.ownerId === ownerId && (state === 'active' || state === 'suspended');
    });
    return !this.people.has(ownerId) || usable.length < keysMax;
  }
}
