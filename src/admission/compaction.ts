import { inTransaction, type Control } from '../storage/index.ts';
import { deleteUsage, listUsageAfter, upsertUsageHours, type UsageHour, type UsageRow } from './store/usage-store.ts';

const hourMs = 3_600_000;
const rowsPerTransaction = 5000;

/** sumHours adds usage rows up by owner, credential, operation, hour and status; an unknown ending counts as status 0. */
export const sumHours = (rows: readonly UsageRow[]): UsageHour[] => {
  const hours = new Map<string, UsageHour>();
  for (const row of rows) {
    const hour = row.at_ms - (row.at_ms % hourMs);
    const status = row.status ?? 0;
    const key = [row.owner_id, row.credential_id, row.operation, hour, status].join(' ');
    const known = hours.get(key);
    hours.set(key, {
      owner_id: row.owner_id,
      credential_id: row.credential_id,
      operation: row.operation,
      hour_ms: hour,
      status,
      requests: (known?.requests ?? 0) + 1,
      charged_millicredits: (known?.charged_millicredits ?? 0) + row.charged_millicredits,
      latency_us_total: (known?.latency_us_total ?? 0) + (row.latency_us ?? 0),
    });
  }
  return [...hours.values()];
};

/**
 * compactUsage turns usage rows from before `beforeMs` into hourly figures and returns how many. Requests without an
 * ending are left until `openBeforeMs`. Each step moves its rows and their sums in one transaction, so the ledger equals
 * usage at every moment, also after a crash in between.
 */
export const compactUsage = async (control: Control, beforeMs: number, openBeforeMs: number): Promise<number> => {
  let compacted = 0;
  let lastId = 0;
  for (;;) {
    const { read, moved } = await inTransaction(control.db, async (tx) => {
      const rows = await listUsageAfter(tx, control.engine, lastId, rowsPerTransaction);
      const old = rows.filter((row) => row.at_ms < (row.status === null ? Math.min(beforeMs, openBeforeMs) : beforeMs));
      await upsertUsageHours(tx, sumHours(old));
      await deleteUsage(
        tx,
        old.map((row) => row.id),
      );
      return { read: rows, moved: old.length };
    });
    compacted += moved;
    lastId = read.at(-1)?.id ?? lastId;
    // Nodes number their rows in blocks, so old rows may follow young ones; a whole step of young ones is the end.
    if (moved === 0 || read.length < rowsPerTransaction) return compacted;
  }
};
