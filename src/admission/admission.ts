import { fail, type AppError, type Clock, type Log } from '../kernel/index.ts';
import { inTransaction, type Control, type Db } from '../storage/index.ts';
import { createBatcher } from './batch.ts';
import { compactUsage } from './compaction.ts';
import { readMeter, rollPeriod } from './meter.ts';
import { pruneTimes } from './window.ts';
import type { Ledger } from './store/ledger.ts';
import { findFence, findMeter, insertAdjustment, insertMeter, updateFences } from './store/meter-store.ts';
import { createPostgresLedger } from './store/postgres-ledger.ts';
import { createSqliteLedger } from './store/sqlite-ledger.ts';
import { listDiscrepancies, type Discrepancy } from './store/usage-store.ts';
import type { AdmissionOutcome, AdmissionRequest, MeterReading, Settlement, Terms } from './types.ts';

export interface AdmissionDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly log: Log;
  /** `full`: a commit reaches the disk before it counts. `process`: it survives the process, not a power loss. */
  readonly durability: 'full' | 'process';
}

export interface Admission {
  /** admit confirms and charges a request, committed before the promise resolves. Throws `admission.unavailable`. */
  admit(request: AdmissionRequest): Promise<AdmissionOutcome>;
  /** enter is `admit` without a promise, for the hot path: `done` must not throw. */
  enter(request: AdmissionRequest, done: (outcome: AdmissionOutcome | AppError) => void): void;
  /** settle records how an admitted request ended; resolves when it is committed (or the first try failed). */
  settle(settlement: Settlement): Promise<void>;
  /** settleLater records the ending with one of the next commits, without a promise to wait on. */
  settleLater(settlement: Settlement): void;
  /** ready resolves when requests can be charged, as far as the last commit tells. Throws `admission.unavailable`. */
  ready(): Promise<void>;
  /** openMeter opens the ledger row of a new owner, in the transaction that creates the owner. */
  openMeter(tx: Db, ownerId: string): Promise<void>;
  /** moveFence makes every decision on older knowledge of these owners void from the commit of `tx` on. */
  moveFence(tx: Db, ownerIds: readonly string[]): Promise<void>;
  fenceOf(db: Db, ownerId: string): Promise<number | undefined>;
  /** reading returns the owner's figures without charging. An owner without a ledger row throws `account.not_found`. */
  reading(ownerId: string, terms: Terms, atMs: number): Promise<MeterReading>;
  /** setUsed corrects the credits used in the current period, leaving a usage row that says so. */
  setUsed(tx: Db, ownerId: string, terms: Terms, usedMillicredits: number): Promise<void>;
  /** compact turns usage rows from before `beforeMs` into hourly figures, and leaves those without an ending for an hour. */
  compact(beforeMs: number): Promise<number>;
  /** discrepancies lists the owners whose ledger differs from the sum of their usage: none, ever. */
  discrepancies(): Promise<Discrepancy[]>;
  close(): Promise<void>;
}

/** A request without an ending for that long has lost it. */
const openMsMax = 3_600_000;

const createLedger = ({ control, durability, clock }: AdmissionDeps): Ledger =>
  control.direct.engine === 'sqlite'
    ? createSqliteLedger(control, control.direct, durability, clock)
    : createPostgresLedger(control, control.direct, durability);

export const createAdmission = (deps: AdmissionDeps): Admission => {
  const { control, clock } = deps;
  const batcher = createBatcher(createLedger(deps), clock, deps.log);
  return {
    admit: batcher.admit,
    enter: batcher.enter,
    settle: batcher.settle,
    settleLater: batcher.settleLater,
    ready: batcher.ready,
    openMeter: insertMeter,
    moveFence: updateFences,
    fenceOf: findFence,
    reading: async (ownerId, terms, atMs) => {
      const meter = await findMeter(control.db, ownerId);
      if (meter === undefined) throw fail('account.not_found');
      rollPeriod(meter, terms, atMs);
      if (terms.rate !== null) meter.recent = pruneTimes(meter.recent, atMs, terms.rate.windowMs);
      return readMeter(meter, terms, atMs);
    },
    setUsed: (db, ownerId, terms, usedMillicredits) =>
      inTransaction(db, async (tx) => {
        // The fence moves first: it takes the row's lock, so that no batch charges between reading and writing.
        await updateFences(tx, [ownerId]);
        const meter = await findMeter(tx, ownerId);
        if (meter === undefined) throw fail('account.not_found');
        rollPeriod(meter, terms, clock.nowMs());
        await insertAdjustment(tx, meter, usedMillicredits - meter.usedMillicredits, clock.nowMs());
      }),
    compact: (beforeMs) => compactUsage(control, beforeMs, clock.nowMs() - openMsMax),
    discrepancies: () => listDiscrepancies(control.db),
    close: batcher.close,
  };
};
