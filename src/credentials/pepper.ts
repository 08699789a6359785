import { createHmac } from 'node:crypto';
import { fail, Secret } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import type { Peppers } from './digest.ts';
import { deleteCheck, insertCheckOnce, listChecks, listPepperUse } from './pepper-store.ts';

/** What is asked of the keyring; bound in parts.ts. */
export interface PepperSource {
  readonly peppers: Peppers;
  status(): { readonly place: string; readonly peppers: readonly { readonly version: number }[] };
  dropPepper(version: number): void;
}

/** What a database remembers, by pepper version. */
type Checks = Awaited<ReturnType<typeof listChecks>>;

const checkOf = (pepper: Secret<Buffer>): string =>
  createHmac('sha256', pepper.reveal()).update('vulngate pepper check').digest('hex');

/** requireKnown throws `config.pepper_mismatch` unless the keyring has every pepper that the database remembers. */
const requireKnown = (keyring: PepperSource, place: string, checks: Checks): void => {
  for (const [version, check] of checks) {
    // Asks the keyring again: another process may have rotated it since.
    const pepper = keyring.peppers.values.get(version);
    if (pepper !== undefined && checkOf(pepper) === check) continue;
    throw fail('config.pepper_mismatch', {
      message:
        pepper === undefined
          ? `Pepper ${version}, which this database was used with, is not in ${place}`
          : `Pepper ${version} of ${place} is not the one that this database was used with`,
    });
  }
};

/**
 * keyringMaking returns whether a keyring may be made for a database: with a new pepper (null) only where none was ever
 * used, with the pepper of an older installation only where it is the one. A lost keyring is never made anew.
 */
export const keyringMaking = async (db: Db): Promise<(pepper: Buffer | null) => boolean> => {
  const checks = await listChecks(db);
  return (pepper) => checks.size === 0 || (pepper !== null && checks.get(1) === checkOf(new Secret(pepper)));
};

/**
 * openPeppers checks every pepper of the keyring against the database, which remembers a check value of each. A database
 * that was used with another pepper, or with one that the keyring does not have, fails with `config.pepper_mismatch`:
 * credentials would look wrong; nothing is written then. The peppers it returns follow the keyring's rotations.
 */
export const openPeppers = async (keyring: PepperSource, db: Db): Promise<Peppers> => {
  const { place, peppers } = keyring.status();
  const known = await listChecks(db);
  requireKnown(keyring, place, known);
  for (const { version } of peppers) {
    const pepper = keyring.peppers.values.get(version);
    if (pepper !== undefined && !known.has(version)) await insertCheckOnce(db, version, checkOf(pepper));
  }
  // Another process may have been first, with other peppers.
  requireKnown(keyring, place, await listChecks(db));
  return keyring.peppers;
};

/** How many credentials were issued under a pepper, and how many of them may still let somebody in. */
export interface PepperUse {
  readonly version: number;
  readonly credentials: number;
  readonly alive: number;
}

/** pepperUse counts credentials by pepper version. */
export const pepperUse = (db: Db, nowMs: number): Promise<readonly PepperUse[]> => listPepperUse(db, nowMs);

/**
 * dropPepper removes an old pepper that no living credential needs. Credentials that ended under it are then answered as
 * unknown ones. Throws `keyring.in_use` while one lives, or for the newest pepper.
 */
export const dropPepper = (keyring: PepperSource, db: Db, version: number, nowMs: number): Promise<void> =>
  inTransaction(db, async (tx) => {
    const used = (await listPepperUse(tx, nowMs)).find((each) => each.version === version)?.alive ?? 0;
    if (used > 0) throw fail('keyring.in_use', { message: `Pepper ${version} is needed by ${used} credentials` });
    await deleteCheck(tx, version);
    keyring.dropPepper(version);
  });
