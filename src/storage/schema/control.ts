import type { ColumnType, Generated } from 'kysely';
import type { AutomationTables } from './automation.ts';
import type { CredentialUseTables } from './credential-use.ts';
import type { PeopleTables } from './people.ts';
import type { TagTables } from './tags.ts';
import type { WatchingTables } from './watching.ts';

/**
 * The tables of the control plane, one interface a table. Times are epoch milliseconds, booleans 0 or 1, money of the
 * ledger is millicredits. Storage knows tables, not rules: what a value means is said where it is written.
 */
export interface ControlTables extends PeopleTables, CredentialUseTables, WatchingTables, AutomationTables, TagTables {
  settings: SettingsTable;
  users: UsersTable;
  subscriptions: SubscriptionsTable;
  credentials: CredentialsTable;
  credential_activity: CredentialActivityTable;
  exposures: ExposuresTable;
  meters: MetersTable;
  usage: UsageTable;
  usage_hours: UsageHoursTable;
}

interface SettingsTable {
  key: string;
  value: string;
}

interface UsersTable {
  /** In the order of creation, which milliseconds alone do not tell. */
  number: Generated<number>;
  id: string;
  /** Lower case. */
  email: string;
  name: string;
  state: 'active' | 'disabled';
  created_at_ms: number;
  /** argon2id in PHC form; null for people who sign in by mailed code only. */
  password_digest: ColumnType<string | null, string | null | undefined>;
  is_administrator: Generated<number>;
  /** The person's plan for projects and user keys: free, starter, pro, enterprise. */
  plan: Generated<string>;
  plan_status: Generated<'active' | 'cancelled' | 'past_due' | 'expired'>;
  plan_started_at_ms: Generated<number>;
  plan_period_end_ms: ColumnType<number | null, number | null | undefined>;
  plan_past_due_since_ms: ColumnType<number | null, number | null | undefined>;
}

interface SubscriptionsTable {
  number: Generated<number>;
  id: string;
  user_id: string;
  tier: string;
  status: 'active' | 'cancelled' | 'past_due' | 'expired';
  /** Monthly periods are anchored to this instant. */
  started_at_ms: number;
  /** End of access of a cancelled subscription. */
  period_end_ms: number | null;
  past_due_since_ms: number | null;
  /** Overrides the tier's monthly credits. */
  credits_millicredits: number | null;
  created_at_ms: number;
  updated_at_ms: number;
}

interface CredentialsTable {
  id: string;
  family: string;
  owner_id: string;
  name: string;
  /** The public part that finds the row; unique over its family. */
  lookup: string;
  salt: string;
  digest: string;
  pepper_version: number;
  masked: string;
  state: 'active' | 'suspended' | 'rotated' | 'revoked';
  expires_at_ms: number | null;
  /** A rotated credential works until then. */
  overlap_until_ms: number | null;
  successor_id: string | null;
  /** JSON list of CIDR ranges; empty list: any address. */
  allowed_addresses: string;
  /** JSON object resource → level. */
  scopes: string;
  created_at_ms: number;
  state_changed_at_ms: number;
  description: Generated<string>;
  /** User ids; empty for the operator's command line. */
  created_by: Generated<string>;
  ended_by: Generated<string>;
  is_mcp_enabled: Generated<number>;
}

interface CredentialActivityTable {
  credential_id: string;
  owner_id: string;
  requests: number;
  last_used_at_ms: number | null;
  last_used_address: string | null;
}

interface ExposuresTable {
  id: Generated<number>;
  /** Null when what was exposed is not one of ours. */
  credential_id: string | null;
  place: string;
  address: string;
  at_ms: number;
}

interface MetersTable {
  owner_id: string;
  /** Moves with every change of what the owner's credentials may do: state, scopes, plan, addresses. */
  fence: number;
  /** Moves with every change of the row. */
  version: number;
  anchor_ms: number;
  period_start_ms: number;
  period_end_ms: number;
  used_millicredits: number;
  charged_total_millicredits: number;
  requests_total: number;
  /** Times of the counted requests inside the rate window; see admission/window.ts. */
  recent: string;
}

interface UsageTable {
  id: Generated<number>;
  owner_id: string;
  credential_id: string;
  operation: string;
  at_ms: number;
  price_millicredits: number;
  charged_millicredits: number;
  /** Null until the request has ended. */
  status: number | null;
  latency_us: number | null;
  address: string;
  client: string;
}

interface UsageHoursTable {
  owner_id: string;
  credential_id: string;
  operation: string;
  hour_ms: number;
  /** 0 for requests whose end is not known. */
  status: number;
  requests: number;
  charged_millicredits: number;
  latency_us_total: number;
}
