import { meterColumns } from './meter-row.ts';

/**
 * One statement confirms and writes: it locks the owners' rows at the versions that the batch was decided on, and the
 * usage rows of its refunds while they have no ending, and writes only if every one was found so. JSON carries the rows,
 * neighbours that are alike as one.
 */
export const writeSql = `
with want as materialized (
  select * from json_to_recordset($1::json) as w(owner_id text, version bigint, changed boolean, anchor_ms bigint,
    period_start_ms bigint, period_end_ms bigint, used_millicredits bigint, charged_total_millicredits bigint,
    requests_total bigint, recent text)
), held as materialized (
  select m.owner_id from meters m join want w on m.owner_id = w.owner_id and m.version = w.version
  order by m.owner_id for update of m
), ended as materialized (
  select u.id, s.status, s.latency, s.refunded
  from unnest($7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::boolean[], $12::boolean[])
    as s(id, at_ms, status, latency, refunded, void)
  join usage u on u.id = s.id and u.at_ms = s.at_ms and (u.status is null or s.void and u.status <> s.status)
  order by u.id for update of u
), verdict as materialized (
  select (select count(*) from held) = $2::bigint
    and (select count(*) from ended where refunded) = $6::bigint as confirmed
), metered as (
  update meters m set version = m.version + 1, anchor_ms = w.anchor_ms, period_start_ms = w.period_start_ms,
    period_end_ms = w.period_end_ms, used_millicredits = w.used_millicredits,
    charged_total_millicredits = w.charged_total_millicredits, requests_total = w.requests_total, recent = w.recent
  from want w, verdict where verdict.confirmed and w.changed and m.owner_id = w.owner_id
), used as (
  insert into usage (id, owner_id, credential_id, operation, at_ms, price_millicredits, charged_millicredits, address,
    client, status, latency_us)
  select u.id + used.place - 1, u.owner_id, u.credential_id, u.operation, $5::bigint, u.price, u.charged, u.address,
    u.client, u.status, used.latency
  from verdict, json_to_recordset($3::json) as u(id bigint, latencies bigint[], owner_id text, credential_id text,
    operation text, price bigint, charged bigint, address text, client text, status bigint)
  cross join unnest(u.latencies) with ordinality as used(latency, place) where verdict.confirmed
), active as (
  update credential_activity c set requests = c.requests + a.requests, last_used_at_ms = $5::bigint,
    last_used_address = a.address
  from json_to_recordset($4::json) as a(credential_id text, requests bigint, address text), verdict
  where verdict.confirmed and c.credential_id = a.credential_id
), settled as (
  update usage u set status = e.status, latency_us = e.latency,
    charged_millicredits = case when e.refunded then 0 else u.charged_millicredits end
  from ended e, verdict where verdict.confirmed and u.id = e.id
)
select confirmed from verdict`;

export const openSql = `select u.id from json_to_recordset($1::json) as s(id bigint, at_ms bigint, status bigint, void boolean)
  join usage u on u.id = s.id and u.at_ms = s.at_ms and (u.status is null or s.void and u.status <> s.status)
  order by u.id`;

export const readSql = `select version, ${meterColumns} from meters where owner_id = any($1::text[]) order by owner_id`;

/** Afterwards no statement that was decided before is confirmed. It locks in the order in which all do. */
export const outdateSql = `
with held as materialized (
  select owner_id from meters where owner_id = any($1::text[]) order by owner_id for update
)
update meters m set version = m.version + 1 from held where m.owner_id = held.owner_id`;
