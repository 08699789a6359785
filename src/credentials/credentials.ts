import { fail, type Actor, type Family, type VerifiedCredential } from '../kernel/index.ts';
import { requireManager } from './authority.ts';
import { changingVerbs } from './changing.ts';
import type { CredentialsDeps } from './deps.ts';
import { hygieneVerbs } from './hygiene.ts';
import { issuingVerbs } from './issuing.ts';
import { judge, type JudgementCode } from './judgement.ts';
import { leakVerbs } from './leaks.ts';
import { credentialOf } from './reading.ts';
import { findCredential, listCredentials } from './store.ts';
import { targetOf } from './target.ts';
import { countExposures } from './use-store.ts';
import { createUseRecord } from './use-record.ts';
import { createVerifier, credentialAt, remembered, standingOf } from './verify.ts';
import type { Credential, CredentialTarget } from './types.ts';

/** What a credential would be judged at a time and from an address, without using it. */
export interface Judgement {
  readonly code: JudgementCode | null;
  readonly credential: VerifiedCredential;
}

/** Which credentials to list. People name the owner; only operator and server may leave it out. */
export interface CredentialFilter {
  readonly actor: Actor;
  readonly ownerId?: string;
  readonly family?: Family;
}

export type Credentials = ReturnType<typeof createCredentials>;

export const createCredentials = (deps: CredentialsDeps) => {
  const { control, clock } = deps;
  const use = createUseRecord(deps);
  const { verify, prove, reportExposure } = createVerifier(deps, use);
  const { revokeLeaked, ...changing } = changingVerbs(deps);
  return {
    verify,
    reportExposure,
    /** reportForeign notes that a credential reached for what belongs to another owner; nothing waits for it. */
    reportForeign: use.sawForeign,
    ...issuingVerbs(deps),
    ...changing,
    ...hygieneVerbs(deps),
    ...leakVerbs(deps, { prove, revokeLeaked }),

    /** list returns credentials in the order of their making, ended ones included. Throws `permission.refused`. */
    list: async ({ actor, ownerId, family }: CredentialFilter): Promise<Credential[]> => {
      await requireManager(deps, actor, ownerId ?? '');
      const filter = { ...(ownerId === undefined ? {} : { ownerId }), ...(family === undefined ? {} : { family }) };
      return (await listCredentials(control.db, filter)).map((row) => credentialOf(row, clock.nowMs()));
    },

    /** show returns one credential and how often it was seen where it must not be sent. */
    show: async (target: CredentialTarget): Promise<Credential & { readonly exposures: number }> => ({
      ...credentialOf(await targetOf(deps, target), clock.nowMs()),
      exposures: await countExposures(control.db, target.id),
    }),

    /** explain judges a credential by id, as `verify` would, at any time and from any address. */
    explain: async (id: string, atMs: number, address: string): Promise<Judgement> => {
      const row = await findCredential(control.db, id);
      const standing = row === undefined ? null : await standingOf(deps, row);
      if (row === undefined || standing === null) {
        throw fail('credential.not_found', { message: `No credential ${id}` });
      }
      const entry = remembered(row, standing);
      return { code: judge(row, standing, entry.isAllowedFrom, atMs, address), credential: credentialAt(entry, atMs) };
    },

    /** settled resolves when what was noted beside the requests is written: before the control plane is closed. */
    settled: use.settled,
  };
};
