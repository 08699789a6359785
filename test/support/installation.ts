import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/index.ts';
import { operatorActor, silentLog, systemClock, systemRandom } from '../../src/kernel/index.ts';
import { openParts, type Parts } from '../../src/parts.ts';
import { postgresUrl } from './engines.ts';
import { postgresCommand } from './postgres-command.ts';
import {
  atEnd,
  jsonOf,
  newFolder,
  serve,
  vulngate,
  type Ended,
  type ServeOptions,
  type ServerProcess,
} from './process.ts';

/** An installation that several processes work on: a folder, and the variables that they are started with. */
export interface Installation {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** command runs one of the operator's commands on it, as a process of its own. */
  run(...args: readonly string[]): Promise<Ended>;
  /** serve starts a server on it; `env` is laid over that of the installation. */
  serve(options?: ServeOptions): Promise<ServerProcess>;
  /** open gives the control plane to this process too; close it before the end. */
  open(): Promise<Parts>;
}

/** installation is an empty one on the embedded database. */
export const installation = async (env: Readonly<Record<string, string>> = {}): Promise<Installation> =>
  installationAt(join(await newFolder(), 'data'), env);

/** installationAt is one in a given folder. */
export const installationAt = (folder: string, env: Readonly<Record<string, string>> = {}): Installation => ({
  folder,
  env,
  run: (...args) => vulngate([...args, '--data', folder, '--json'], { env }),
  serve: (options = {}) => serve(folder, { ...options, env: { ...env, ...options.env } }),
  open: () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const config = loadConfig({ env: { ...env }, overrides: { data: folder } });
    return openParts({ config, clock: systemClock, random: systemRandom, log: silentLog });
  },
});

/**
 * postgresInstallation is one whose control plane is an empty database of the test server, null when there is none; or of
 * another server, which the caller throws away as a whole.
 */
export const postgresInstallation = async (other?: string): Promise<Installation | null> => {
  const server = other ?? postgresUrl();
  if (server === null) return null;
  const name = `vulngate_test_${randomBytes(8).toString('hex')}`;
  await postgresCommand(server, `create database ${name} encoding 'UTF8' template template0`);
  if (other === undefined) atEnd(() => postgresCommand(server, `drop database if exists ${name} with (force)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return installation({ VULNGATE_DATABASE_URL: url.href, VULNGATE_DATABASE_POOL: '6' });
};

export interface Subscriber {
  readonly subscriptionId: string;
  readonly credentialId: string;
  readonly key: string;
}

type Tier = 'free' | 'plus' | 'pro' | 'business' | 'enterprise';

/** subscriber makes a person with a subscription and a key. `credits`: what the subscription has a month. */
export const subscriber = async (
  { open }: Installation,
  terms: { readonly tier: Tier; readonly credits?: number },
): Promise<Subscriber> => {
  const parts = await open();
  try {
    const email = `${randomBytes(6).toString('hex')}@example.org`;
    await parts.accounts.users.create({ actor: operatorActor, email });
    const { id } = await parts.accounts.subscriptions.create({
      actor: operatorActor,
      email,
      tier: terms.tier,
      ...(terms.credits === undefined ? {} : { creditsMillicredits: terms.credits * 1000 }),
    });
    const issued = await parts.credentials.issue({
      actor: operatorActor,
      family: 'subscription-key',
      ownerId: id,
      name: 'test',
    });
    return { subscriptionId: id, credentialId: issued.id, key: issued.presented };
  } finally {
    await parts.close();
  }
};

/** What the ledger says of a subscription, and what its usage rows add up to. */
export interface Books {
  readonly usedMillicredits: number;
  readonly requests: number;
  readonly rows: readonly {
    readonly client: string;
    readonly chargedMillicredits: number;
    readonly status: number | null;
  }[];
  /** Owners whose ledger differs from the sum of their usage. */
  readonly discrepancies: number;
}

/** readBooks reads the ledger of a subscription from the control plane itself. */
export const readBooks = async ({ open }: Installation, subscriptionId: string): Promise<Books> => {
  const parts = await open();
  try {
    const { db } = parts.control;
    const meter = await db
      .selectFrom('meters')
      .select(['charged_total_millicredits', 'requests_total'])
      .where('owner_id', '=', subscriptionId)
      .executeTakeFirstOrThrow();
    const rows = await db
      .selectFrom('usage')
      .select(['client', 'charged_millicredits as chargedMillicredits', 'status'])
      .where('owner_id', '=', subscriptionId)
      .execute();
    const discrepancies = (await parts.admission.discrepancies()).length;
    return {
      usedMillicredits: meter.charged_total_millicredits,
      requests: meter.requests_total,
      rows,
      discrepancies,
    };
  } finally {
    await parts.close();
  }
};

/** doctorOf runs `doctor` and returns its verdict with the status of every check by name. */
export const doctorOf = async (
  installed: Installation,
): Promise<{ readonly code: number; readonly ok: boolean; readonly statuses: Readonly<Record<string, string>> }> => {
  const ended = await installed.run('doctor');
  const { ok, checks } = jsonOf(ended);
  if (!Array.isArray(checks)) throw new Error('doctor lists no checks');
  const statuses = Object.fromEntries(
    checks.map((check: { readonly name: string; readonly status: string }) => [check.name, check.status]),
  );
  return { code: ended.code, ok: ok === true, statuses };
};
