import type { AdmissionOutcome, AdmissionRequest } from '../types.ts';

/** What a batch with nothing in it writes; nobody else sees the row, and no number is used up. */
export const trialSql = `
  insert into usage (id, owner_id, credential_id, operation, at_ms, price_millicredits, charged_millicredits, address, client)
    values (-1, '', '', '', 0, 0, 0, '', '');
  delete from usage where id = -1`;

/** A settlement as the ledger needs it: what was charged and when is known from the admission. */
export interface LedgerSettlement {
  readonly usageId: number;
  readonly ownerId: string;
  readonly status: number;
  readonly latencyMicroseconds: number;
  /** What to give back: the charge, or 0. */
  readonly refundMillicredits: number;
  readonly chargedAtMs: number;
  /** Set for a request that was refused after all: its row may have an ending already, which is void. */
  readonly isVoid?: true;
}

/**
 * Ledger commits a batch: settlements first, then each request decided in order under its owner's row, all in one
 * transaction, as durably as configured. An ending counts once, while its usage row is there and has none. When it fails,
 * nothing of the batch can be relied on. Calls do not overlap.
 */
export interface Ledger {
  /**
   * At once where nothing has to be waited for. A batch with nothing in it writes what a charge would and takes it back:
   * whoever has it committed asks whether a charge could be. Fails with `storage.…`.
   */
  commit(
    requests: readonly AdmissionRequest[],
    settlements: readonly LedgerSettlement[],
    nowMs: number,
  ): readonly AdmissionOutcome[] | Promise<readonly AdmissionOutcome[]>;
  close(): Promise<void>;
}
