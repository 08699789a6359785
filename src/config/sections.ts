import type { KeyObject } from 'node:crypto';
import type { LogLevel, Secret } from '../kernel/index.ts';
import type { PlanName, Plans } from './plans.ts';
import type { SubscriptionTierName, SubscriptionTiers } from './tiers.ts';

export type Durability = 'full' | 'process';

export type DatabaseConfig =
  | { readonly engine: 'sqlite'; readonly path: string; readonly durability: Durability }
  | {
      readonly engine: 'postgres';
      readonly url: Secret<string>;
      readonly poolSize: number;
      readonly durability: Durability;
    };

export type TlsConfig =
  | { readonly mode: 'none' }
  /** Paths of PEM files. */
  | { readonly mode: 'files'; readonly cert: string; readonly key: string };

/** Where the server's own keys are. */
export type KeyringConfig =
  /** The whole keyring, as text. */
  | { readonly source: 'given'; readonly value: Secret<string> }
  /** A pepper of at least 32 bytes; the signing key is derived from it. */
  | { readonly source: 'pepper'; readonly value: Secret<Buffer> }
  /** Made when it does not exist, with the pepper of `pepperPath` if there is one. */
  | { readonly source: 'file'; readonly path: string; readonly pepperPath: string };

/** A server signs a checkpoint after so many entries, or so much time with new ones. */
export interface AuditConfig {
  readonly checkpointEntries: number;
  readonly checkpointMs: number;
}

export interface ServerConfig {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Without a trailing slash. */
  readonly publicUrl: string | null;
  readonly tls: TlsConfig;
  /** CIDR ranges. */
  readonly trustedProxies: readonly string[];
  readonly bodyBytesMax: number;
  readonly shutdownMs: number;
  /** Entries on a page of the first generation of the OpenCVE API. */
  readonly opencvePageSize: number;
  /** Conditions in one query of the search language. */
  readonly opencveConditions: number;
  readonly metricsToken: Secret<string> | null;
}

export interface FeedAddresses {
  /** May hold `{date}` and `{hour}`. */
  readonly cveList: string;
  readonly cveDeltaLog: string;
  /** Holds `{id}`, and may hold `{year}` and `{group}`. */
  readonly cveRecord: string;
  readonly kev: string;
  readonly epss: string;
}

export interface CatalogueConfig {
  readonly databasePath: string;
  /** Where downloads are spooled and resumed. */
  readonly feedFolder: string;
  readonly tempFolder: string;
  readonly feeds: FeedAddresses;
  readonly schedule: { readonly mode: 'off' } | { readonly mode: 'every'; readonly hours: number };
}

export interface AccountsConfig {
  /** E-mail address of the administrator that the first start creates. */
  readonly administrator: string;
  readonly plans: Plans;
  readonly session: { readonly idleMs: number; readonly absoluteMs: number };
  readonly signInMailsPerHour: number;
  /** Whether HTTP Basic is taken at all. */
  readonly isBasicEnabled: boolean;
  /** Null: the built-in list. */
  readonly breachListPath: string | null;
  readonly invitationMs: number;
  readonly organizationRate: { readonly limit: number; readonly windowMs: number } | null;
}

/** A mail server. */
export interface SmtpConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else STARTTLS. */
  readonly isImplicitTls: boolean;
  /** Whether nothing may be sent without TLS: everywhere but on this machine. */
  readonly isTlsRequired: boolean;
  readonly login: { readonly user: string; readonly password: Secret<string> } | null;
}

export interface MailConfig {
  /** Null: mails stay in the local outbox. */
  readonly smtp: SmtpConfig | null;
  readonly from: { readonly name: string; readonly address: string };
  /** Mails to people who have not asked for them, a day and organisation. */
  readonly unaskedPerDay: number;
}

/** By what those who report found credentials prove themselves. */
export interface LeaksConfig {
  /** Public ECDSA keys by their identifier; none: no report of that form is taken. */
  readonly githubKeys: ReadonlyMap<string, KeyObject>;
  readonly gitlabToken: Secret<string> | null;
}

/** What a price of the billing provider buys. */
export type Bought =
  | { readonly kind: 'subscription'; readonly tier: SubscriptionTierName }
  | { readonly kind: 'user'; readonly plan: PlanName };

export interface BillingConfig {
  /** Null: there is no billing. */
  readonly webhookSecret: Secret<string> | null;
  /** By id of the price. */
  readonly prices: ReadonlyMap<string, Bought>;
}

/** Config is the whole configuration; a module is given its own section. Secrets in it print as `***`. */
export interface Config {
  readonly dataFolder: string;
  readonly server: ServerConfig;
  readonly database: DatabaseConfig;
  readonly catalogue: CatalogueConfig;
  readonly accounts: AccountsConfig;
  readonly mail: MailConfig;
  readonly billing: BillingConfig;
  readonly leaks: LeaksConfig;
  readonly keyring: KeyringConfig;
  readonly audit: AuditConfig;
  readonly admission: { readonly tiers: SubscriptionTiers; readonly graceMs: number; readonly usageDetailMs: number };
  readonly outbound: { readonly allow: readonly string[] };
  readonly log: { readonly level: LogLevel | 'silent' };
  /** Things that are odd but not wrong, for the log at start. */
  readonly warnings: readonly string[];
}
