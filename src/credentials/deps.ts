import type { Actor, AuditSink, Clock, Log, Random } from '../kernel/index.ts';
import type { Control, Db } from '../storage/index.ts';
import type { Peppers } from './digest.ts';
import type { OwnerStanding } from './judgement.ts';

export interface CredentialsDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly peppers: Peppers;
  readonly audit: AuditSink<Db>;
  /** What the owner may do, or null when it does not exist; in a transaction, as of it. */
  readonly standing: (ownerId: string, within?: Db) => Promise<OwnerStanding | null>;
  /** Moves the owner's fence in the transaction of the change; bound in parts.ts. */
  readonly moveFence: (tx: Db, ownerIds: readonly string[]) => Promise<void>;
  /** Whether a person may issue, change and end credentials of the owner. Asked for actors of kind `user` only. */
  readonly mayManage: (actor: Actor, ownerId: string) => Promise<boolean>;
  /** Whether a credential that the person created for the owner may go on working: not disabled, still a member. */
  readonly creatorMayHold: (ownerId: string, userId: string) => Promise<boolean>;
  /** E-mail addresses of the people who answer for the owner. */
  readonly contactsOf: (ownerId: string) => Promise<readonly string[]>;
  readonly mail: {
    send(
      tx: Db,
      mail: { readonly to: string; readonly subject: string; readonly text: string; readonly dedupeKey?: string },
    ): Promise<unknown>;
  };
}
