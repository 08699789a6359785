import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { realData, realDataHint } from '../../../test/support/real-data.ts';
import { ManualClock, silentLog } from '../../kernel/index.ts';
import { importPaths } from '../ingest/index.ts';
import { openCatalog, type Catalog } from '../open.ts';
import type { ListQuery, Position, SortKey } from '../types.ts';
import { openReadConnection, prepareQuery } from './read-connection.ts';
import { sampleFolder } from './read-samples.suite.ts';

const sqlOrder: Readonly<Record<SortKey, string>> = {
  severity: 'case when severity = 0 and score is null then null else severity * 1000 + coalesce(score, 0) end',
  cvss: `nullif(max(coalesce(score_v2, -1), coalesce(score_v30, -1), coalesce(score_v31, -1), coalesce(score_v40, -1)), -1)`,
  epss: 'epss',
  published: 'published_ms',
  modified: 'modified_ms',
  cve_id: 'substr(cve_id, 5, 4) * 1e10 + substr(cve_id, 10)',
};

/** Filters beside the same restriction as SQL, as another road to the same answer. */
const filters: readonly (readonly [Partial<ListQuery>, string])[] = [
  [{}, 'true'],
  [{ severities: ['critical', 'high'], scoreMin: 8.8 }, 'severity >= 3 and score >= 88'],
  [{ epssMax: 0.005, states: ['published'] }, 'epss <= 500 and state = 0'],
  [{ kev: true }, 'kev = 1'],
  [{ exploitation: ['poc', 'active'], automatable: false }, 'exploitation >= 2 and automatable = 1'],
  [{ cwe: 79 }, 'id in (select record_id from weakness_record where cwe = 79)'],
  [
    { vendor: 'Microsoft' },
    "id in (select record_id from vendor_record join vendor on vendor.id = vendor_id where name = 'microsoft')",
  ],
  [{ text: 'remote code' }, `id in (select rowid from record_text where record_text match '"remote" "code"')`],
  [{ text: 'CVE-2024-2*' }, "cve_id like 'CVE-2024-2%'"],
];

/** Lists in every order while the work goes on; what was seen may only grow. */
const watch = async (catalog: Catalog, work: Promise<unknown>): Promise<void> => {
  let working = true;
  const done = work.finally(() => {
    working = false;
  });
  const seen: { total: number; revision: number }[] = [];
  while (working) {
    const { total, revision, rows } = await catalog.list({ sort: 'modified', descending: true, limit: 5 });
    for (const row of rows) expect(catalog.find(row.cveId)?.revision).toBeGreaterThanOrEqual(row.revision);
    seen.push({ total, revision });
  }
  expect(seen).toEqual(seen.toSorted((a, b) => a.revision - b.revision || a.total - b.total));
  await done;
};

/** The first ten pages of a list; each must state the same total. */
const pagesOf = async (catalog: Catalog, query: Omit<ListQuery, 'limit'>, total: number): Promise<string[]> => {
  const found: string[] = [];
  let after: Position | null = null;
  do {
    const page = await catalog.list({ ...query, limit: 100, ...(after === null ? {} : { after }) });
    expect(page.total).toBe(total);
    found.push(...page.rows.map((row) => row.cveId));
    after = page.next;
  } while (after !== null && found.length < 1000);
  return found;
};

const expectSameLists = async (catalog: Catalog, database: DatabaseSync): Promise<void> => {
  for (const [filter, where] of filters) {
    for (const sort of ['severity', 'cvss', 'epss', 'published', 'modified'] as const) {
      for (const descending of [true, false]) {
        const direction = descending ? 'desc' : 'asc';
        const order = `${sqlOrder[sort]} ${direction} nulls last, id ${direction}`;
        const expected = prepareQuery(database, `select cve_id from record where ${where} order by ${order}`).all();
        const found = await pagesOf(catalog, { ...filter, sort, descending }, expected.length);
        const first = expected.slice(0, 1000).map((row) => row[0]);
        expect(found, `${JSON.stringify(filter)} ${sort} ${direction}`).toEqual(first);
      }
    }
  }
};

const expectWhole = (catalog: Catalog, cveId: string): void => {
  const record = catalog.find(cveId) ?? expect.fail(`${cveId} is not found`);
  expect(record.cveId).toBe(cveId);
  expect(record.kevJson === null).toBe(!record.kev);
  const { metricsJson, cpeJson, referencesJson, weaknessesJson, productsJson } = record;
  for (const json of [metricsJson, cpeJson, referencesJson, weaknessesJson, productsJson]) {
    expect(Array.isArray(JSON.parse(json))).toBe(true);
  }
  expect(JSON.parse(catalog.document(cveId)?.json ?? '{}')).toMatchObject({ cveMetadata: { cveId } });
};

if (realData() === null) process.stderr.write(`reading real records is skipped: ${realDataHint}\n`);

describe('a catalogue of real records', () => {
  it('is served whole, in every order, while and after it is imported', { timeout: 180_000 }, async ({ skip }) => {
    const data = realData() ?? skip(realDataHint);
    const folder = sampleFolder();
    const databasePath = join(folder, 'catalog.db');
    const deps = { databasePath, clock: new ManualClock(), log: silentLog };
    const catalog = openCatalog(deps);
    onTestFinished(() => catalog.close());
    const importing = importPaths({ ...deps, tempFolder: folder }, [
      join(data, 'cve5-release/2025-01-17_all_CVEs_at_midnight.zip.zip'),
      join(data, 'kev/known_exploited_vulnerabilities-2026-08-07.json.gz'),
      join(data, 'cve5-release/2025-01-24_delta_CVEs_at_0800Z.zip'),
    ]);
    await watch(catalog, importing);
    expect((await importing).sources.flatMap((source) => source.failure ?? [])).toEqual([]);

    const database = openReadConnection(databasePath, 2048);
    onTestFinished(() => database.close());
    await expectSameLists(catalog, database);
    const ids = prepareQuery(database, 'select cve_id from record')
      .all()
      .map((row) => String(row[0]));
    expect(ids).toHaveLength(2180);
    for (const id of ids) expectWhole(catalog, id);
    expect((await catalog.kevList({ limit: 1 })).total).toBe(1662);
    expect(await catalog.statistics()).toMatchObject({ records: 2180, kev: 1662, starter: 0 });
  });
});
