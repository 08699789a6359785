import type { Generated } from 'kysely';

/**
 * Tables of people, tenants, mail, billing and the audit log; see `control.ts` for the conventions. `number` is the order of
 * creation, which milliseconds alone do not tell.
 */
export interface PeopleTables {
  sign_in_requests: {
    id: string;
    email: string;
    /** Null for an address nobody has: the request exists all the same, so that answers and times are equal. */
    user_id: string | null;
    digest: string;
    attempts: number;
    state: 'open' | 'used' | 'void';
    address: string;
    created_at_ms: number;
    expires_at_ms: number;
  };
  sessions: {
    number: Generated<number>;
    id: string;
    user_id: string;
    kind: 'token' | 'cookie';
    digest: string;
    created_at_ms: number;
    last_seen_at_ms: number;
    expires_at_ms: number;
    ended_at_ms: number | null;
    address: string;
    client: string;
  };
  organizations: {
    id: string;
    name: string;
    is_basic_enabled: number;
    created_at_ms: number;
    updated_at_ms: number;
  };
  organization_members: {
    number: Generated<number>;
    organization_id: string;
    user_id: string;
    role: 'owner' | 'member';
    joined_at_ms: number;
  };
  projects: {
    id: Generated<number>;
    organization_id: string;
    name: string;
    slug: string;
    description: string;
    owner_user_id: string;
    is_active: number;
    created_at_ms: number;
    updated_at_ms: number;
  };
  project_members: {
    number: Generated<number>;
    project_id: number;
    user_id: string;
    role: 'owner' | 'admin' | 'member';
    joined_at_ms: number;
  };
  invitations: {
    number: Generated<number>;
    id: string;
    target_kind: 'organization' | 'project';
    target_id: string;
    email: string;
    role: string;
    digest: string;
    invited_by: string;
    state: 'open' | 'accepted' | 'withdrawn';
    created_at_ms: number;
    expires_at_ms: number;
  };
  jobs: {
    id: Generated<number>;
    kind: string;
    payload: string;
    dedupe_key: string | null;
    state: 'waiting' | 'done' | 'failed';
    attempts: number;
    run_at_ms: number;
    locked_until_ms: number;
    last_error: string | null;
    created_at_ms: number;
  };
  mails: {
    id: Generated<number>;
    recipient: string;
    subject: string;
    body: string;
    /** `local`: kept for the operator to read, because no mail server is configured. */
    state: 'waiting' | 'sent' | 'local' | 'failed';
    last_error: string | null;
    created_at_ms: number;
    sent_at_ms: number | null;
    /** The organisation that has it mailed to somebody who has not asked for it; empty for every other mail. */
    asked_by: Generated<string>;
  };
  claims: {
    id: string;
    subscription_id: string;
    name: string;
    digest: string;
    openings: number;
    credential_id: string | null;
    created_at_ms: number;
    expires_at_ms: number;
    claimed_at_ms: number | null;
  };
  billing_events: {
    id: string;
    kind: string;
    subject: string;
    event_at_ms: number;
    received_at_ms: number;
    effect: string;
  };
  billing_links: {
    stripe_id: string;
    target_kind: 'subscription' | 'user';
    target_id: string;
    last_event_at_ms: number;
  };
  leaks: { id: Generated<number>; credential_id: string; reporter: string; place: string; reported_at_ms: number };
  audit_entries: {
    seq: number;
    at_ms: number;
    scope_kind: 'project' | 'organization' | 'account' | 'subscription' | 'system';
    scope_id: string;
    actor_kind: 'user' | 'credential' | 'system' | 'operator';
    actor_id: string;
    action: string;
    object_kind: string;
    object_id: string;
    detail: string;
    personal_digest: string;
    previous_hash: string;
    hash: string;
  };
  audit_personal: { seq: number; user_id: string; salt: string; data: string | null };
  audit_checkpoints: { seq: number; at_ms: number; hash: string; key_id: string; signature: string };
}
