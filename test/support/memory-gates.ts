import type {
  AdmissionOutcome,
  AdmissionRequest,
  MeterReading,
  Settlement,
  Terms,
  VerifiedCredential,
} from '../../src/admission/index.ts';
import type { VerifyOutcome } from '../../src/credentials/index.ts';
import type { AdmissionGate, CredentialGate, ExposurePlace } from '../../src/http/index.ts';
import { asAppError, fail, type AppError, type Clock, type ErrorCode } from '../../src/kernel/index.ts';

/** Keys of the right shape; what each stands for is said by its name. */
export const keys = {
  plus: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
  free: 'b1b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
  enterprise: 'c1b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
  cancelled: 'd1b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
  lapsed: 'd2b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
  expired: 'e1b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
  revoked: 'f1b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
  spent: 'a2b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
  scopeless: 'a3b2c3d4-e5f6-7890-abcd-ef1234567890-98765432-dcba-4321-9876-543210fedcba',
} as const;
export type KeyName = keyof typeof keys;

interface Account {
  used: number;
  readonly credential: VerifiedCredential;
  readonly hits: number[];
}

type Refusal = Extract<VerifyOutcome, { kind: 'refused' }>['code'];

const windowMs = 60_000;

/** MemoryGates keep subscriptions in memory: the two interfaces of the guard, without a database behind them. */
export interface MemoryGates {
  readonly credentials: CredentialGate;
  readonly admission: AdmissionGate;
  readonly exposures: { readonly presented: string; readonly where: ExposurePlace; readonly address: string }[];
  readonly settlements: Settlement[];
  /** Every admission that was charged or counted. */
  readonly admitted: { readonly operationId: string; readonly client: string; readonly correlationId: string }[];
  readonly verifications: { readonly fresh: boolean }[];
  used(name: KeyName): number;
  /** The next admissions of everybody answer `stale`. */
  makeStale(times: number): void;
  /** The next admission is answered once, as on a node that another one then overtakes, and refused when it is decided again. */
  overtake(): void;
  /** From now on the ledger cannot be reached, or can again. */
  setLedgerAway(away: boolean): void;
  /** Settlements wait until this is released. */
  holdSettlements(): () => void;
}

