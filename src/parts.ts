/**
 * Builds the control plane's modules and binds what they need of each other: enough for the operator's commands, and what
 * `app.ts` adds the catalogue and the HTTP server to.
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createAccounts, type Accounts } from './accounts/index.ts';
import { createAdmission, periodAt, type Admission } from './admission/index.ts';
import type { Config } from './config/index.ts';
import { createCredentials, openPeppers, type Credentials } from './credentials/index.ts';
import { fail, type Clock, type Log, type Random } from './kernel/index.ts';
import { openControl, type Control } from './storage/index.ts';

export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Parts {
  readonly control: Control;
  readonly admission: Admission;
  readonly accounts: Accounts;
  readonly credentials: Credentials;
  close(): Promise<void>;
}

/**
 * makeDataFolder makes the folder where it is missing, for this user alone: the pepper and the control plane lie in it.
 * Throws `storage.unavailable`.
 */
export const makeDataFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fail('storage.unavailable', {
      message: `The data folder cannot be made: ${reasonOf(folder, error)}`,
      cause: error,
    });
  }
};

/** On a read-only disk the folder's making fails with a riddle; the nearest folder that exists tells the reason. */
const reasonOf = (folder: string, error: unknown): string => {
  let nearest = folder;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK);
    return error instanceof Error ? error.message : String(error);
  } catch (refused) {
    return refused instanceof Error ? refused.message : String(refused);
  }
};

/** openParts opens the control plane, in a data folder that is made if need be. Throws `storage.…`, `config.pepper_mismatch`, `config.invalid`. */
export const openParts = async ({ config, clock, random, log }: Surroundings): Promise<Parts> => {
  makeDataFolder(config.dataFolder);
  const control = await openControl(config.database, log);
  try {
    const peppers = await openPeppers(config.credentials.pepper, control.db, random);
    const { durability } = config.database;
    const admission = createAdmission({ control, clock, log, durability });
    const accounts = createAccounts({
      control,
      clock,
      random,
      tiers: config.admission.tiers,
      graceMs: config.admission.graceMs,
      meters: admission,
      periodAt,
    });
    const credentials = createCredentials({
      control,
      clock,
      random,
      log,
      peppers,
      standing: accounts.subscriptions.standing,
      moveFence: admission.moveFence,
    });
    const close = async (): Promise<void> => {
      await admission.close();
      await control.close();
    };
    return { control, admission, accounts, credentials, close };
  } catch (error) {
    await control.close();
    throw error;
  }
};
