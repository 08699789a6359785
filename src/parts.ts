/**
 * Builds the control plane's modules and binds what they need of each other: enough for the operator's commands, and what
 * `app.ts` adds the catalogue and the HTTP server to.
 */
import { createAccounts, type Accounts } from './accounts/index.ts';
import { createAdmission, periodAt, type Admission } from './admission/index.ts';
import { createAudit, type Audit } from './audit/index.ts';
import { createBilling, type Billing } from './billing/index.ts';
import type { Config, ServerConfig } from './config/index.ts';
import { createClaims, createCredentials, openPeppers, type Claims, type Credentials } from './credentials/index.ts';
import type { Clock, Log, Random } from './kernel/index.ts';
import { openKeyring, type Keyring } from './keyring/index.ts';
import { createMailer, type Mailer } from './mail/index.ts';
import { createQueue, type Queue } from './queue/index.ts';
import { openControl, type Control } from './storage/index.ts';

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
  close(): Promise<void>;
}

/** localUrl is where this machine reaches the server, for links while no public address is configured. */
const localUrl = ({ host, port, tls }: ServerConfig): string => {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${tls.mode === 'none' ? 'http' : 'https'}://${name}:${port}`;
};

/** openParts opens the control plane. Throws `storage.…`, `config.pepper_mismatch` and `config.invalid`. */
export const openParts = async ({ config, clock, random, log }: Surroundings): Promise<Parts> => {
  const control = await openControl(config.database, log);
  try {
    const keyring = openKeyring({ source: config.keyring, random, clock });
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
    return { control, keyring, audit, queue, mail, admission, accounts, credentials, claims, billing, close };
  } catch (error) {
    await control.close();
    throw error;
  }
};
