import { fail, type Clock, type Log, type Random, type VerifiedCredential } from '../kernel/index.ts';
import type { Control, Db } from '../storage/index.ts';
import type { Peppers } from './digest.ts';
import { judge, type JudgementCode, type OwnerStanding } from './judgement.ts';
import { createLifecycle } from './lifecycle.ts';
import { findCredential } from './store.ts';
import { createVerifier, remembered } from './verify.ts';

export interface CredentialsDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly peppers: Peppers;
  readonly standing: (ownerId: string) => Promise<OwnerStanding | null>;
  readonly moveFence: (tx: Db, ownerIds: readonly string[]) => Promise<void>;
}

/** What a credential would be judged at a time and from an address, without using it. */
export interface Judgement {
  readonly code: JudgementCode | null;
  readonly credential: VerifiedCredential;
}

export type Credentials = ReturnType<typeof createVerifier> &
  ReturnType<typeof createLifecycle> & {
    /** explain judges a credential by id, as `verify` would, at any time and from any address. */
    explain(id: string, atMs: number, address: string): Promise<Judgement>;
  };

export const createCredentials = (deps: CredentialsDeps): Credentials => ({
  ...createVerifier(deps),
  ...createLifecycle(deps),
  explain: async (id, atMs, address) => {
    const row = await findCredential(deps.control.db, id);
    const standing = row === undefined ? null : await deps.standing(row.owner_id);
    if (row === undefined || standing === null) {
      throw fail('credential.not_found', { message: `No credential ${id}` });
    }
    const { credential, isAllowedFrom } = remembered(row, standing);
    return { code: judge(row, standing, isAllowedFrom, atMs, address), credential };
  },
});
