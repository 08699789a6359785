/**
 * Configuration: one table of options, and what comes of it.
 *
 * It owns the names, kinds, defaults and descriptions of all options, reading them from command line, environment, file
 * and secret files, and the tiers that subscriptions may have. It does not open, create or listen to anything.
 *
 * Invariants: an option exists in `options.ts` only; combinations that cannot work cannot be expressed by `Config`;
 * secrets are `Secret` and never appear in a message. Other modules never read the environment: they are given their
 * section.
 *
 * Fails with `config.invalid`, which lists every problem at once. Unknown VULNGATE_ names are warnings, not failures.
 */
export type { Option, OptionKind, OptionSection } from './option.ts';
export { options, type OptionKey } from './options.ts';
export { loadConfig, optionProblem, processEnvironment, testConfig, type ConfigSources } from './load.ts';
export type {
  AccountsConfig,
  AuditConfig,
  BillingConfig,
  LeaksConfig,
  Bought,
  CatalogueConfig,
  Config,
  DatabaseConfig,
  Durability,
  FeedAddresses,
  KeyringConfig,
  MailConfig,
  ServerConfig,
  SmtpConfig,
  TlsConfig,
} from './sections.ts';
export { documentedTiers, type SubscriptionTier, type SubscriptionTierName, type SubscriptionTiers } from './tiers.ts';
export type { Plan, PlanName, Plans } from './plans.ts';
export type { OptionTexts, Problem } from './values.ts';
