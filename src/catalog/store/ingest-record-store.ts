import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { expandDocument } from '../compression.ts';
import { fieldChanges } from '../ingest/record-changes.ts';
import { isOlder } from '../ingest/preparation.ts';
import type { PreparedRecord } from '../ingest/messages.ts';
import { normaliseCveRecord, type NormalisedRecord } from '../record/index.ts';
import { createChangeLog } from './ingest-change-store.ts';
import { createNameIds } from './ingest-name-store.ts';

export type WriteOutcome = 'inserted' | 'updated' | 'unchanged';

export interface RecordWriter {
  /** write stores one prepared record with its document (packed), inside the caller's transaction. */
  readonly write: (record: PreparedRecord, hash: Uint8Array, document: Uint8Array) => WriteOutcome;
  /** finish notes which vendors, products and weaknesses got records; before the last commit of a source. */
  readonly finish: () => void;
  readonly forget: () => void;
}

interface StoredRow {
  readonly id: number;
  readonly origin: number;
  readonly modifiedMs: number | null;
}

/** Whether the full feeds have been loaded: then they decide, and what a record says itself is not asked. */
export interface LoadedFeeds {
  readonly kev: boolean;
  readonly epss: boolean;
}

/** `latestMs`: later times of records are not believed. */
export const createRecordWriter = (
  db: DatabaseSync,
  atMs: number,
  latestMs: number,
  loaded: LoadedFeeds,
): RecordWriter => {
  const names = createNameIds(db, atMs);
  const log = createChangeLog(db);
  const find = db.prepare('select id, origin, modified_ms from record where cve_id = ?');
  const findDocument = db.prepare('select hash, updated_ms, body from document where record_id = ? and source = ?');
  const findKev = db.prepare('select added_ms, ransomware from kev where cve_id = ?');
  const addKev = db.prepare(
    'insert into kev (cve_id, added_ms, ransomware, entry) values (?, ?, ?, ?) on conflict do nothing',
  );
  const findEpss = db.prepare('select score, percentile from epss where cve_id = ?');
  const addEpss = db.prepare('insert into epss (cve_id, score, percentile) values (?, ?, ?) on conflict do nothing');
  const putRecord =
    db.prepare(`insert into record (id, cve_id, state, origin, assigner_id, published_ms, modified_ms, severity, score,
      epss, epss_percentile, kev, kev_added_ms, kev_ransomware, exploitation, automatable, technical_impact, exploit_known, revision,
      score_v2, score_v30, score_v31, score_v40, text_traits)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (id) do update set state = excluded.state, origin = excluded.origin, assigner_id = excluded.assigner_id,
      published_ms = excluded.published_ms, modified_ms = excluded.modified_ms, severity = excluded.severity, score = excluded.score,
      epss = excluded.epss, epss_percentile = excluded.epss_percentile, kev = excluded.kev, kev_added_ms = excluded.kev_added_ms,
      kev_ransomware = excluded.kev_ransomware, exploitation = excluded.exploitation, automatable = excluded.automatable,
      technical_impact = excluded.technical_impact, exploit_known = excluded.exploit_known, revision = excluded.revision,
      score_v2 = excluded.score_v2, score_v30 = excluded.score_v30, score_v31 = excluded.score_v31, score_v40 = excluded.score_v40,
      text_traits = excluded.text_traits`);
  const putBody =
    db.prepare(`insert or replace into record_body (id, title, description, cvss, metrics, cpe, refs, weaknesses, products, bare_vendors, ssvc)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const putDocument = db.prepare(
    'insert or replace into document (record_id, source, hash, updated_ms, body) values (?, ?, ?, ?, ?)',
  );
  const dropDocument = db.prepare('delete from document where record_id = ? and source = ?');
  const addText = db.prepare('insert into record_text (rowid, title, description, names) values (?, ?, ?, ?)');
  const dropText = db.prepare('delete from record_text where rowid = ?');
  // A tombstone of the text index has a row id beyond 2^53, which `run` reports as the last inserted one.
  dropText.setReadBigInts(true);
  const addVendorRecord = db.prepare(
    'insert into vendor_record (vendor_id, record_id) values (?, ?) on conflict do nothing',
  );
  const addProductRecord = db.prepare(
    'insert into product_record (product_id, record_id) values (?, ?) on conflict do nothing',
  );
  const addWeakness = db.prepare('insert into weakness_record (cwe, record_id) values (?, ?) on conflict do nothing');
  const dropVendorRecord = db.prepare('delete from vendor_record where vendor_id = ? and record_id = ?');
  const dropProductRecord = db.prepare('delete from product_record where product_id = ? and record_id = ?');
  const dropWeakness = db.prepare('delete from weakness_record where cwe = ? and record_id = ?');
  let nextId = numberOf(db.prepare('select coalesce(max(id), 0) as id from record').get()?.['id']) + 1;
  const anyKev = loaded.kev || db.prepare('select 1 from kev limit 1').get() !== undefined;
  const anyEpss = loaded.epss || db.prepare('select 1 from epss limit 1').get() !== undefined;

  /** What the KEV and EPSS tables say of a record, after taking over what the record itself says where no feed was loaded. */
  const standing = (record: PreparedRecord) => {
    const { cveId, kevHint, epssHint } = record;
    if (kevHint !== null && !loaded.kev) addKev.run(cveId, kevHint.addedMs, kevHint.ransomware ? 1 : 0, kevHint.entry);
    if (epssHint !== null && !loaded.epss) addEpss.run(cveId, epssHint.score, epssHint.percentile);
    const kev = anyKev || kevHint !== null ? findKev.get(cveId) : undefined;
    const epss = anyEpss || epssHint !== null ? findEpss.get(cveId) : undefined;
    return {
      epss: epss === undefined ? null : numberOf(epss['score']),
      percentile: epss === undefined ? null : numberOf(epss['percentile']),
      kev: kev === undefined ? 0 : 1,
      kevAddedMs: kev === undefined ? null : numberOf(kev['added_ms']),
      ransomware: kev === undefined ? 0 : numberOf(kev['ransomware']),
    };
  };

  const putRow = (id: number, record: PreparedRecord, revision: number): void => {
    const now = standing(record);
    putRecord.run(
      id,
      record.cveId,
      record.state,
      record.origin,
      names.assigner(record.assignerOrgId, record.assignerName),
      record.publishedMs,
      record.modifiedMs,
      record.severity,
      record.score,
      now.epss,
      now.percentile,
      now.kev,
      now.kevAddedMs,
      now.ransomware,
      record.exploitation,
      record.automatable,
      record.technicalImpact,
      record.exploitNoted || now.kev === 1 ? 1 : 0,
      revision,
      record.scores.v2,
      record.scores.v30,
      record.scores.v31,
      record.scores.v40,
      record.textTraits,
    );
  };

  const putContent = (id: number, record: PreparedRecord, hash: Uint8Array, document: Uint8Array): void => {
    putBody.run(
      id,
      record.title,
      record.description,
      record.cvss,
      record.metrics,
      record.cpe,
      record.references,
      record.weaknesses,
      record.products,
      record.bareVendors,
      record.ssvc,
    );
    putDocument.run(id, record.origin, hash, record.updatedMs, document);
  };

  const post = (id: number, record: NormalisedRecord): void => {
    for (const vendor of record.vendors) {
      const vendorId = names.vendor(vendor);
      if (addVendorRecord.run(vendorId, id).changes !== 0) names.linked('vendor', vendorId);
    }
    let latest: string | null = null;
    let vendorId = 0;
    // Sorted by vendor.
    for (const [vendor, product] of record.productNames) {
      if (vendor !== latest) vendorId = names.vendor(vendor);
      latest = vendor;
      const productId = names.product(vendorId, product);
      if (addProductRecord.run(productId, id).changes !== 0) names.linked('product', productId);
    }
    for (const cwe of record.cwes) {
      names.weakness(cwe, record.weaknesses);
      if (addWeakness.run(cwe, id).changes !== 0) names.linked('weakness', cwe);
    }
  };

  const putText = (id: number, record: NormalisedRecord): void => {
    addText.run(id, record.title ?? '', record.description ?? '', record.nameWords);
  };

  const unpost = (id: number, before: NormalisedRecord, after: NormalisedRecord): void => {
    const vendors = new Set(after.vendors);
    for (const vendor of before.vendors) if (!vendors.has(vendor)) dropVendorRecord.run(names.vendor(vendor), id);
    const products = new Set(after.productNames.map((pair) => pair.join('\0')));
    for (const pair of before.productNames) {
      if (!products.has(pair.join('\0'))) dropProductRecord.run(names.product(names.vendor(pair[0]), pair[1]), id);
    }
    for (const cwe of before.cwes) if (!after.cwes.includes(cwe)) dropWeakness.run(cwe, id);
  };

  const insert = (record: PreparedRecord, hash: Uint8Array, document: Uint8Array): void => {
    const id = nextId;
    nextId += 1;
    putRow(id, record, log(id, atMs, 'created', {}));
    putContent(id, record, hash, document);
    post(id, record);
    putText(id, record);
  };

  const update = (
    row: StoredRow,
    record: PreparedRecord,
    hash: Uint8Array,
    document: Uint8Array,
    old: unknown,
  ): void => {
    const before = renormalised(old, latestMs, row.modifiedMs);
    const kind = record.state === 1 && before?.state !== 1 ? 'rejected' : 'updated';
    const revision = log(row.id, atMs, kind, before === null ? {} : fieldChanges(before, record));
    putRow(row.id, record, revision);
    putContent(row.id, record, hash, document);
    if (row.origin !== record.origin) dropDocument.run(row.id, row.origin);
    if (before !== null) unpost(row.id, before, record);
    post(row.id, record);
    if (
      before?.nameWords !== record.nameWords ||
      before.title !== record.title ||
      before.description !== record.description
    ) {
      dropText.run(row.id);
      putText(row.id, record);
    }
  };

  return {
    write: (prepared, hash, document) => {
      const record = dated(prepared, atMs);
      const row = rowOf(find.get(record.cveId));
      if (row === null) {
        insert(record, hash, document);
        return 'inserted';
      }
      // The starter catalogue never replaces a record of a real source.
      if (record.origin < row.origin) return 'unchanged';
      const stored = findDocument.get(row.id, row.origin);
      if (row.origin === record.origin && stored !== undefined) {
        const storedHash = stored['hash'];
        if (storedHash instanceof Uint8Array && Buffer.compare(storedHash, hash) === 0) return 'unchanged';
        const storedMs = stored['updated_ms'];
        if (isOlder(record.updatedMs, typeof storedMs === 'number' ? storedMs : null, latestMs)) return 'unchanged';
      }
      const old = parsed(stored?.['body']);
      // The same members in another order, or a number written another way: the same document.
      if (row.origin === record.origin && isDeepStrictEqual(old, parsed(document))) return 'unchanged';
      update(row, record, hash, document, old);
      return 'updated';
    },
    finish: names.noteLinked,
    forget: () => {
      names.forget();
      nextId = numberOf(db.prepare('select coalesce(max(id), 0) as id from record').get()?.['id']) + 1;
    },
  };
};

const parsed = (body: unknown): unknown => {
  const document: unknown = body instanceof Uint8Array ? JSON.parse(expandDocument(body)) : undefined;
  return document;
};

/**
 * Where the source states no date at all, the time at which its document came here stands for it: whoever asks what has
 * changed since must find the record. `updatedMs`, by which documents replace each other, stays the source's own.
 */
const dated = <R extends NormalisedRecord>(record: R, otherwiseMs: number | null): R =>
  record.modifiedMs === null ? { ...record, modifiedMs: otherwiseMs } : record;

/** A stored document, normalised again: it knows what the columns do not, such as vendors without a product. */
const renormalised = (document: unknown, latestMs: number, modifiedMs: number | null): NormalisedRecord | null => {
  const outcome = normaliseCveRecord(document, latestMs);
  return outcome.ok ? dated(outcome.record, modifiedMs) : null;
};

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

const rowOf = (row: Readonly<Record<string, unknown>> | undefined): StoredRow | null => {
  if (row === undefined) return null;
  const modifiedMs = row['modified_ms'];
  return {
    id: numberOf(row['id']),
    origin: numberOf(row['origin']),
    modifiedMs: typeof modifiedMs === 'number' ? modifiedMs : null,
  };
};
