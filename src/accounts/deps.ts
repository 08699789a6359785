import type { SubscriptionTiers } from '../config/index.ts';
import type { Clock, Random, Terms } from '../kernel/index.ts';
import type { Control, Db } from '../storage/index.ts';

export interface AccountsDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly random: Random;
  readonly tiers: SubscriptionTiers;
  /** How long a subscription works after a failed payment. */
  readonly graceMs: number;
  /** The ledger's side of a change, in the same transaction; bound in app.ts. */
  readonly meters: {
    openMeter(tx: Db, ownerId: string): Promise<void>;
    moveFence(tx: Db, ownerIds: readonly string[]): Promise<void>;
    setUsed(tx: Db, ownerId: string, terms: Terms, usedMillicredits: number): Promise<void>;
  };
  readonly periodAt: (anchorMs: number, nowMs: number) => { readonly endMs: number };
}
