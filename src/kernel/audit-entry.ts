import type { Actor } from './actor.ts';

/** Whose log an entry belongs to: what `list` is asked for. */
export interface AuditScope {
  readonly kind: 'project' | 'organization' | 'account' | 'subscription' | 'system';
  /** A project's integer as text, an organisation's, user's or subscription's id; empty for `system`. */
  readonly id: string;
}

/** What happened, for the audit log. Everything outside `actor` and `personal` is kept for ever: no personal data there. */
export interface AuditEntry {
  readonly actor: Actor;
  readonly scope: AuditScope;
  /** `<noun>.<past participle>`: `credential.issued`, `project.member_added`, `sign_in.refused`. */
  readonly action: string;
  /** What it happened to. `name` is what people call it; an e-mail address belongs into `personal`. */
  readonly object: { readonly kind: string; readonly id: string; readonly name?: string };
  /** The changed values only, never a secret. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** Personal data besides the actor's, such as `{email}`: may be erased later without breaking the chain. */
  readonly personal?: Readonly<Record<string, string>>;
}

/** AuditSink is what modules that change data are given. `record` writes in the transaction of the change, as its last step. */
export interface AuditSink<Tx> {
  record(tx: Tx, entry: AuditEntry): Promise<void>;
}
