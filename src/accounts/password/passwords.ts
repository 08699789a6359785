import { createHmac, timingSafeEqual } from 'node:crypto';
import { fail, type Clock, type Random } from '../../kernel/index.ts';
import type { Control } from '../../storage/index.ts';
import { preparedUserByEmail } from '../store/user-store.ts';
import { isBreached } from './breach-list.ts';
import { matchesSlowDigest, slowDigest } from './password-digest.ts';

const lengthMin = 8;
const lengthMax = 256;
/** How long a password that was right is known again without the slow digest. */
const rememberedMs = 15 * 60_000;
const rememberedMax = 10_000;

export type PasswordOutcome =
  | {
      readonly kind: 'verified';
      readonly userId: string;
      readonly email: string;
      readonly name: string;
      readonly isAdministrator: boolean;
    }
  | { readonly kind: 'refused' };

export interface Passwords {
  /** digest throws `password.refused` for a password that is too short, too long or known to attackers. */
  digest(password: string): Promise<string>;
  /**
   * verify proves an e-mail address and a password. Unknown addresses, people without a password and disabled people
   * take as long as a wrong password. Repeated right calls are fast, and none outlives a change of the password.
   */
  verify(input: EmailAndPassword): Promise<PasswordOutcome>;
  /**
   * recall proves a pair that verify has found right within the last 15 minutes, and refuses every other one at once. How
   * long that takes tells nothing of a password: what is compared are digests under a key of this process.
   */
  recall(input: EmailAndPassword): Promise<PasswordOutcome>;
}

interface EmailAndPassword {
  readonly email: string;
  readonly password: string;
}

export const createPasswords = (deps: {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly isBasicEnabled: boolean;
  readonly breachListPath: string | null;
}): Passwords => {
  const { control, clock, random } = deps;
  /** Under a key of this process, so that the memory holds nothing that a password could be guessed from elsewhere. */
  const key = random.bytes(32);
  const findUser = preparedUserByEmail(control.db);
  const memory = new Map<string, { readonly proof: Buffer; readonly untilMs: number }>();

  /** Bound to the stored digest: after a change of the password an old proof fits nothing. */
  const proofOf = (digest: string, password: string): Buffer =>
    createHmac('sha256', key).update(digest).update('\0').update(password).digest();

  const remember = (userId: string, proof: Buffer): void => {
    memory.delete(userId);
    if (memory.size >= rememberedMax) {
      const oldest = memory.keys().next();
      if (oldest.done !== true) memory.delete(oldest.value);
    }
    memory.set(userId, { proof, untilMs: clock.nowMs() + rememberedMs });
  };

  /** Null for unknown addresses, people without a password and disabled people. */
  const holderOf = async (email: string) => {
    // PostgreSQL takes no NUL, which no address holds.
    const row = email.includes('\0') ? undefined : await findUser(email.trim().toLowerCase());
    const digest = row?.state === 'active' ? row.password_digest : null;
    if (row === undefined || digest === null) return null;
    const { id: userId, name } = row;
    const verified: PasswordOutcome = {
      kind: 'verified',
      userId,
      email: row.email,
      name,
      isAdministrator: row.is_administrator === 1,
    };
    return { userId, digest, verified };
  };

  const isKnown = (userId: string, proof: Buffer): boolean => {
    const known = memory.get(userId);
    return known !== undefined && clock.nowMs() < known.untilMs && timingSafeEqual(known.proof, proof);
  };

  return {
    recall: async ({ email, password }) => {
      if (!deps.isBasicEnabled || password.length > lengthMax) return { kind: 'refused' };
      const holder = await holderOf(email);
      // An address of nobody takes as long as one with another password.
      if (holder === null) proofOf('', password);
      return holder !== null && isKnown(holder.userId, proofOf(holder.digest, password))
        ? holder.verified
        : { kind: 'refused' };
    },
    digest: async (password) => {
      if (password.length < lengthMin || password.length > lengthMax) {
        throw fail('password.refused', { message: `A password has ${lengthMin} to ${lengthMax} characters` });
      }
      if (await isBreached(deps.breachListPath, password)) {
        throw fail('password.refused', { message: 'This password is on a list that attackers use' });
      }
      return slowDigest(random, password);
    },
    verify: async ({ email, password }) => {
      if (!deps.isBasicEnabled || password.length > lengthMax) return { kind: 'refused' };
      const holder = await holderOf(email);
      if (holder === null) {
        await matchesSlowDigest(null, password);
        return { kind: 'refused' };
      }
      const { userId, digest, verified } = holder;
      const proof = proofOf(digest, password);
      if (isKnown(userId, proof)) return verified;
      if (!(await matchesSlowDigest(digest, password))) return { kind: 'refused' };
      remember(userId, proof);
      return verified;
    },
  };
};
