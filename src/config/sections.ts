import type { LogLevel, Secret } from '../kernel/index.ts';
import type { SubscriptionTiers } from './tiers.ts';

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

export type PepperConfig =
  | { readonly source: 'given'; readonly value: Secret<Buffer> }
  /** Made with 32 random bytes when it does not exist. */
  | { readonly source: 'file'; readonly path: string };

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

/** Config is the whole configuration; a module is given its own section. Secrets in it print as `***`. */
export interface Config {
  readonly dataFolder: string;
  readonly server: ServerConfig;
  readonly database: DatabaseConfig;
  readonly catalogue: CatalogueConfig;
  readonly credentials: { readonly pepper: PepperConfig };
  readonly admission: { readonly tiers: SubscriptionTiers; readonly graceMs: number; readonly usageDetailMs: number };
  readonly outbound: { readonly allow: readonly string[] };
  readonly log: { readonly level: LogLevel | 'silent' };
  /** Things that are odd but not wrong, for the log at start. */
  readonly warnings: readonly string[];
}
