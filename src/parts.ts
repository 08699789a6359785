/**
 * Builds the control plane's modules and binds what they need of each other: enough for the operator's commands, and what
 * `app.ts` adds the catalogue and the HTTP server to.
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createAccounts, type Accounts } from './accounts/index.ts';
import { createAdmission, periodAt, type Admission } from './admission/index.ts';
import { createAudit, type Audit } from './audit/index.ts';
import { createBilling, type Billing } from './billing/index.ts';
import type { Config, ServerConfig } from './config/index.ts';
import {
  createClaims,
  createCredentials,
  keyringMaking,
  openPeppers,
  type Claims,
  type Credentials,
} from './credentials/index.ts';
import { fail, type Clock, type Log, type Random } from './kernel/index.ts';
import { createSealing, openKeyring, type Keyring } from './keyring/index.ts';
import { createMailer, type Mailer } from './mail/index.ts';
import { createAddressCheck } from './outbound/index.ts';
import { createQueue, type Queue } from './queue/index.ts';
import { openControl, type Control } from './storage/index.ts';
import { createWatch, type Watch } from './watch/index.ts';

export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Parts {
  readonly control: Control;
  readonly keyring: Keyring;
  readonly audit: Audit;
  readonly queue: Queue;
  readonly mail: Mailer;
  readonly admission: Admission;
  readonly accounts: Accounts;
  readonly credentials: Credentials;
  readonly claims: Claims;
  readonly billing: Billing;
  readonly watch: Watch;
  close(): Promise<void>;
}

/** localUrl is where this machine reaches the server, for links while no public address is configured. */
const localUrl = ({ host, port, tls }: ServerConfig): string => {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tls.mode === 'none' ? 'http' : 'https'}://${name}:${port}`;
};

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
    const keyring = openKeyring({
      source: config.keyring,
      random,
      clock,
      mayMake: await keyringMaking(control.db),
    });
    const peppers = await openPeppers(keyring, control.db);
    const { durability } = config.database;
    const admission = createAdmission({ control, clock, log, durability });
    const queue = createQueue({ control, clock, random, log });
    const mail = createMailer({ control, clock, log, queue, config: config.mail });
    const audit = createAudit({ control, clock, random, log, keyring, ...config.audit });
    const accounts = createAccounts({
      control,
      clock,
      random,
      config: config.accounts,
      tiers: config.admission.tiers,
      graceMs: config.admission.graceMs,
      publicUrl: config.server.publicUrl,
      meters: admission,
      periodAt,
      audit,
      mail,
      keys: keyring,
      revokeAllOf: (tx, ownerId, actor) => credentials.revokeAllOf(tx, ownerId, actor),
      dependants: {
        projectDeleted: (tx, projectId) => watch.dependants.projectDeleted(tx, projectId),
        memberLeft: (tx, userId) => watch.dependants.memberLeft(tx, userId),
        personDeleted: (tx, userId) => watch.dependants.personDeleted(tx, userId),
      },
    });
    const credentials = createCredentials({
      control,
      clock,
      random,
      log,
      peppers,
      audit,
      mail,
      moveFence: admission.moveFence,
      standing: accounts.standing,
      mayManage: accounts.mayManage,
      creatorMayHold: accounts.creatorMayHold,
      contactsOf: accounts.contactsOf,
    });
    const claims = createClaims({
      control,
      clock,
      random,
      audit,
      mail,
      publicUrl: config.server.publicUrl ?? localUrl(config.server),
      issue: credentials.issue,
      contactsOf: accounts.contactsOf,
    });
    const watch = createWatch({
      control,
      clock,
      random,
      audit,
      mail,
      publicUrl: config.server.publicUrl ?? localUrl(config.server),
      sealing: createSealing(keyring.peppers, random),
      checkAddress: createAddressCheck({ config: config.outbound, clock }),
      projects: accounts.projectTurns,
    });
    const billing = createBilling({
      control,
      clock,
      log,
      config: config.billing,
      verbs: {
        createSubscription: (tx, subscription) => accounts.subscriptions.create(subscription, tx),
        setSubscription: (tx, change) => accounts.subscriptions.set(change, tx),
        setPlan: (tx, change) => accounts.plans.set(change, tx),
        createFirstClaim: claims.createFirst,
        moveFence: admission.moveFence,
      },
    });
    const close = async (): Promise<void> => {
      await queue.stop();
      await credentials.settled();
      await admission.close();
      await audit.close();
      await control.close();
    };
    return { control, keyring, audit, queue, mail, admission, accounts, credentials, claims, billing, watch, close };
  } catch (error) {
    await control.close();
    throw error;
  }
};
