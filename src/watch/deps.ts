import type { Accounts } from '../accounts/index.ts';
import type { AuditSink, Clock } from '../kernel/index.ts';
import type { Control, Db } from '../storage/index.ts';

export interface WatchDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly audit: AuditSink<Db>;
  /** A project's turn, and who belongs to it. */
  readonly projects: Pick<Accounts['projectTurns'], 'lock' | 'touch' | 'lockPerson' | 'belongs'>;
}