export const createMemoryGates = (clock: Clock): MemoryGates => {
  const resetAtMs = Date.UTC(2026, 1, 1);
  const accounts = new Map<string, Account>();
  const refusals = new Map<string, Refusal>([
    [keys.cancelled, 'plan.ended'],
    [keys.lapsed, 'plan.expired'],
    [keys.expired, 'credential.expired'],
    [keys.revoked, 'credential.revoked'],
  ]);
  const open = (
    key: string,
    terms: Partial<Terms>,
    used = 0,
    scopes: VerifiedCredential['scopes'] = { '*': 'read' },
  ) => {
    const full: Terms = {
      planName: 'CyberSecFeed Plus',
      creditLimitMillicredits: 30_000_000,
      rate: null,
      periodAnchorMs: 0,
      ...terms,
    };
    const id = String(accounts.size + 1);
    const credential: VerifiedCredential = {
      id: `crd_${id}`,
      family: 'subscription-key',
      ownerId: `sub_${id}`,
      fence: 1,
      terms: full,
      scopes,
    };
    accounts.set(key, { used, credential, hits: [] });
  };
  open(keys.plus, {});
  open(keys.free, { planName: 'CyberSecFeed Free', creditLimitMillicredits: 1_000_000, rate: { limit: 5, windowMs } });
  open(keys.enterprise, { planName: 'CyberSecFeed Enterprise', creditLimitMillicredits: null });
  open(keys.spent, {}, 29_998_500);
  open(keys.scopeless, {}, 0, {});

  const charges = new Map<number, { readonly account: Account; readonly millicredits: number }>();
  const exposures: MemoryGates['exposures'] = [];
  const settlements: Settlement[] = [];
  const admitted: MemoryGates['admitted'] = [];
  const verifications: MemoryGates['verifications'] = [];
  let stale = 0;
  let isOvertaken = false;
  let isAway = false;
  let held: Promise<void> = Promise.resolve();

  const meterOf = (account: Account): MeterReading => {
    const rate = account.credential.terms.rate;
    const nowMs = clock.nowMs();
    const recent = account.hits.filter((hit) => hit > nowMs - windowMs);
    return {
      usedMillicredits: account.used,
      limitMillicredits: account.credential.terms.creditLimitMillicredits,
      resetAtMs,
      rate:
        rate === null
          ? null
          : {
              limit: rate.limit,
              remaining: Math.max(0, rate.limit - recent.length),
              resetAtMs: (recent[0] ?? nowMs) + windowMs,
            },
    };
  };

  const refusalOf = (
    account: Account,
    price: number,
  ): { code: 'admission.rate_limited' | 'admission.credits_exhausted'; retryAfterMs: number } | null => {
    const meter = meterOf(account);
    if (meter.rate !== null && meter.rate.remaining === 0)
      return { code: 'admission.rate_limited', retryAfterMs: meter.rate.resetAtMs - clock.nowMs() };
    const isOver = meter.limitMillicredits !== null && account.used + price > meter.limitMillicredits;
    return isOver ? { code: 'admission.credits_exhausted', retryAfterMs: resetAtMs - clock.nowMs() } : null;
  };

  const away = (): ErrorCode => 'storage.unavailable';

  const end = (settlement: Settlement): void => {
    settlements.push(settlement);
    const charge = charges.get(settlement.usageId);
    const isRefund = settlement.status === 304 || settlement.status === 400 || settlement.status >= 500;
    if (charge !== undefined && isRefund) charge.account.used -= charge.millicredits;
  };

  const tell = async (asked: AdmissionRequest, done: (outcome: AdmissionOutcome | AppError) => void): Promise<void> => {
    let outcome: AdmissionOutcome | AppError;
    try {
      outcome = await admit(asked);
    } catch (error) {
      outcome = asAppError(error);
    }
    done(outcome);
  };

  const admit = async (asked: AdmissionRequest): Promise<AdmissionOutcome> => {
    if (isAway) throw fail(away(), { internal: 'connection refused' });
    if (stale > 0) {
      stale -= 1;
      return { kind: 'stale' };
    }
    const account = [...accounts.values()].find((one) => one.credential.id === asked.credential.id);
    if (account === undefined) return { kind: 'stale' };
    if (isOvertaken) {
      isOvertaken = false;
      const first = {
        usageId: charges.size + 1,
        chargedMillicredits: asked.priceMillicredits,
        meter: meterOf(account),
      };
      asked.answer?.({ kind: 'admitted', ...first, hasEnded: true });
      return { kind: 'refused', code: 'admission.rate_limited', retryAfterMs: 1000, meter: meterOf(account) };
    }
    const refusal = refusalOf(account, asked.priceMillicredits);
    if (refusal !== null) return { kind: 'refused', ...refusal, meter: meterOf(account) };
    account.used += asked.priceMillicredits;
    account.hits.push(clock.nowMs());
    const usageId = charges.size + 1;
    charges.set(usageId, { account, millicredits: asked.priceMillicredits });
    admitted.push({ operationId: asked.operationId, client: asked.client, correlationId: asked.correlationId });
    const outcome = {
      kind: 'admitted',
      usageId,
      chargedMillicredits: asked.priceMillicredits,
      meter: meterOf(account),
    } as const;
    const ending = asked.answer?.({ ...outcome, hasEnded: true }) ?? null;
    if (ending !== null) end({ usageId, ...ending });
    return { ...outcome, hasEnded: ending !== null };
  };

  return {
    exposures,
    settlements,
    admitted,
    verifications,
    used: (name) => accounts.get(keys[name])?.used ?? 0,
    makeStale: (times) => {
      stale = times;
    },
    overtake: () => {
      isOvertaken = true;
    },
    setLedgerAway: (given) => {
      isAway = given;
    },
    holdSettlements: () => {
      const gate = Promise.withResolvers<void>();
      held = gate.promise;
      return gate.resolve;
    },
    credentials: {
      // As the real one: a yes that memory knows comes at once, everything else later.
      verify: ({ presented, fresh }) => {
        verifications.push({ fresh: fresh === true });
        const code = refusals.get(presented);
        if (code !== undefined) return Promise.resolve({ kind: 'refused', code, credentialId: 'crd_x' });
        const account = accounts.get(presented);
        if (account === undefined) {
          return Promise.resolve({ kind: 'refused', code: 'credential.invalid', credentialId: null });
        }
        const outcome = { kind: 'verified', credential: account.credential } as const;
        return fresh === true ? Promise.resolve(outcome) : outcome;
      },
      reportExposure: async (presented, where, address) => {
        exposures.push({ presented, where, address });
      },
      reportForeign: () => undefined,
    },
    admission: {
      admit,
      enter: (asked, done) => void tell(asked, done),
      settle: async (settlement) => {
        await held;
        end(settlement);
      },
      settleLater: (settlement) => end(settlement),
    },
  };
};
