import type pg from 'pg';
import { AppError, fail } from '../../kernel/index.ts';
import { translateError, type Control, type Direct } from '../../storage/index.ts';
import type { Meter } from '../meter.ts';
import type { AdmissionOutcome, AdmissionRequest } from '../types.ts';
import { encodeTimes } from '../window.ts';
import { refundOf, workOut, type BatchEffect } from './batch-state.ts';
import { trialSql, type Ledger, type LedgerSettlement } from './ledger.ts';
import { meterOf, type MeterRow } from './meter-row.ts';
import { openSql, outdateSql, readSql, writeSql } from './postgres-statements.ts';
import { useRuns, type UseRun } from './runs.ts';

interface KnownMeter {
  readonly row: MeterRow & { readonly version: number };
}

/** Owners whose row is remembered between batches. */
const metersKept = 20_000;
/** Usage numbers taken from the sequence at a time. */
const usageIdBlock = 2000;
/** Batches decided on remembered rows before the rows are locked first. */
const optimisticAttempts = 2;
/** Unconfirmed charges remembered while the database is away. */
const doubtfulKept = 20_000;

/**
 * createPostgresLedger keeps the ledger in PostgreSQL. A node decides on the owners' rows as it last saw them; the
 * writing statement confirms their versions, so one round trip and one commit answer a whole batch. When another node
 * was faster, the rows are read again, and after that locked before deciding.
 */
