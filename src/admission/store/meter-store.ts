import type { Db } from '../../storage/index.ts';
import type { Meter } from '../meter.ts';
import { meterOf } from './meter-row.ts';

/** Operation name of usage rows that an operator's correction writes, so that ledger and usage stay equal. */
export const adjustmentOperation = 'ledger.adjustment';

/** insertMeter opens the ledger row of a new owner, with nothing used and no period yet. */
export const insertMeter = async (db: Db, ownerId: string): Promise<void> => {
  await db
    .insertInto('meters')
    .values({
      owner_id: ownerId,
      fence: 1,
      version: 1,
      anchor_ms: 0,
      period_start_ms: 0,
      period_end_ms: 0,
      used_millicredits: 0,
      charged_total_millicredits: 0,
      requests_total: 0,
      recent: '',
    })
    .execute();
};

/** updateFences moves the fence of each owner: from the commit on, nothing decided on older knowledge is let in. */
export const updateFences = async (db: Db, ownerIds: readonly string[]): Promise<void> => {
  await db
    .updateTable('meters')
    .set((expression) => ({
      fence: expression('fence', '+', 1),
      version: expression('version', '+', 1),
    }))
    .where('owner_id', 'in', ownerIds)
    .execute();
};

export const findMeter = async (db: Db, ownerId: string): Promise<Meter | undefined> => {
  const row = await db.selectFrom('meters').selectAll().where('owner_id', '=', ownerId).executeTakeFirst();
  return row === undefined ? undefined : meterOf(row);
};

export const findFence = async (db: Db, ownerId: string): Promise<number | undefined> => {
  const row = await db.selectFrom('meters').select('fence').where('owner_id', '=', ownerId).executeTakeFirst();
  return row?.fence;
};

/** insertAdjustment corrects the used credits by `deltaMillicredits`, as a usage row like any other. */
export const insertAdjustment = async (
  db: Db,
  meter: Meter,
  deltaMillicredits: number,
  nowMs: number,
): Promise<void> => {
  await db
    .insertInto('usage')
    .values({
      owner_id: meter.ownerId,
      credential_id: '',
      operation: adjustmentOperation,
      at_ms: nowMs,
      price_millicredits: deltaMillicredits,
      charged_millicredits: deltaMillicredits,
      status: 0,
      latency_us: 0,
      address: '',
      client: '',
    })
    .execute();
  await db
    .updateTable('meters')
    .set((expression) => ({
      version: expression('version', '+', 1),
      anchor_ms: meter.anchorMs,
      period_start_ms: meter.periodStartMs,
      period_end_ms: meter.periodEndMs,
      used_millicredits: meter.usedMillicredits + deltaMillicredits,
      charged_total_millicredits: expression('charged_total_millicredits', '+', deltaMillicredits),
      requests_total: expression('requests_total', '+', 1),
    }))
    .where('owner_id', '=', meter.ownerId)
    .execute();
};
