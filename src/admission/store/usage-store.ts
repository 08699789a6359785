import { sql } from 'kysely';
import type { Db, Engine } from '../../storage/index.ts';

export interface UsageRow {
  readonly id: number;
  readonly owner_id: string;
  readonly credential_id: string;
  readonly operation: string;
  readonly at_ms: number;
  readonly charged_millicredits: number;
  readonly status: number | null;
  readonly latency_us: number | null;
}

/** listUsageAfter returns the first rows numbered above `id`, in order, locked for the transaction. */
export const listUsageAfter = (db: Db, engine: Engine, id: number, limit: number): Promise<UsageRow[]> =>
  engine
    .lockRows(
      db
        .selectFrom('usage')
        .select([
          'id',
          'owner_id',
          'credential_id',
          'operation',
          'at_ms',
          'charged_millicredits',
          'status',
          'latency_us',
        ])
        .where('id', '>', id)
        .orderBy('id')
        .limit(limit),
    )
    .execute();

export const deleteUsage = async (db: Db, ids: readonly number[]): Promise<void> => {
  for (let from = 0; from < ids.length; from += 5000) {
    await db
      .deleteFrom('usage')
      .where('id', 'in', ids.slice(from, from + 5000))
      .execute();
  }
};

export interface UsageHour {
  readonly owner_id: string;
  readonly credential_id: string;
  readonly operation: string;
  readonly hour_ms: number;
  readonly status: number;
  readonly requests: number;
  readonly charged_millicredits: number;
  readonly latency_us_total: number;
}

/** upsertUsageHours adds to the hourly figures. */
export const upsertUsageHours = async (db: Db, hours: readonly UsageHour[]): Promise<void> => {
  for (let from = 0; from < hours.length; from += 500) {
    await db
      .insertInto('usage_hours')
      .values(hours.slice(from, from + 500))
      .onConflict((conflict) =>
        conflict.columns(['owner_id', 'credential_id', 'operation', 'hour_ms', 'status']).doUpdateSet((expression) => ({
          requests: expression('usage_hours.requests', '+', expression.ref('excluded.requests')),
          charged_millicredits: expression(
            'usage_hours.charged_millicredits',
            '+',
            expression.ref('excluded.charged_millicredits'),
          ),
          latency_us_total: expression(
            'usage_hours.latency_us_total',
            '+',
            expression.ref('excluded.latency_us_total'),
          ),
        })),
      )
      .execute();
  }
};

/** An owner whose meter and usage rows disagree. */
export interface Discrepancy {
  readonly ownerId: string;
  readonly meterMillicredits: number;
  readonly usageMillicredits: number;
  readonly meterRequests: number;
  readonly usageRequests: number;
}

/** listDiscrepancies compares every meter with the sum of its usage, in one snapshot; an empty list is the invariant. */
export const listDiscrepancies = async (db: Db): Promise<Discrepancy[]> => {
  // The sums are cast because PostgreSQL sums integers to a text-like numeric.
  const { rows } = await sql<Record<keyof Discrepancy, string | number>>`
    select m.owner_id as "ownerId", m.charged_total_millicredits as "meterMillicredits",
      m.requests_total as "meterRequests",
      cast(coalesce(u.charged, 0) + coalesce(h.charged, 0) as bigint) as "usageMillicredits",
      cast(coalesce(u.requests, 0) + coalesce(h.requests, 0) as bigint) as "usageRequests"
    from meters m
    left join (select owner_id, sum(charged_millicredits) as charged, count(*) as requests from usage group by owner_id) u
      on u.owner_id = m.owner_id
    left join (select owner_id, sum(charged_millicredits) as charged, sum(requests) as requests from usage_hours
      group by owner_id) h on h.owner_id = m.owner_id
    where m.charged_total_millicredits <> coalesce(u.charged, 0) + coalesce(h.charged, 0)
      or m.requests_total <> coalesce(u.requests, 0) + coalesce(h.requests, 0)
    order by m.owner_id`.execute(db);
  return rows.map((row) => ({
    ownerId: String(row.ownerId),
    meterMillicredits: Number(row.meterMillicredits),
    usageMillicredits: Number(row.usageMillicredits),
    meterRequests: Number(row.meterRequests),
    usageRequests: Number(row.usageRequests),
  }));
};