export const createPostgresLedger = (
  control: Control,
  direct: Extract<Direct, { engine: 'postgres' }>,
  durability: 'full' | 'process',
): Ledger => {
  const pool = direct.open(durability);
  const known = new Map<string, KnownMeter>();
  const usageIds: number[] = [];
  /** What the running statement charges, until its commit is known. */
  let pending: readonly LedgerSettlement[] = [];
  /** Charges whose commit was never confirmed. Their requests were refused, so what is there of them is given back. */
  let doubtful: readonly LedgerSettlement[] = [];

  const readMeters = async (client: pg.PoolClient, ownerIds: readonly string[], lock: boolean): Promise<void> => {
    const { rows } = await client.query<MeterRow & { version: number }>({
      name: lock ? 'ledger-lock' : 'ledger-read',
      text: lock ? `${readSql} for update` : readSql,
      values: [ownerIds],
    });
    for (const ownerId of ownerIds) known.delete(ownerId);
    for (const row of rows) known.set(row.owner_id, { row });
  };

  /** openEndings leaves out the endings of rows that are gone or have ended: a commit whose answer was lost wrote them. */
  const openEndings = async (
    client: pg.PoolClient,
    endings: readonly LedgerSettlement[],
    lock: boolean,
  ): Promise<readonly LedgerSettlement[]> => {
    if (endings.length === 0) return endings;
    const { rows } = await client.query<{ id: number }>(lock ? `${openSql} for update of u` : openSql, [
      JSON.stringify(
        endings.map(({ usageId, chargedAtMs, status, isVoid = false }) => ({
          id: usageId,
          at_ms: chargedAtMs,
          status,
          void: isVoid,
        })),
      ),
    ]);
    const open = new Set(rows.map(({ id }) => id));
    return endings.filter(({ usageId }) => open.has(usageId));
  };

  /**
   * committedOf leaves out the charges that were not committed, and sees to it that they never are: the statement may still
   * be on its way, or wait on the server. Either it has ended before, and is seen, or it no longer finds its versions.
   */
  const committedOf = async (
    client: pg.PoolClient,
    charges: readonly LedgerSettlement[],
  ): Promise<readonly LedgerSettlement[]> => {
    const ownerIds = [...new Set(charges.map(({ ownerId }) => ownerId))];
    await client.query(outdateSql, [ownerIds]);
    for (const ownerId of ownerIds) known.delete(ownerId);
    return openEndings(client, charges, false);
  };

  const takeUsageIds = async (client: pg.PoolClient, count: number): Promise<void> => {
    if (usageIds.length >= count) return;
    const { rows } = await client.query<{ id: number }>(
      "select nextval(pg_get_serial_sequence('usage', 'id')) as id from generate_series(1, $1)",
      [Math.max(usageIdBlock, count)],
    );
    usageIds.push(...rows.map((row) => row.id).toReversed());
  };

  const decideBatch = (
    ownerIds: readonly string[],
    requests: readonly AdmissionRequest[],
    settlements: readonly LedgerSettlement[],
    nowMs: number,
  ): { effect: BatchEffect; meters: ReadonlyMap<string, Meter>; spare: number[] } => {
    const meters = new Map<string, Meter>();
    for (const ownerId of ownerIds) {
      const remembered = known.get(ownerId);
      if (remembered !== undefined) meters.set(ownerId, meterOf(remembered.row));
    }
    const spare = usageIds.slice();
    const effect = workOut(
      (ownerId) => meters.get(ownerId),
      requests,
      settlements,
      nowMs,
      () => spare.pop() ?? Number.NaN,
    );
    return { effect, meters, spare };
  };

  const attempt = async (
    client: pg.PoolClient,
    ownerIds: readonly string[],
    requests: readonly AdmissionRequest[],
    settlements: readonly LedgerSettlement[],
    nowMs: number,
  ): Promise<readonly AdmissionOutcome[] | null> => {
    const { effect, meters, spare } = decideBatch(ownerIds, requests, settlements, nowMs);
    const want = [...meters.values()].map((meter) => ({
      owner_id: meter.ownerId,
      version: known.get(meter.ownerId)?.row.version ?? -1,
      changed: effect.changed.has(meter.ownerId),
      fence: meter.fence,
      anchor_ms: meter.anchorMs,
      period_start_ms: meter.periodStartMs,
      period_end_ms: meter.periodEndMs,
      used_millicredits: meter.usedMillicredits,
      charged_total_millicredits: meter.chargedTotalMillicredits,
      requests_total: meter.requestsTotal,
      recent: encodeTimes(meter.recent),
    }));
    pending = effect.entries.map((entry) => refundOf(entry, nowMs));
    const { rows } = await client.query<{ confirmed: boolean }>({
      name: 'ledger-write',
      text: writeSql,
      values: [
        JSON.stringify(want),
        want.length,
        JSON.stringify(useRuns(effect.entries).map(usageRows)),
        JSON.stringify(
          [...effect.activity].map(([id, { requests: count, address }]) => ({
            credential_id: id,
            requests: count,
            address,
          })),
        ),
        nowMs,
        settlements.filter(({ refundMillicredits }) => refundMillicredits > 0).length,
        ...endingColumns(settlements),
      ],
    });
    if (rows[0]?.confirmed !== true) return null;
    usageIds.length = spare.length;
    if (known.size > metersKept) known.clear();
    for (const { changed, ...row } of want) {
      known.set(row.owner_id, { row: { ...row, version: row.version + (changed ? 1 : 0) } });
    }
    return effect.outcomes;
  };

  const commitOn = async (
    client: pg.PoolClient,
    requests: readonly AdmissionRequest[],
    settlements: readonly LedgerSettlement[],
    nowMs: number,
  ): Promise<readonly AdmissionOutcome[]> => {
    let endings = doubtful.length === 0 ? settlements : [...settlements, ...(await committedOf(client, doubtful))];
    // One message is one transaction.
    if (requests.length === 0 && endings.length === 0) await client.query(trialSql);
    const ownerIds = [
      ...new Set([...requests.map(({ credential }) => credential.ownerId), ...endings.map(({ ownerId }) => ownerId)]),
    ];
    await takeUsageIds(client, requests.length);
    const unknown = ownerIds.filter((ownerId) => !known.has(ownerId));
    if (unknown.length > 0) await readMeters(client, unknown, false);
    for (let tries = 0; tries < optimisticAttempts; tries++) {
      const outcomes = await attempt(client, ownerIds, requests, endings, nowMs);
      if (outcomes !== null) return outcomes;
      endings = await openEndings(client, endings, false);
      await readMeters(client, ownerIds, false);
    }
    await client.query('begin');
    await readMeters(client, ownerIds, true);
    endings = await openEndings(client, endings, true);
    const outcomes = await attempt(client, ownerIds, requests, endings, nowMs);
    await client.query('commit');
    if (outcomes === null) throw fail('storage.busy', { internal: 'locked meters were not found at their version' });
    return outcomes;
  };

  return {
    commit: async (requests, settlements, nowMs) => {
      let client: pg.PoolClient | null = null;
      try {
        client = await pool.connect();
        const outcomes = await commitOn(client, requests, settlements, nowMs);
        pending = [];
        doubtful = [];
        client.release();
        return outcomes;
      } catch (error) {
        // The connection may be in the middle of a transaction, and what was remembered may be wrong: drop both. The
        // usage numbers may be taken, too.
        client?.release(true);
        known.clear();
        usageIds.length = 0;
        doubtful = [...doubtful, ...pending].slice(0, doubtfulKept);
        pending = [];
        const translated = translateError(control.engine, error);
        throw translated instanceof AppError ? translated : fail('storage.unavailable', { cause: error });
      }
    },
    close: () => pool.end(),
  };
};

const usageRows = ({ first, latencies }: UseRun) => ({
  id: first.usageId,
  latencies,
  owner_id: first.request.credential.ownerId,
  credential_id: first.request.credential.id,
  operation: first.request.operationId,
  price: first.request.priceMillicredits,
  charged: first.chargedMillicredits,
  address: first.request.address,
  client: first.request.client,
  status: first.ending?.status ?? null,
});

/** Arrays, because the server expects few rows of them and so looks each one up by its key, however large the table is. */
const endingColumns = (endings: readonly LedgerSettlement[]): readonly string[] => [
  arrayText(endings, (ending) => ending.usageId),
  arrayText(endings, (ending) => ending.chargedAtMs),
  arrayText(endings, (ending) => ending.status),
  arrayText(endings, (ending) => ending.latencyMicroseconds),
  arrayText(endings, (ending) => ending.refundMillicredits > 0),
  arrayText(endings, (ending) => ending.isVoid === true),
];

const arrayText = <Item>(items: readonly Item[], value: (item: Item) => number | boolean): string =>
  `{${items.map(value).join(',')}}`;
