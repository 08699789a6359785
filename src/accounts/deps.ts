import type { KeyObject } from 'node:crypto';
import type { AccountsConfig, SubscriptionTiers } from '../config/index.ts';
import type { Actor, AuditSink, Clock, Random, Terms } from '../kernel/index.ts';
import type { Control, Db } from '../storage/index.ts';

export interface AccountsDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly config: AccountsConfig;
  readonly tiers: SubscriptionTiers;
  /** How long a plan or subscription works after a failed payment. */
  readonly graceMs: number;
  /** Address of the server in mails, without a trailing slash; null when none is configured. */
  readonly publicUrl: string | null;
  /** The ledger's side of a change, in the same transaction. */
  readonly meters: {
    openMeter(tx: Db, ownerId: string): Promise<void>;
    moveFence(tx: Db, ownerIds: readonly string[]): Promise<void>;
    setUsed(tx: Db, ownerId: string, terms: Terms, usedMillicredits: number): Promise<void>;
  };
  readonly periodAt: (anchorMs: number, nowMs: number) => { readonly endMs: number };
  readonly audit: AuditSink<Db> & {
    /** Forgets a person's personal data in the whole log, also in entries that name one of the addresses. */
    erase(
      tx: Db,
      person: { readonly actor: Actor; readonly userId: string; readonly emails: readonly string[] },
    ): Promise<number>;
  };
  readonly mail: MailSink;
  /** The keys that sign sessions: Ed25519, by kid. */
  readonly keys: SessionKeys;
  /** Revokes every credential of an owner that is deleted. */
  readonly revokeAllOf: (tx: Db, ownerId: string, actor: Actor) => Promise<unknown>;
  readonly dependants: Dependants;
}

/** What modules above keep of projects and people goes with them, in the same transaction. */
export interface Dependants {
  /** Before the project itself is deleted. */
  projectDeleted(tx: Db, projectId: number): Promise<void>;
  /** After a person has left an organisation or a project, or all of them. */
  memberLeft(tx: Db, userId: string): Promise<void>;
  /** Before the person itself is deleted. */
  personDeleted(tx: Db, userId: string): Promise<void>;
}

export interface MailSink {
  send(
    tx: Db,
    mail: {
      readonly to: string;
      readonly subject: string;
      readonly text: string;
      /** The organisation that writes to somebody who has not asked for it. Throws `mail.limited` when it does so too often. */
      readonly askedBy?: string;
    },
  ): Promise<void>;
  /** Forgets all mails to an address. */
  forget(tx: Db, address: string): Promise<number>;
}

export interface SessionKeys {
  signing(): { readonly kid: string; readonly privateKey: KeyObject };
  /** Null for a key of nobody. */
  publicKey(kid: string): KeyObject | null;
}
