import { fail, newId, type Clock, type Family, type Random, type VerifiedCredential } from '../kernel/index.ts';
import { inTransaction, type Control, type Db } from '../storage/index.ts';
import { normalRanges } from './address-rule.ts';
import { digestOf, type Peppers } from './digest.ts';
import { formatOf } from './formats/registry.ts';
import { stateAt } from './judgement.ts';
import {
  countExposures,
  findCredential,
  insertCredential,
  listCredentials,
  updateCredential,
  type CredentialRow,
} from './store.ts';
import type { CredentialState } from './types.ts';

export interface LifecycleDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly peppers: Peppers;
  /** Moves the owner's fence in the transaction of the change; bound in app.ts. */
  readonly moveFence: (tx: Db, ownerIds: readonly string[]) => Promise<void>;
}

export interface NewCredential {
  readonly family: Family;
  readonly ownerId: string;
  readonly name: string;
  /** Default: every resource, read and write. */
  readonly scopes?: VerifiedCredential['scopes'];
  readonly expiresAtMs?: number;
  readonly allowedAddresses?: readonly string[];
}

/** A credential as people see it. Times are epoch milliseconds. */
export interface Credential {
  readonly id: string;
  readonly family: Family;
  readonly ownerId: string;
  readonly name: string;
  readonly masked: string;
  readonly state: CredentialState;
  readonly scopes: VerifiedCredential['scopes'];
  readonly expiresAtMs: number | null;
  readonly overlapUntilMs: number | null;
  readonly successorId: string | null;
  readonly allowedAddresses: readonly string[];
  readonly createdAtMs: number;
  readonly stateChangedAtMs: number;
  readonly requests: number;
  readonly lastUsedAtMs: number | null;
  readonly lastUsedAddress: string | null;
}

/** An issued credential with its secret, which is shown once and kept nowhere. */
export interface IssuedCredential extends Credential {
  readonly presented: string;
}

const nameLengthMax = 100;
/** The longest time that a rotated credential may go on working. */
const overlapMsMax = 30 * 86_400_000;

type CredentialRead = CredentialRow & {
  readonly requests: number;
  readonly last_used_at_ms: number | null;
  readonly last_used_address: string | null;
};

const credentialOf = (row: CredentialRead, nowMs: number): Credential => ({
  id: row.id,
  // The columns are written by `issue` only, from these very types.
  family: row.family as Family,
  ownerId: row.owner_id,
  name: row.name,
  masked: row.masked,
  state: stateAt(row, nowMs),
  scopes: JSON.parse(row.scopes) as VerifiedCredential['scopes'],
  expiresAtMs: row.expires_at_ms,
  overlapUntilMs: row.overlap_until_ms,
  successorId: row.successor_id,
  allowedAddresses: JSON.parse(row.allowed_addresses) as string[],
  createdAtMs: row.created_at_ms,
  stateChangedAtMs: row.state_changed_at_ms,
  requests: row.requests,
  lastUsedAtMs: row.last_used_at_ms,
  lastUsedAddress: row.last_used_address,
});

const checkedName = (name: string): string => {
  const trimmed = name.trim();
  // eslint-disable-next-line no-control-regex -- control characters are exactly what a name must not have
  if (trimmed === '' || trimmed.length > nameLengthMax || /[\u0000-\u001f\u007f]/.test(trimmed)) {
    throw fail('request.invalid_parameter', {
      message: `A name has 1 to ${nameLengthMax} characters and no control characters`,
    });
  }
  return trimmed;
};

