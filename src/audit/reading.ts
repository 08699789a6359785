import type { AuditScope } from '../kernel/index.ts';
import { canonicalJson, type EntryRow } from './chain.ts';
import type { StoredEntry } from './store.ts';

/** An entry as people see it. Times are epoch milliseconds. */
export interface AuditRecord {
  readonly seq: number;
  readonly atMs: number;
  readonly scope: AuditScope;
  readonly actor: {
    readonly kind: EntryRow['actor_kind'];
    readonly id: string;
    /** E-mail address, or name and prefix of a credential; null when it was erased, or for operator and system. */
    readonly name: string | null;
    readonly address: string | null;
    readonly client: string | null;
  };
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: string; readonly name: string | null };
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly correlationId: string | null;
  /** Personal data besides the actor's; empty when there is none or it was erased. */
  readonly personal: Readonly<Record<string, string>>;
  readonly isErased: boolean;
}

interface Detail {
  readonly object_name?: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly correlation_id?: string;
}

interface Personal {
  readonly actor: { readonly name?: string; readonly address?: string; readonly client?: string };
  readonly more: Readonly<Record<string, string>>;
}

// Both columns are written by `record` only, from these very shapes.
const detailOf = (text: string): Detail => JSON.parse(text) as Detail;
const personalOf = (text: string): Personal => JSON.parse(text) as Personal;
const nothing: Personal = personalOf(canonicalJson({ actor: {}, more: {} }));

/** recordOf turns a stored entry into one for people. */
export const recordOf = ({ row, personal }: StoredEntry): AuditRecord => {
  const detail = detailOf(row.detail);
  const data = personal?.data ?? null;
  const { actor, more } = data === null ? nothing : personalOf(data);
  return {
    seq: row.seq,
    atMs: row.at_ms,
    scope: { kind: row.scope_kind, id: row.scope_id },
    actor: {
      kind: row.actor_kind,
      id: row.actor_id,
      name: actor.name ?? null,
      address: actor.address ?? null,
      client: actor.client ?? null,
    },
    action: row.action,
    object: { kind: row.object_kind, id: row.object_id, name: detail.object_name ?? null },
    before: detail.before ?? null,
    after: detail.after ?? null,
    correlationId: detail.correlation_id ?? null,
    personal: more,
    isErased: row.personal_digest !== '' && data === null,
  };
};
