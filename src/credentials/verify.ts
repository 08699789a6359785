import { hash } from 'node:crypto';
import { Secret, type VerifiedCredential } from '../kernel/index.ts';
import { compileAddressRule, type AddressRule } from './address-rule.ts';
import type { CredentialsDeps } from './deps.ts';
import { digestOf, isDigest } from './digest.ts';
import { credentialFormats, formatOf } from './formats/registry.ts';
import { judge, judgeItself, termsAt, type OwnerStanding } from './judgement.ts';
import { addressesOf, familyOf, scopesOf } from './reading.ts';
import { findForVerification, type CredentialRow } from './store.ts';
import type { VerifyInput, VerifyOutcome } from './types.ts';
import type { UseRecord } from './use-record.ts';

/** Credentials remembered in memory; the oldest entry makes room. */
const rememberedMax = 50_000;

type FencedRow = CredentialRow & { readonly fence: number };

interface Remembered {
  readonly row: CredentialRow;
  readonly standing: OwnerStanding;
  readonly isAllowedFrom: AddressRule;
  readonly credential: VerifiedCredential;
  /** The same, after a paid plan has lapsed into lesser terms; null when it will not by itself. */
  readonly lapsed: VerifiedCredential | null;
  /** The address of the last use: only another one is worth a look at its network. */
  lastAddress: string;
}

/** remembered turns what was read into what a request is decided on. */
export const remembered = (row: FencedRow, standing: OwnerStanding): Remembered => {
  const credential: VerifiedCredential = {
    id: row.id,
    family: familyOf(row),
    ownerId: row.owner_id,
    fence: row.fence,
    terms: standing.terms,
    scopes: scopesOf(row),
  };
  return {
    row,
    standing,
    isAllowedFrom: compileAddressRule(addressesOf(row)),
    credential,
    lapsed: standing.lapse === undefined ? null : { ...credential, terms: standing.lapse.terms },
    lastAddress: '',
  };
};

/** credentialAt is what a remembered credential is at a time. */
export const credentialAt = (entry: Remembered, nowMs: number): VerifiedCredential =>
  entry.lapsed !== null && termsAt(entry.standing, nowMs) !== entry.standing.terms ? entry.lapsed : entry.credential;

/** standingOf is the owner's standing, and refuses what a person made who is disabled or has left. */
export const standingOf = async (
  deps: Pick<CredentialsDeps, 'standing' | 'creatorMayHold'>,
  row: CredentialRow,
): Promise<OwnerStanding | null> => {
  const standing = await deps.standing(row.owner_id);
  if (standing === null || row.created_by === '' || (await deps.creatorMayHold(row.owner_id, row.created_by))) {
    return standing;
  }
  return { ...standing, refusals: [{ code: 'owner.disabled', fromMs: Number.NEGATIVE_INFINITY }] };
};

const noSalt = '0'.repeat(32);
const noPepper = new Secret(Buffer.alloc(32));
/** What is compared with when there is no credential at all. */
const noDigest = '0'.repeat(64);

/** A credential as it was read, and whether look-up and secret were its own. */
interface Found {
  readonly row: FencedRow | undefined;
  readonly isProven: boolean;
}

export const createVerifier = (deps: CredentialsDeps, use: UseRecord) => {
  const { control, clock, peppers } = deps;
  /** By a hash under a key of this process: nobody outside can aim at an entry, so finding it tells nothing of a secret. */
  const memory = new Map<string, Remembered>();
  const memoryKey = deps.random.bytes(16).toString('hex');
  const keyOf = (input: VerifyInput): string =>
    hash('sha256', `${memoryKey}${input.family} ${input.presented}`, 'latin1');

  /**
   * find reads a credential, or its neighbour in place of an unknown one, and says whether it is what was presented. The
   * digest is over the whole text, its look-up too, so it is right for no neighbour.
   */
  const find = async (family: string, lookup: string, presented: string): Promise<Found> => {
    const row = await findForVerification(control.db, family, lookup);
    const pepper = row === undefined ? noPepper : (peppers.values.get(row.pepper_version) ?? noPepper);
    const digest = digestOf(pepper, row?.salt ?? noSalt, presented);
    return { row, isProven: isDigest(row?.digest ?? noDigest, digest) };
  };

  /** prove returns the credential that a text is, whatever its family and state; null when it is none of ours. */
  const prove = async (presented: string): Promise<CredentialRow | null> => {
    for (const format of credentialFormats) {
      const parsed = format.parse(presented);
      const found = parsed === null ? null : await find(format.family, parsed.lookup, presented);
      if (found?.isProven === true && found.row !== undefined) return found.row;
    }
    return null;
  };

  const judged = (entry: Remembered, input: VerifyInput): VerifyOutcome => {
    const nowMs = clock.nowMs();
    const code = judge(entry.row, entry.standing, entry.isAllowedFrom, nowMs, input.address);
    if (code !== null) return { kind: 'refused', code, credentialId: entry.row.id };
    if (entry.lastAddress !== input.address) {
      entry.lastAddress = input.address;
      use.sawUse(entry.row.id, input.address);
    }
    return { kind: 'verified', credential: credentialAt(entry, nowMs) };
  };

  const remember = (key: string, entry: Remembered): void => {
    memory.delete(key);
    if (memory.size >= rememberedMax) {
      const oldest = memory.keys().next();
      if (oldest.done !== true) memory.delete(oldest.value);
    }
    memory.set(key, entry);
  };

  const unknown: VerifyOutcome = { kind: 'refused', code: 'credential.invalid', credentialId: null };

  /**
   * verifyAfresh decides from the database. What is unknown, wrong or ended is refused by the same steps, without reading
   * the owner: the row at hand is judged and looked up before it is known to be the right one.
   */
  const verifyAfresh = async (input: VerifyInput, key: string, lookup: string): Promise<VerifyOutcome> => {
    const { row, isProven } = await find(input.family, lookup, input.presented);
    if (row === undefined) return unknown;
    const { id } = row;
    const code = judgeItself(row, clock.nowMs());
    if (!isProven || code !== null) {
      memory.delete(key);
      use.sawRefusal(row, input.address, isProven && code === 'credential.revoked');
      return {
        kind: 'refused',
        code: isProven && code !== null ? code : 'credential.invalid',
        credentialId: isProven ? id : null,
      };
    }
    // Read after the fence: if the owner changes in between, the fence has moved and the charge is refused as stale.
    const standing = await standingOf(deps, row);
    if (standing === null) return unknown;
    const entry = remembered(row, standing);
    remember(key, entry);
    return judged(entry, input);
  };

  /**
   * verify answers from memory, at once, when memory says yes: the charge confirms it against the fence. A no is always
   * read again, because nothing would confirm it; what fails format or checksum never reaches the database, and is refused
   * at once.
   */
  const verify = (input: VerifyInput): VerifyOutcome | Promise<VerifyOutcome> => {
    const key = keyOf(input);
    const known = input.fresh === true ? undefined : memory.get(key);
    const outcome = known === undefined ? null : judged(known, input);
    if (outcome?.kind === 'verified') return outcome;
    const parsed = formatOf(input.family)?.parse(input.presented) ?? null;
    return parsed === null ? unknown : verifyAfresh(input, key, parsed.lookup);
  };

  /** reportExposure records that a credential was sent where it gets seen. What is none of ours leaves no trace. */
  const reportExposure = async (presented: string, place: string, address: string): Promise<void> => {
    const row = await prove(presented);
    if (row !== null) await use.sawExposure(row, place, address);
  };

  return { verify, prove, reportExposure };
};
