/**
 * The tables of `catalog.db`. Always SQLite; rebuilt from the feeds when lost, so `synchronous = normal` is enough.
 * Forward-only: raise `catalogSchemaVersion` and an older file is emptied and filled anew by the next import; a newer one is refused.
 *
 * Units: times in epoch milliseconds; scores are CVSS × 10; `epss` and `epss_percentile` are × 100,000.
 * `revision` is the `change.seq` of the last change of the row (any source): two reads with the same revision give the
 * same answer, which makes it the record's entity tag.
 */
export const catalogSchemaVersion = 2;

/** Bodies and documents are a few kilobytes each: pages of this size hold several and seldom overflow. */
export const catalogPageBytes = 16_384;

export const catalogSchema = `
create table if not exists meta (key text primary key, value text not null) strict, without rowid;

-- one row a CVE: what lists filter and sort by. Small, so that the search index loads it fast.
create table if not exists record (
  id integer primary key,                 -- ordinal, never reused; the tie-break of every sort
  cve_id text not null unique,
  state integer not null,                 -- 0 published, 1 rejected
  origin integer not null,                -- 0 starter catalogue, 1 CVE List
  assigner_id integer not null,           -- assigner.id
  published_ms integer,                   -- null where the source does not say
  modified_ms integer,                    -- as the source says; without any date there, when its document last changed here
  severity integer not null,              -- 0 unknown or none, 1 low, 2 medium, 3 high, 4 critical
  score integer,                          -- of the primary metric
  score_v2 integer, score_v30 integer, score_v31 integer, score_v40 integer, -- of the best metric of each version
  epss integer,
  epss_percentile integer,
  kev integer not null default 0,         -- 0, 1
  kev_added_ms integer,
  kev_ransomware integer not null default 0,
  exploitation integer not null default 0, -- SSVC: 0 unstated, 1 none, 2 poc, 3 active
  automatable integer not null default 0,  -- SSVC: 0 unstated, 1 no, 2 yes
  technical_impact integer not null default 0, -- SSVC: 0 unstated, 1 partial, 2 total
  exploit_known integer not null default 0, -- 1 when KEV, SSVC poc/active, or a reference tagged exploit says so
  text_traits integer not null default 0, -- of title and description: 1 letters or marks beyond ASCII, 2 very long, 3 both
  revision integer not null
) strict;
create index if not exists record_revision on record (revision);

-- what a detail view shows. JSON columns hold the canonical wire-neutral form (see catalog/record/types.ts), compact.
create table if not exists record_body (
  id integer primary key,
  title text,
  description text,                       -- English where there is one
  cvss text,                              -- the primary metric: {version, vectorString, baseScore, baseSeverity, …, source}
  metrics text not null,                  -- [metric…] best first, each with its source
  cpe text not null,                      -- [{vulnerable, criteria, matchCriteriaId?, versionStartIncluding?, …}]
  refs text not null,                     -- [{url, source, tags}]
  weaknesses text not null,               -- [{cweId, description, source}]
  products text not null,                 -- [["vendor","product"]…] normalised, sorted, unique
  bare_vendors text,                      -- ["vendor"…] those without a named product, sorted; null: none
  ssvc text                               -- {exploitation, automatable, technicalImpact, version, timestamp}
) strict;

-- each source's document once, as received (compact JSON), packed by catalog/compression.ts
create table if not exists document (
  record_id integer not null,
  source integer not null,                -- as record.origin
  hash blob not null,                     -- SHA-256 of the compact JSON
  updated_ms integer,                     -- the source's own modification time: an older document never replaces a newer
  body blob not null,
  primary key (record_id, source)
) strict, without rowid;

create table if not exists assigner (id integer primary key, org_id text not null unique, name text not null) strict;
-- created: when the name was first met; updated: when a record was last added to it
create table if not exists vendor (id integer primary key, name text not null unique, created_ms integer not null, updated_ms integer not null) strict;
create table if not exists product (id integer primary key, vendor_id integer not null, name text not null, created_ms integer not null, updated_ms integer not null,
  unique (vendor_id, name)) strict;
-- name: as the first record that names it writes it, without the number; null where the program knows it itself
create table if not exists weakness (cwe integer primary key, name text, created_ms integer not null, updated_ms integer not null) strict;
create index if not exists product_name on product (name);
create table if not exists vendor_record (vendor_id integer not null, record_id integer not null, primary key (vendor_id, record_id)) strict, without rowid;
create table if not exists product_record (product_id integer not null, record_id integer not null, primary key (product_id, record_id)) strict, without rowid;
create table if not exists weakness_record (cwe integer not null, record_id integer not null, primary key (cwe, record_id)) strict, without rowid;

-- words of title, description, and of vendors and products; rowid = record.id
create virtual table if not exists record_text using fts5 (title, description, names, content='', contentless_delete=1, detail=column, tokenize='unicode61');
-- its distinct words; nothing is stored
create virtual table if not exists record_term using fts5vocab (record_text, row);

-- complete feeds, also for ids that have no record yet
create table if not exists kev (cve_id text primary key, added_ms integer not null, ransomware integer not null, entry text not null) strict, without rowid;
create table if not exists epss (cve_id text primary key, score integer not null, percentile integer not null) strict, without rowid;

-- every change of a record: what changed. kinds: created, updated, rejected, kev, epss … ; fields: {"name":[old,new]…}
create table if not exists change (
  seq integer primary key autoincrement,
  record_id integer not null,
  at_ms integer not null,
  kind text not null,
  fields text not null
) strict;
create index if not exists change_record on change (record_id);

-- one row a feed: last attempt, last success, counts, lag; conditional-request validators; resume cursor (JSON)
create table if not exists feed_state (
  feed text primary key,
  attempted_ms integer, succeeded_ms integer, data_ms integer,
  records integer, inserted integer, updated integer, unchanged integer, skipped integer,
  error text, cursor text
) strict, without rowid;
`;
