import type { DatabaseSync } from 'node:sqlite';
import { AppError, fail, type Clock } from '../../kernel/index.ts';
import { translateError, type Control, type Direct } from '../../storage/index.ts';
import type { Meter } from '../meter.ts';
import type { AdmissionOutcome, AdmissionRequest } from '../types.ts';
import { encodeTimes } from '../window.ts';
import { workOut, type BatchEffect } from './batch-state.ts';
import { trialSql, type Ledger, type LedgerSettlement } from './ledger.ts';
import { createHotRows } from './hot-rows.ts';
import { meterColumns, meterOf, type MeterRow } from './meter-row.ts';
import { endingRuns, useRuns } from './runs.ts';

/** How long a batch waits for another process that writes, and how often it looks. */
const waitMs = 5000;
const retryMs = 1;
const cacheKib = 65_536;
/** 40 MB of 4 KiB pages. */
const checkpointPages = 10_000;
/** Owners whose row is remembered between batches. */
const metersKept = 20_000;

const usageColumns =
  'owner_id, credential_id, operation, at_ms, price_millicredits, charged_millicredits, address, client, status';

const prepare = (database: DatabaseSync) => ({
  begin: database.prepare('begin immediate'),
  commit: database.prepare('commit'),
  rollback: database.prepare('rollback'),
  /** Moves with every commit of another connection. */
  dataVersion: database.prepare('pragma data_version'),
  meter: database.prepare(`select ${meterColumns} from meters where owner_id = ?`),
  lastUsageId: database.prepare('select coalesce(max(id), 0) as id from usage'),
  insertUsage: database.prepare(
    `insert into usage (${usageColumns}, latency_us, id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  /** Rows that differ in number and latency only, from one statement. */
  insertUsages: database.prepare(
    `insert into usage (${usageColumns}, latency_us, id)
     select ?, ?, ?, ?, ?, ?, ?, ?, ?, latency.value, ? + latency.key from json_each(?) as latency`,
  ),
  /** Endings of neighbouring rows that differ in their latency only. */
  settle: database.prepare(
    `update usage set status = ?, latency_us = latency.value from json_each(?) as latency
     where usage.id = ? + latency.key and usage.at_ms = ? and usage.status is null`,
  ),
  settleRefunded: database.prepare(
    `update usage set status = ?, latency_us = ?, charged_millicredits = 0
     where id = ? and at_ms = ? and status is null`,
  ),
  updateMeter: database.prepare(
    `update meters set version = version + 1, anchor_ms = ?, period_start_ms = ?, period_end_ms = ?, used_millicredits = ?,
       charged_total_millicredits = ?, requests_total = ?, recent = ? where rowid = ?`,
  ),
  updateActivity: database.prepare(
    `update credential_activity set requests = requests + ?, last_used_at_ms = ?, last_used_address = ?
     where rowid = ?`,
  ),
});

/**
 * createSqliteLedger keeps the ledger in the control plane's file, on a connection of its own. The commit is synchronous
 * and short; `synchronous = full` makes it reach the disk before it returns, `normal` survives the death of the process
 * but may lose the last commits when the machine loses power.
 */
export const createSqliteLedger = (
  control: Control,
  direct: Extract<Direct, { engine: 'sqlite' }>,
  durability: 'full' | 'process',
  clock: Clock,
): Ledger => {
  const database = direct.open();
  // Waiting inside SQLite would stop every request of this process, so a busy file is tried again from outside.
  database.exec(`pragma busy_timeout = 0; pragma synchronous = ${durability === 'full' ? 'full' : 'normal'}`);
  // Many callers at once touch many pages: keep those at hand, and copy them back to the file less often.
  database.exec(`pragma cache_size = -${cacheKib}; pragma wal_autocheckpoint = ${checkpointPages};
    pragma temp_store = memory`);
  const statements = prepare(database);
  /** The rows as this connection left them, which holds until another one commits. */
  const meters = new Map<string, Meter>();
  const meterRows = createHotRows(database, 'meters', 'owner_id');
  const activityRows = createHotRows(database, 'credential_activity', 'credential_id');
  let lastUsageId = 0;
  let dataVersion: unknown = null;

  const forget = (): void => {
    meters.clear();
    meterRows.forget();
    activityRows.forget();
    dataVersion = null;
  };

  /** In the transaction that has begun: forgets what another connection may have changed. */
  const refresh = (): void => {
    meterRows.begin();
    activityRows.begin();
    const current = statements.dataVersion.get()?.['data_version'];
    if (current === dataVersion && meters.size <= metersKept) return;
    forget();
    lastUsageId = Number(statements.lastUsageId.get()?.['id'] ?? 0);
    dataVersion = current;
  };

  const meterOfOwner = (ownerId: string): Meter | undefined => {
    const known = meters.get(ownerId);
    if (known !== undefined) return known;
    // The statement's columns are those of MeterRow, in a strict table.
    const row = statements.meter.get(ownerId) as MeterRow | undefined;
    if (row === undefined) return undefined;
    const read = meterOf(row);
    meters.set(ownerId, read);
    return read;
  };

  const write = (effect: BatchEffect, nowMs: number): void => {
    for (const { first, latencies } of useRuns(effect.entries)) {
      const { usageId, request, chargedMillicredits, ending } = first;
      const insert = latencies.length === 1 ? statements.insertUsage : statements.insertUsages;
      insert.run(
        request.credential.ownerId,
        request.credential.id,
        request.operationId,
        nowMs,
        request.priceMillicredits,
        chargedMillicredits,
        request.address,
        request.client,
        ending === null ? null : ending.status,
        ...(latencies.length === 1 ? [latencies[0] ?? null, usageId] : [usageId, JSON.stringify(latencies)]),
      );
    }
    for (const ownerId of effect.changed) {
      const meter = meters.get(ownerId);
      const place = meterRows.placeOf(ownerId);
      if (meter === undefined || place === undefined) continue;
      statements.updateMeter.run(
        meter.anchorMs,
        meter.periodStartMs,
        meter.periodEndMs,
        meter.usedMillicredits,
        meter.chargedTotalMillicredits,
        meter.requestsTotal,
        encodeTimes(meter.recent),
        place,
      );
    }
    for (const [credentialId, { requests, address }] of effect.activity) {
      const place = activityRows.placeOf(credentialId);
      if (place !== undefined) statements.updateActivity.run(requests, nowMs, address, place);
    }
  };

  /** Writes endings; returns those with a refund that were the first ones of rows that are still there. */
  const settle = (settlements: readonly LedgerSettlement[]): readonly LedgerSettlement[] => {
    const refunds = settlements.filter(({ refundMillicredits }) => refundMillicredits > 0);
    const plain = refunds.length === 0 ? settlements : settlements.filter((one) => one.refundMillicredits === 0);
    for (const { first, latencies } of endingRuns(plain)) {
      statements.settle.run(first.status, JSON.stringify(latencies), first.usageId, first.chargedAtMs);
    }
    return refunds.filter(
      ({ usageId, status, latencyMicroseconds, chargedAtMs }) =>
        Number(statements.settleRefunded.run(status, latencyMicroseconds, usageId, chargedAtMs).changes) === 1,
    );
  };

  const runBatch = (
    requests: readonly AdmissionRequest[],
    settlements: readonly LedgerSettlement[],
    nowMs: number,
  ): readonly AdmissionOutcome[] => {
    refresh();
    if (requests.length === 0 && settlements.length === 0) database.exec(trialSql);
    const effect = workOut(meterOfOwner, requests, settle(settlements), nowMs, () => (lastUsageId += 1));
    write(effect, nowMs);
    return effect.outcomes;
  };

  /** Whether the transaction has begun; false when another process writes. */
  const tryBegin = (): boolean => {
    try {
      statements.begin.run();
      return true;
    } catch (error) {
      const translated = translateError(control.engine, error);
      if (translated instanceof AppError && translated.code === 'storage.busy') return false;
      throw translated;
    }
  };

  const begin = async (): Promise<void> => {
    const deadlineMs = clock.monotonicMs() + waitMs;
    while (!tryBegin()) {
      if (clock.monotonicMs() >= deadlineMs) throw fail('storage.busy', { internal: 'another process writes' });
      await new Promise<void>((resolve) => clock.after(retryMs, resolve));
    }
  };

  /** Runs a batch in the transaction that has begun. */
  const conclude = (
    requests: readonly AdmissionRequest[],
    settlements: readonly LedgerSettlement[],
    nowMs: number,
  ): readonly AdmissionOutcome[] => {
    try {
      const outcomes = runBatch(requests, settlements, nowMs);
      statements.commit.run();
      return outcomes;
    } catch (error) {
      forget();
      if (database.isTransaction) statements.rollback.run();
      const translated = translateError(control.engine, error);
      throw translated instanceof AppError ? translated : fail('storage.unavailable', { cause: error });
    }
  };

  const { writer } = direct;
  return {
    commit: (requests, settlements, nowMs) => {
      if (writer.tryAcquire()) {
        try {
          if (tryBegin()) return conclude(requests, settlements, nowMs);
        } finally {
          writer.release();
        }
      }
      return writer.run(async () => {
        await begin();
        return conclude(requests, settlements, nowMs);
      });
    },
    close: async () => database.close(),
  };
};
