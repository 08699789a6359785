import type { Meter } from '../meter.ts';
import { decodeTimes } from '../window.ts';

/** A row of `meters`. */
export interface MeterRow {
  readonly owner_id: string;
  readonly fence: number;
  readonly anchor_ms: number;
  readonly period_start_ms: number;
  readonly period_end_ms: number;
  readonly used_millicredits: number;
  readonly charged_total_millicredits: number;
  readonly requests_total: number;
  readonly recent: string;
}

export const meterOf = (row: MeterRow): Meter => ({
  ownerId: row.owner_id,
  fence: row.fence,
  anchorMs: row.anchor_ms,
  periodStartMs: row.period_start_ms,
  periodEndMs: row.period_end_ms,
  usedMillicredits: row.used_millicredits,
  chargedTotalMillicredits: row.charged_total_millicredits,
  requestsTotal: row.requests_total,
  recent: decodeTimes(row.recent),
});

export const meterColumns =
  'owner_id, fence, anchor_ms, period_start_ms, period_end_ms, used_millicredits, charged_total_millicredits, requests_total, recent';
