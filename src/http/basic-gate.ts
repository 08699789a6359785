import type { Clock } from '../kernel/index.ts';
import type { BasicGate, Person } from './surface.ts';

/** What the gate needs of the accounts. */
export interface PasswordVerbs {
  verify(input: { readonly email: string; readonly password: string }): Promise<PasswordOutcome>;
  /** As verify, for a pair that was right a short while ago; refused for any other, without a slow digest. */
  recall(input: { readonly email: string; readonly password: string }): Promise<PasswordOutcome>;
}

type PasswordOutcome =
  | { readonly kind: 'refused' }
  | {
      readonly kind: 'verified';
      readonly userId: string;
      readonly email: string;
      readonly name: string;
      readonly isAdministrator: boolean;
    };

const windowMs = 15 * 60_000;
const triesOfAddress = 30;
const triesOfAccount = 10;
const countersMax = 20_000;

/**
 * createBasicGate proves people by e-mail address and password. A client address has 30 wrong tries in 15 minutes and an
 * account has 10; after that only who has been let in before, with the same password, still gets in. A try counts from its
 * beginning, so that many at once are no more than their number. One process counts for itself: it is a brake, and the slow
 * digest is another one.
 */
export const createBasicGate = (clock: Clock, passwords: PasswordVerbs): BasicGate => {
  const addresses = createTries(clock, triesOfAddress);
  const accounts = createTries(clock, triesOfAccount);
  return {
    check: async ({ email, password, address }) => {
      const pair = { email, password };
      const known = await passwords.recall(pair);
      if (known.kind === 'verified') return signedIn(known);
      const account = email.trim().toLowerCase().slice(0, 320);
      const waitMs = Math.max(addresses.waitMs(address), accounts.waitMs(account));
      if (waitMs > 0) return { kind: 'refused', code: 'request.limited', retryAfterMs: waitMs };
      const giveBack = [addresses.take(address), accounts.take(account)];
      const outcome = await passwords.verify(pair);
      if (outcome.kind === 'refused') return { kind: 'refused', code: 'credential.password_refused' };
      for (const give of giveBack) give();
      return signedIn(outcome);
    },
  };
};

const signedIn = ({ kind: _kind, ...person }: Extract<PasswordOutcome, { kind: 'verified' }>) =>
  ({
    kind: 'signed_in',
    ...person,
    sessionId: '',
    csrfToken: null,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    isBasic: true,
  }) as const satisfies { readonly kind: 'signed_in' } & Person;

interface Tries {
  /** How long until the next try is allowed; 0: now. */
  waitMs(name: string): number;
  /** take counts a try and gives what takes it back. */
  take(name: string): () => void;
}

const createTries = (clock: Clock, limit: number): Tries => {
  const seen = new Map<string, { readonly startMs: number; count: number }>();
  const current = (name: string) => {
    const known = seen.get(name);
    return known !== undefined && clock.monotonicMs() - known.startMs < windowMs ? known : undefined;
  };
  return {
    waitMs: (name) => {
      const known = current(name);
      return known === undefined || known.count < limit ? 0 : known.startMs + windowMs - clock.monotonicMs();
    },
    take: (name) => {
      const entry = current(name) ?? { startMs: clock.monotonicMs(), count: 0 };
      seen.delete(name);
      const oldest = seen.size >= countersMax ? seen.keys().next().value : undefined;
      if (oldest !== undefined) seen.delete(oldest);
      seen.set(name, entry);
      entry.count += 1;
      return () => {
        entry.count -= 1;
      };
    },
  };
};
