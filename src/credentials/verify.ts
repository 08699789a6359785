import { hash } from 'node:crypto';
import { Secret, type Clock, type Log, type Random, type VerifiedCredential } from '../kernel/index.ts';
import type { Control } from '../storage/index.ts';
import { compileAddressRule, type AddressRule } from './address-rule.ts';
import { digestOf, isDigest, type Peppers } from './digest.ts';
import { credentialFormats, formatOf } from './formats/registry.ts';
import { judge, type OwnerStanding } from './judgement.ts';
import { findForVerification, insertExposure, type CredentialRow } from './store.ts';
import type { VerifyInput, VerifyOutcome } from './types.ts';

/** Credentials remembered in memory; the oldest entry makes room. */
const rememberedMax = 50_000;

export interface VerifyDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly peppers: Peppers;
  /** What the owner may do, or null when it does not exist. */
  readonly standing: (ownerId: string) => Promise<OwnerStanding | null>;
}

interface Remembered {
  readonly row: CredentialRow;
  readonly standing: OwnerStanding;
  readonly isAllowedFrom: AddressRule;
  readonly credential: VerifiedCredential;
}

/** remembered turns what was read into what a request is decided on. */
export const remembered = (row: CredentialRow & { readonly fence: number }, standing: OwnerStanding): Remembered => ({
  row,
  standing,
  isAllowedFrom: compileAddressRule(JSON.parse(row.allowed_addresses) as string[]),
  credential: {
    id: row.id,
    // The column is written from a Family only.
    family: row.family as VerifiedCredential['family'],
    ownerId: row.owner_id,
    fence: row.fence,
    terms: standing.terms,
    scopes: JSON.parse(row.scopes) as VerifiedCredential['scopes'],
  },
});

const noSalt = '0'.repeat(32);
const noPepper = new Secret(Buffer.alloc(32));
/** What an unknown credential is compared with, so that it takes the same steps as a known one. */
const noDigest = '0'.repeat(64);

export const createVerifier = (deps: VerifyDeps) => {
  const { control, clock, peppers } = deps;
  /** By a hash under a key of this process: nobody outside can aim at an entry, so finding it tells nothing of a secret. */
  const memory = new Map<string, Remembered>();
  const memoryKey = deps.random.bytes(32).toString('hex');
  const keyOf = (input: VerifyInput): string =>
    hash('sha256', `${memoryKey}${input.family} ${input.presented}`, 'latin1');

  /** find reads a credential and proves it; an unknown one costs the same digest as a known one. */
  const find = async (
    family: string,
    lookup: string,
    presented: string,
  ): Promise<(CredentialRow & { fence: number }) | null> => {
    const row = await findForVerification(control.db, family, lookup);
    const pepper = row === undefined ? noPepper : (peppers.values.get(row.pepper_version) ?? noPepper);
    const digest = digestOf(pepper, row?.salt ?? noSalt, presented);
    return isDigest(row?.digest ?? noDigest, digest) && row !== undefined ? row : null;
  };

  const load = async (input: VerifyInput, lookup: string): Promise<Remembered | null> => {
    const row = await find(input.family, lookup, input.presented);
    if (row === null) return null;
    // Read after the fence: if the owner changes in between, the fence has moved and the charge is refused as stale.
    const standing = await deps.standing(row.owner_id);
    return standing === null ? null : remembered(row, standing);
  };

  const judged = (entry: Remembered, input: VerifyInput): VerifyOutcome => {
    const code = judge(entry.row, entry.standing, entry.isAllowedFrom, clock.nowMs(), input.address);
    return code === null
      ? { kind: 'verified', credential: entry.credential }
      : { kind: 'refused', code, credentialId: entry.row.id };
  };

  const remember = (key: string, entry: Remembered): void => {
    memory.delete(key);
    if (memory.size >= rememberedMax) {
      const oldest = memory.keys().next();
      if (oldest.done !== true) memory.delete(oldest.value);
    }
    memory.set(key, entry);
  };

  const verifyAfresh = async (input: VerifyInput, key: string): Promise<VerifyOutcome> => {
    const parsed = formatOf(input.family)?.parse(input.presented) ?? null;
    const entry = parsed === null ? null : await load(input, parsed.lookup);
    if (entry === null) {
      memory.delete(key);
      return { kind: 'refused', code: 'credential.invalid', credentialId: null };
    }
    remember(key, entry);
    return judged(entry, input);
  };

  /**
   * verify answers from memory, at once, when memory says yes: the charge confirms it against the fence. A no is always
   * read again, because nothing would confirm it; what fails format or checksum never reaches the database.
   */
  const verify = (input: VerifyInput): VerifyOutcome | Promise<VerifyOutcome> => {
    const key = keyOf(input);
    const known = input.fresh === true ? undefined : memory.get(key);
    const outcome = known === undefined ? null : judged(known, input);
    return outcome?.kind === 'verified' ? outcome : verifyAfresh(input, key);
  };

  /** reportExposure records that a credential was sent where it gets seen. What is none of ours leaves no trace. */
  const reportExposure = async (presented: string, place: string, address: string): Promise<void> => {
    for (const format of credentialFormats) {
      const parsed = format.parse(presented);
      const row = parsed === null ? null : await find(format.family, parsed.lookup, presented);
      if (row === null) continue;
      await insertExposure(control.db, { credential_id: row.id, place, address, at_ms: clock.nowMs() });
      deps.log.warn('credential.exposed', { credential: row.id, masked: row.masked, place, address });
    }
  };

  return { verify, reportExposure };
};
