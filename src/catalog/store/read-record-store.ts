import type { DatabaseSync } from 'node:sqlite';
import { fail } from '../../kernel/index.ts';
import { expandDocument } from '../compression.ts';
import type { FeedState, KevEntry, RecordChange, RecordDetail, Severity, SourceDocument } from '../types.ts';
import { numberOf, numberOrNull, prepareQuery, textOf, textOrNull, type SqlRow } from './read-connection.ts';
import { packedFlags } from './read-flags.ts';

/**
 * Columns of a detail, in the order that `decodeDetail` reads. The small enumerations come packed in one number. The KEV
 * entry is fetched for listed records only.
 */
export const detailColumns = `record.id, record.cve_id,
  ${packedFlags},
  record.published_ms, record.modified_ms, record.score, record.epss, record.epss_percentile, record.revision,
  assigner.name, assigner.org_id, body.title, body.description, body.cvss, body.metrics, body.cpe, body.refs,
  body.weaknesses, body.products, body.bare_vendors, body.ssvc,
  case when record.kev = 1 then (select entry from kev where kev.cve_id = record.cve_id) end`;

export const detailTables = `record join record_body body on body.id = record.id
  left join assigner on assigner.id = record.assigner_id`;

const severities: readonly Severity[] = ['unknown', 'low', 'medium', 'high', 'critical'];
const exploitations = [null, 'none', 'poc', 'active'] as const;
const impacts = [null, 'partial', 'total'] as const;

/** decodeDetail turns a row of `detailColumns` into words and units. */
export const decodeDetail = (row: SqlRow): RecordDetail => {
  const flags = numberOf(row[2]);
  const score = numberOrNull(row[5]);
  const epss = numberOrNull(row[6]);
  const percentile = numberOrNull(row[7]);
  const exploitation = (flags >>> 8) & 3;
  const automatable = (flags >>> 10) & 3;
  const impact = (flags >>> 12) & 3;
  const assigner = textOrNull(row[9]);
  return {
    id: numberOf(row[0]),
    cveId: textOf(row[1]),
    state: (flags & 1) === 0 ? 'published' : 'rejected',
    origin: (flags & 2) === 0 ? 'starter' : 'cve-list',
    assigner: assigner === '' ? null : assigner,
    assignerOrgId: textOrNull(row[10]) ?? '',
    publishedMs: numberOrNull(row[3]),
    modifiedMs: numberOrNull(row[4]),
    severity: severities[(flags >>> 2) & 7] ?? 'unknown',
    score: score === null ? null : score / 10,
    epss: epss === null ? null : epss / 100_000,
    epssPercentile: percentile === null ? null : percentile / 100_000,
    kev: (flags & 32) !== 0,
    kevRansomware: (flags & 64) !== 0,
    exploitKnown: (flags & 128) !== 0,
    ssvc:
      exploitation + automatable + impact === 0
        ? null
        : {
            exploitation: exploitations[exploitation] ?? null,
            automatable: automatable === 0 ? null : automatable === 2,
            technicalImpact: impacts[impact] ?? null,
          },
    revision: numberOf(row[8]),
    title: textOrNull(row[11]),
    description: textOrNull(row[12]),
    cvssJson: textOrNull(row[13]),
    metricsJson: textOf(row[14]),
    cpeJson: textOf(row[15]),
    referencesJson: textOf(row[16]),
    weaknessesJson: textOf(row[17]),
    productsJson: textOf(row[18]),
    bareVendorsJson: textOrNull(row[19]),
    ssvcJson: textOrNull(row[20]),
    kevJson: textOrNull(row[21]),
  };
};

/** RecordStore answers by key, from one connection. */
export interface RecordStore {
  readonly findDetail: (cveId: string) => RecordDetail | null;
  readonly findRevision: (cveId: string) => number | null;
  readonly findKevEntry: (cveId: string) => KevEntry | null;
  /** The document of the best source. Throws `storage.corrupt` when it cannot be unpacked. */
  readonly findDocument: (cveId: string) => SourceDocument | null;
  /** Newest first, at most 1,000. */
  readonly listChanges: (recordId: number) => RecordChange[];
  readonly listFeedStates: () => FeedState[];
  readonly isEmpty: () => boolean;
}

export const createRecordStore = (database: DatabaseSync): RecordStore => {
  const detail = prepareQuery(database, `select ${detailColumns} from ${detailTables} where record.cve_id = ?`);
  const revision = prepareQuery(database, 'select revision from record where cve_id = ?');
  const kev = prepareQuery(database, 'select cve_id, added_ms, ransomware, entry from kev where cve_id = ?');
  const document = prepareQuery(
    database,
    `select record.cve_id, source, updated_ms, body from record join document on record_id = record.id
     where record.cve_id = ? order by source desc limit 1`,
  );
  const changes = prepareQuery(
    database,
    'select seq, at_ms, kind, fields from change where record_id = ? order by seq desc limit 1000',
  );
  const anyRecord = prepareQuery(database, 'select 1 from record limit 1');
  const feeds = prepareQuery(
    database,
    `select feed, attempted_ms, succeeded_ms, data_ms, records, inserted, updated, unchanged, skipped, error
     from feed_state order by feed`,
  );
  return {
    findDetail: (cveId) => {
      const row = detail.first(cveId);
      return row === undefined ? null : decodeDetail(row);
    },
    findRevision: (cveId) => {
      const row = revision.first(cveId);
      return row === undefined ? null : numberOf(row[0]);
    },
    findKevEntry: (cveId) => {
      const row = kev.first(cveId);
      return row === undefined ? null : decodeKevEntry(row);
    },
    findDocument: (cveId) => {
      const row = document.first(cveId);
      return row === undefined ? null : decodeDocument(row);
    },
    listChanges: (recordId) =>
      changes.all(recordId).map((row) => ({
        seq: numberOf(row[0]),
        atMs: numberOf(row[1]),
        kind: textOf(row[2]),
        fieldsJson: textOf(row[3]),
      })),
    listFeedStates: () => feeds.all().map(decodeFeedState),
    isEmpty: () => anyRecord.first() === undefined,
  };
};

/** decodeKevEntry reads a row of (cve_id, added_ms, ransomware, entry). */
export const decodeKevEntry = (row: SqlRow): KevEntry => ({
  cveId: textOf(row[0]),
  addedMs: numberOf(row[1]),
  ransomware: numberOf(row[2]) === 1,
  entry: textOf(row[3]),
});

const decodeDocument = (row: SqlRow): SourceDocument => {
  const cveId = textOf(row[0]);
  const body = row[3];
  if (!(body instanceof Uint8Array)) throw fail('storage.corrupt', { internal: `document of ${cveId} is not a blob` });
  try {
    const origin = numberOf(row[1]) === 0 ? 'starter' : 'cve-list';
    return { cveId, origin, updatedMs: numberOrNull(row[2]), json: expandDocument(body) };
  } catch (cause) {
    throw fail('storage.corrupt', {
      message: `The stored document of ${cveId} cannot be unpacked`,
      internal: String(cause),
      cause,
    });
  }
};

const decodeFeedState = (row: SqlRow): FeedState => ({
  feed: textOf(row[0]),
  attemptedMs: numberOrNull(row[1]),
  succeededMs: numberOrNull(row[2]),
  dataMs: numberOrNull(row[3]),
  records: numberOrNull(row[4]),
  inserted: numberOrNull(row[5]),
  updated: numberOrNull(row[6]),
  unchanged: numberOrNull(row[7]),
  skipped: numberOrNull(row[8]),
  error: textOrNull(row[9]),
});
