import { fail, newId, type Family } from '../kernel/index.ts';
import type { Db } from '../storage/index.ts';
import type { CredentialsDeps } from './deps.ts';
import { digestOf } from './digest.ts';
import { formatOf } from './formats/registry.ts';
import type { MintedCredential } from './formats/format.ts';
import { isLookupTaken, type CredentialRow } from './store.ts';

/** What a new credential is given by whoever issues it; the rest is made here. */
export type Given = Pick<
  CredentialRow,
  | 'owner_id'
  | 'name'
  | 'description'
  | 'scopes'
  | 'allowed_addresses'
  | 'expires_at_ms'
  | 'created_by'
  | 'is_mcp_enabled'
>;

/** Public parts are short enough to meet by chance; that many in a row mean a broken source of randomness. */
const attemptsMax = 8;

/** mintFree mints until the public part is one that no credential of the family has. */
const mintFree = async (deps: CredentialsDeps, tx: Db, family: Family): Promise<MintedCredential> => {
  const format = formatOf(family);
  if (format === null) throw fail('request.invalid_parameter', { message: `No such family: ${family}` });
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const minted = format.mint(deps.random);
    if (!(await isLookupTaken(tx, family, minted.lookup))) return minted;
  }
  throw fail('internal.unexpected', { internal: `no free public part for a ${family} in ${attemptsMax} attempts` });
};

/** mint makes a credential that is ready to be inserted, and the text that is shown once. */
export const mint = async (
  deps: CredentialsDeps,
  tx: Db,
  family: Family,
  given: Given,
): Promise<{ readonly row: CredentialRow; readonly presented: string }> => {
  const { clock, peppers, random } = deps;
  const version = peppers.current;
  const pepper = peppers.values.get(version);
  if (pepper === undefined) throw fail('internal.unexpected', { internal: 'no current pepper' });
  const minted = await mintFree(deps, tx, family);
  const salt = random.bytes(16).toString('hex');
  const nowMs = clock.nowMs();
  const row: CredentialRow = {
    ...given,
    id: newId(random, 'crd'),
    family,
    lookup: minted.lookup,
    salt,
    digest: digestOf(pepper, salt, minted.presented),
    pepper_version: version,
    masked: minted.masked,
    state: 'active',
    overlap_until_ms: null,
    successor_id: null,
    ended_by: '',
    created_at_ms: nowMs,
    state_changed_at_ms: nowMs,
  };
  return { row, presented: minted.presented };
};