export const createLifecycle = (deps: LifecycleDeps) => {
  const { control, clock, random, peppers } = deps;

  const pepper = () => {
    const value = peppers.values.get(peppers.current);
    if (value === undefined) throw fail('internal.unexpected', { internal: 'no current pepper' });
    return value;
  };

  const mint = (
    family: Family,
    rest: Pick<CredentialRow, 'owner_id' | 'name' | 'scopes' | 'allowed_addresses' | 'expires_at_ms'>,
  ): { row: CredentialRow; presented: string } => {
    const format = formatOf(family);
    if (format === null) throw fail('request.invalid_parameter', { message: `No such family: ${family}` });
    const minted = format.mint(random);
    const salt = random.bytes(16).toString('hex');
    const nowMs = clock.nowMs();
    const row: CredentialRow = {
      ...rest,
      id: newId(random, 'crd'),
      family,
      lookup: minted.lookup,
      salt,
      digest: digestOf(pepper(), salt, minted.presented),
      pepper_version: peppers.current,
      masked: minted.masked,
      state: 'active',
      overlap_until_ms: null,
      successor_id: null,
      created_at_ms: nowMs,
      state_changed_at_ms: nowMs,
    };
    return { row, presented: minted.presented };
  };

  const issuedOf = (row: CredentialRow, presented: string): IssuedCredential => ({
    ...credentialOf({ ...row, requests: 0, last_used_at_ms: null, last_used_address: null }, clock.nowMs()),
    presented,
  });

  const getRow = async (db: Db, id: string) => {
    const row = await findCredential(db, id);
    if (row === undefined) throw fail('credential.not_found', { message: `No credential ${id}` });
    return row;
  };

  /** change runs one change of a credential under its owner's fence, which the charge of every request confirms. */
  const change = async (
    id: string,
    work: (tx: Db, row: CredentialRead) => Promise<Partial<CredentialRow> | null>,
  ): Promise<Credential> => {
    await inTransaction(control.db, async (tx) => {
      const { owner_id: ownerId } = await getRow(tx, id);
      await deps.moveFence(tx, [ownerId]);
      // Read again behind the fence's lock: two changes at once take turns and the second sees the first.
      const changed = await work(tx, await getRow(tx, id));
      if (changed !== null) await updateCredential(tx, id, { ...changed, state_changed_at_ms: clock.nowMs() });
    });
    return credentialOf(await getRow(control.db, id), clock.nowMs());
  };

  const conflict = (id: string, row: CredentialRow, wanted: string) =>
    fail('credential.state_conflict', {
      message: `Credential ${id} is ${stateAt(row, clock.nowMs())} and cannot be ${wanted}`,
    });

  return {
    /** issue makes a credential and returns its secret, once. Throws `account.not_found` for an owner without a ledger row. */
    issue: async (input: NewCredential): Promise<IssuedCredential> => {
      if (input.expiresAtMs !== undefined && input.expiresAtMs <= clock.nowMs()) {
        throw fail('request.invalid_parameter', { message: 'The expiry lies in the past' });
      }
      const { row, presented } = mint(input.family, {
        owner_id: input.ownerId,
        name: checkedName(input.name),
        scopes: JSON.stringify(input.scopes ?? { '*': 'write' }),
        allowed_addresses: JSON.stringify(normalRanges(input.allowedAddresses ?? [])),
        expires_at_ms: input.expiresAtMs ?? null,
      });
      await inTransaction(control.db, async (tx) => {
        await deps.moveFence(tx, [input.ownerId]);
        await insertCredential(tx, row);
        // Without a ledger row nothing could ever be charged, and no change of the credential could take effect.
        if ((await findCredential(tx, row.id)) === undefined) {
          throw fail('account.not_found', { message: `No owner ${input.ownerId}` });
        }
      });
      return issuedOf(row, presented);
    },

    list: async (filter: { readonly ownerId?: string; readonly family?: Family }): Promise<Credential[]> =>
      (await listCredentials(control.db, filter)).map((row) => credentialOf(row, clock.nowMs())),

    /** show returns one credential and how often it was seen where it must not be sent. */
    show: async (id: string): Promise<Credential & { readonly exposures: number }> => ({
      ...credentialOf(await getRow(control.db, id), clock.nowMs()),
      exposures: await countExposures(control.db, id),
    }),

    /** revoke ends a credential for good. Revoking a revoked one changes nothing. */
    revoke: (id: string): Promise<Credential> =>
      change(id, async (_tx, row) => (row.state === 'revoked' ? null : { state: 'revoked' })),

    suspend: (id: string): Promise<Credential> =>
      change(id, async (_tx, row) => {
        if (row.state === 'suspended') return null;
        if (row.state !== 'active') throw conflict(id, row, 'suspended');
        return { state: 'suspended' };
      }),

    resume: (id: string): Promise<Credential> =>
      change(id, async (_tx, row) => {
        if (row.state === 'active') return null;
        if (row.state !== 'suspended') throw conflict(id, row, 'resumed');
        return { state: 'active' };
      }),

    /**
     * rotate issues a successor with the same name, rights, addresses and expiry. The old one works for `overlapMs` more
     * (0 to 30 days), then never again.
     */
    rotate: async (id: string, overlapMs: number): Promise<IssuedCredential> => {
      if (!Number.isInteger(overlapMs) || overlapMs < 0 || overlapMs > overlapMsMax) {
        throw fail('request.invalid_parameter', { message: 'The overlap is 0 seconds to 30 days' });
      }
      let issued: IssuedCredential | null = null;
      await change(id, async (tx, row) => {
        if (stateAt(row, clock.nowMs()) !== 'active') throw conflict(id, row, 'rotated');
        const successor = mint(row.family as Family, {
          owner_id: row.owner_id,
          name: row.name,
          scopes: row.scopes,
          allowed_addresses: row.allowed_addresses,
          expires_at_ms: row.expires_at_ms,
        });
        await insertCredential(tx, successor.row);
        issued = issuedOf(successor.row, successor.presented);
        return {
          state: 'rotated',
          successor_id: successor.row.id,
          overlap_until_ms: clock.nowMs() + overlapMs,
        };
      });
      if (issued === null) throw fail('internal.unexpected', { internal: 'rotation made no successor' });
      return issued;
    },
  };
};
