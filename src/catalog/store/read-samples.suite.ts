import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { compressDocument } from '../compression.ts';
import { textTraits } from '../record/index.ts';
import { createCatalogFile } from './read-connection.ts';

/** A record as a test states it; everything has a default but the id. Units of the tables. */
export interface Sample {
  readonly cveId: string;
  readonly state?: number;
  readonly origin?: number;
  readonly assigner?: string;
  readonly publishedMs?: number | null;
  readonly modifiedMs?: number | null;
  readonly severity?: number;
  readonly score?: number | null;
  readonly scores?: Readonly<Partial<Record<'v2' | 'v30' | 'v31' | 'v40', number>>>;
  readonly epss?: number | null;
  readonly kev?: boolean;
  readonly ransomware?: boolean;
  readonly exploitation?: number;
  readonly automatable?: number;
  readonly technicalImpact?: number;
  readonly exploitKnown?: boolean;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly products?: readonly (readonly [vendor: string, product: string])[];
  readonly cwes?: readonly number[];
}

/** SampleWriter is another connection that writes as an import does: a change row for every record it touches. */
export interface SampleWriter {
  readonly path: string;
  readonly database: DatabaseSync;
  /** put inserts or replaces the records in one transaction. */
  put(...samples: readonly Sample[]): void;
  putKev(cveId: string, addedMs: number, ransomware: boolean, entry: Readonly<Record<string, unknown>>): void;
}

/** sampleFolder makes a folder that goes away with the test. */
export const sampleFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'vulngate-catalog-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const sampleWriter = (path = join(sampleFolder(), 'catalog.db')): SampleWriter => {
  createCatalogFile(path);
  // The full-text table leaves row ids beyond 2^53 behind as the last inserted one, hence big integers.
  const database = new DatabaseSync(path, { timeout: 5000, readBigInts: true });
  database.exec('pragma synchronous = off');
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  const inTransaction = (work: () => void) => {
    database.exec('begin immediate');
    try {
      work();
      database.exec('commit');
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  };
  const idOf = (sql: string, ...values: (string | number)[]) => Number(database.prepare(sql).get(...values)?.['id']);
  return {
    path,
    database,
    put: (...samples) => inTransaction(() => samples.forEach((sample) => putOne(database, idOf, sample))),
    putKev: (cveId, addedMs, ransomware, entry) =>
      inTransaction(() => {
        database
          .prepare('insert or replace into kev values (?, ?, ?, ?)')
          .run(cveId, addedMs, Number(ransomware), JSON.stringify(entry));
      }),
  };
};

const madeMs = 1_700_000_000_000;

type IdOf = (sql: string, ...values: (string | number)[]) => number;

const defaults = {
  state: 0,
  origin: 1,
  assigner: 'mitre',
  publishedMs: null,
  modifiedMs: null,
  severity: 0,
  score: null,
  scores: {},
  epss: null,
  kev: false,
  ransomware: false,
  exploitation: 0,
  automatable: 0,
  technicalImpact: 0,
  exploitKnown: false,
  title: null,
  description: 'No description',
  products: [],
  cwes: [],
} as const satisfies Omit<Sample, 'cveId'>;

const putOne = (database: DatabaseSync, idOf: IdOf, sample: Sample): void => {
  const row: Required<Sample> = { ...defaults, ...sample };
  const run = (sql: string, ...values: (string | number | null | Uint8Array)[]) => database.prepare(sql).run(...values);
  const existing = idOf('select coalesce((select id from record where cve_id = ?), 0) id', row.cveId);
  const id = existing === 0 ? idOf('select coalesce(max(id), 0) + 1 id from record') : existing;
  run('insert or ignore into assigner (org_id, name) values (?, ?)', `org-${row.assigner}`, row.assigner);
  const assignerId = idOf('select id from assigner where name = ?', row.assigner);
  const kind = existing === 0 ? 'created' : 'updated';
  run('insert into change (record_id, at_ms, kind, fields) values (?, ?, ?, ?)', id, madeMs, kind, '{}');
  run(
    `insert or replace into record (id, cve_id, state, origin, assigner_id, published_ms, modified_ms, severity, score, epss,
       epss_percentile, kev, kev_ransomware, exploitation, automatable, technical_impact, exploit_known, score_v2, score_v30, score_v31,
       score_v40, text_traits, revision)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (select max(seq) from change))`,
    id,
    row.cveId,
    row.state,
    row.origin,
    assignerId,
    row.publishedMs,
    row.modifiedMs,
    row.severity,
    row.score,
    row.epss,
    row.epss === null ? null : 50_000,
    Number(row.kev),
    Number(row.ransomware),
    row.exploitation,
    row.automatable,
    row.technicalImpact,
    Number(row.exploitKnown),
    row.scores.v2 ?? null,
    row.scores.v30 ?? null,
    row.scores.v31 ?? null,
    row.scores.v40 ?? null,
    textTraits(row.title, row.description),
  );
  run(
    `insert or replace into record_body (id, title, description, metrics, cpe, refs, weaknesses, products)
     values (?, ?, ?, '[]', '[]', '[]', '[]', ?)`,
    id,
    row.title,
    row.description,
    JSON.stringify(row.products),
  );
  for (const table of ['vendor_record', 'product_record', 'weakness_record'])
    run(`delete from ${table} where record_id = ?`, id);
  for (const [vendor, product] of row.products) {
    run('insert or ignore into vendor (name, created_ms, updated_ms) values (?, ?, ?)', vendor, madeMs, madeMs);
    const vendorId = idOf('select id from vendor where name = ?', vendor);
    run(
      'insert or ignore into product (vendor_id, name, created_ms, updated_ms) values (?, ?, ?, ?)',
      vendorId,
      product,
      madeMs,
      madeMs,
    );
    run('insert or ignore into vendor_record values (?, ?)', vendorId, id);
    const productId = idOf('select id from product where vendor_id = ? and name = ?', vendorId, product);
    run('insert or ignore into product_record values (?, ?)', productId, id);
  }
  for (const cwe of row.cwes) {
    run('insert or ignore into weakness values (?, null, ?, ?)', cwe, madeMs, madeMs);
    run('insert or ignore into weakness_record values (?, ?)', cwe, id);
  }
  run('delete from record_text where rowid = ?', id);
  run(
    'insert into record_text (rowid, title, description, names) values (?, ?, ?, ?)',
    id,
    row.title ?? '',
    row.description ?? '',
    row.products.flat().join(' '),
  );
  const body = compressDocument(JSON.stringify({ cveMetadata: { cveId: row.cveId } }));
  run('insert or replace into document values (?, ?, ?, ?, ?)', id, row.origin, new Uint8Array(32), null, body);
};
