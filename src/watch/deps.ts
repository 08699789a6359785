import type { Accounts } from '../accounts/index.ts';
import type { AuditSink, Clock, Random } from '../kernel/index.ts';
import type { Sealing } from '../keyring/index.ts';
import type { AddressCheck } from '../outbound/index.ts';
import type { Control, Db } from '../storage/index.ts';

export interface WatchDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly audit: AuditSink<Db>;
  readonly random: Random;
  /** Address of the server in links, without a trailing slash. */
  readonly publicUrl: string;
  readonly mail: {
    /** Throws `mail.limited` when the organisation has asked too often for confirmations. */
    send(
      tx: Db,
      mail: { readonly to: string; readonly subject: string; readonly text: string; readonly askedBy: string },
    ): Promise<void>;
  };
  /** Encrypts where notifications go, and with what. */
  readonly sealing: Sealing;
  /** Refuses addresses that no call could reach. */
  readonly checkAddress: AddressCheck;
  /** A project's turn, and who belongs to it. */
  readonly projects: Pick<Accounts['projectTurns'], 'lock' | 'touch' | 'lockPerson' | 'belongs'>;
}
