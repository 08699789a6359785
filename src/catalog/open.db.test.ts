import { existsSync, mkdirSync, openSync, closeSync, statSync, writeSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock, silentLog } from '../kernel/index.ts';
import { openCatalog, startSearch, type Catalog } from './open.ts';
import { openForIngest } from './store/ingest-database.ts';
import { sampleFolder, sampleWriter, type Sample } from './store/read-samples.suite.ts';
import type { ListQuery } from './types.ts';

const open = (databasePath: string): Catalog => {
  const catalog = openCatalog({ databasePath, clock: new ManualClock(), log: silentLog });
  onTestFinished(() => catalog.close());
  return catalog;
};

const newest: ListQuery = { sort: 'published', descending: true, limit: 100 };
const idsOf = async (catalog: Catalog, query: Partial<ListQuery>): Promise<string[]> =>
  (await catalog.list({ ...newest, ...query })).rows.map((row) => row.cveId);

const day = (number: number) => Date.UTC(2024, 0, number);
const samples: readonly Sample[] = [
  {
    cveId: 'CVE-2021-44228',
    publishedMs: day(1),
    modifiedMs: day(9),
    severity: 4,
    score: 100,
    epss: 99_999,
    kev: true,
    ransomware: true,
    exploitation: 3,
    automatable: 2,
    technicalImpact: 2,
    exploitKnown: true,
    assigner: 'apache',
    title: 'Log4Shell',
    description: 'Remote code execution through JNDI in the logging library',
    products: [['apache', 'log4j']],
    cwes: [502, 917],
  },
  {
    cveId: 'CVE-2021-4422',
    publishedMs: day(2),
    modifiedMs: day(8),
    severity: 3,
    score: 75,
    description: 'Buffer overflow in a parser',
    products: [['acme', 'log4j']],
    cwes: [120],
  },
  {
    cveId: 'CVE-2021-44229',
    publishedMs: day(3),
    modifiedMs: day(7),
    severity: 2,
    score: 50,
    epss: 10,
    exploitation: 1,
    automatable: 1,
    technicalImpact: 1,
    products: [['linux', 'linux_kernel']],
  },
  {
    cveId: 'CVE-2022-0001',
    state: 1,
    publishedMs: null,
    modifiedMs: day(6),
    description: 'Rejected reason: duplicate',
  },
];

describe('openCatalog', () => {
  it('creates the file when it is missing and answers from it', async () => {
    const path = join(sampleFolder(), 'catalog.db');
    const catalog = open(path);
    expect(existsSync(path)).toBe(true);
    expect(catalog.find('CVE-2021-44228')).toBeNull();
    expect(await catalog.list(newest)).toEqual({ rows: [], total: 0, next: null, revision: 0 });
    expect(catalog.feedStates()).toEqual([]);
    expect(await catalog.statistics()).toMatchObject({ records: 0, kev: 0, feeds: [] });
  });

  it('completes a file that has no table yet', () => {
    const path = join(sampleFolder(), 'catalog.db');
    new DatabaseSync(path).close();
    writeFileSync(path, '');
    expect(open(path).find('CVE-2021-44228')).toBeNull();
  });

  it('answers lists with a search thread that was started before there was a file', async () => {
    const databasePath = join(sampleFolder(), 'catalog.db');
    const deps = { databasePath, clock: new ManualClock(), log: silentLog };
    const search = startSearch(deps);
    await expect(search.ask({ kind: 'load' })).rejects.toMatchObject({ code: 'storage.unavailable' });
    expect(existsSync(databasePath)).toBe(false);
    const catalog = openCatalog({ ...deps, search });
    onTestFinished(() => catalog.close());
    expect(catalog.isEmpty()).toBe(true);
    sampleWriter(databasePath).put({ cveId: 'CVE-2024-0002' });
    expect(await idsOf(catalog, {})).toEqual(['CVE-2024-0002']);
    expect(catalog.isEmpty()).toBe(false);
  });

  it('gives a record with its units and words', () => {
    const writer = sampleWriter();
    writer.put(...samples);
    writer.putKev('CVE-2021-44228', day(1), true, { cveID: 'CVE-2021-44228', product: 'Log4j2' });
    const catalog = open(writer.path);
    expect(catalog.find(' cve-2021-44228 ')).toMatchObject({
      id: 1,
      cveId: 'CVE-2021-44228',
      state: 'published',
      origin: 'cve-list',
      assigner: 'apache',
      assignerOrgId: 'org-apache',
      publishedMs: day(1),
      severity: 'critical',
      score: 10,
      epss: 0.99999,
      epssPercentile: 0.5,
      kev: true,
      kevRansomware: true,
      exploitKnown: true,
      ssvc: { exploitation: 'active', automatable: true, technicalImpact: 'total' },
      revision: 1,
      title: 'Log4Shell',
      productsJson: '[["apache","log4j"]]',
      bareVendorsJson: null,
      kevJson: '{"cveID":"CVE-2021-44228","product":"Log4j2"}',
      cvssJson: null,
    });
    expect(catalog.find('CVE-2022-0001')).toMatchObject({
      state: 'rejected',
      severity: 'unknown',
      score: null,
      epss: null,
      ssvc: null,
      kevJson: null,
    });
    expect(
      catalog.findMany(['CVE-2022-0001', 'nonsense', '../../x', 'CVE-2099-9999']).map((row) => row?.cveId ?? null),
    ).toEqual(['CVE-2022-0001', null, null, null]);
    expect(catalog.document('CVE-2021-4422')).toEqual({
      cveId: 'CVE-2021-4422',
      origin: 'cve-list',
      updatedMs: null,
      json: '{"cveMetadata":{"cveId":"CVE-2021-4422"}}',
    });
    expect(catalog.changes(1)).toEqual([{ seq: 1, atMs: 1_700_000_000_000, kind: 'created', fieldsJson: '{}' }]);
  });

  it('narrows by every filter', async () => {
    const writer = sampleWriter();
    writer.put(...samples);
    const catalog = open(writer.path);
    const [log4shell, overflow, kernel, rejected] = samples.map((sample) => sample.cveId);
    const expectIds = async (query: Partial<ListQuery>, ids: readonly (string | undefined)[]) => {
      const page = await catalog.list({ ...newest, ...query });
      expect(
        page.rows.map((row) => row.cveId),
        JSON.stringify(query),
      ).toEqual(ids);
      expect(page.total).toBe(ids.length);
    };
    await expectIds({}, [kernel, overflow, log4shell, rejected]);
    await expectIds({ vendor: ' Apache ' }, [log4shell]);
    await expectIds({ product: 'LOG4J' }, [overflow, log4shell]);
    await expectIds({ vendor: 'acme', product: 'log4j' }, [overflow]);
    await expectIds({ product: 'Linux Kernel' }, [kernel]);
    await expectIds({ vendor: 'nobody' }, []);
    await expectIds({ cwe: 917 }, [log4shell]);
    await expectIds({ assigner: 'Apache' }, [log4shell]);
    await expectIds({ assigner: 'org-mitre', states: ['published'] }, [kernel, overflow]);
    await expectIds({ severities: ['critical', 'medium'] }, [kernel, log4shell]);
    await expectIds({ severities: [] }, []);
    await expectIds({ scoreMin: 5, scoreMax: 7.5 }, [kernel, overflow]);
    await expectIds({ epssMin: 0.0001 }, [kernel, log4shell]);
    await expectIds({ epssMax: 0.0001 }, [kernel]);
    await expectIds({ publishedFromMs: day(2), publishedToMs: day(3) }, [kernel, overflow]);
    await expectIds({ kev: false, states: ['published'] }, [kernel, overflow]);
    await expectIds({ automatable: false }, [kernel]);
    await expectIds({ text: 'code jndi' }, [log4shell]);
    await expectIds({ text: 'overflow', severities: ['critical'] }, []);
    await expectIds({ text: 'pars*' }, [overflow]);
    await expectIds({ text: 'the "buffer" OVERFLOW; --' }, [overflow]);
    await expectIds({ text: 'CVE-2021-4422' }, [overflow]);
    await expectIds({ text: 'CVE-2021-4422*' }, [kernel, overflow, log4shell]);
    await expectIds({ text: 'CVE-2021-44…' }, [kernel, overflow, log4shell]);
    await expectIds({ text: 'CVE-2021-44 kernel' }, [kernel]);
  });

  it('answers hostile text with nothing and no failure', async () => {
    const writer = sampleWriter();
    writer.put(...samples);
    const catalog = open(writer.path);
    for (const text of [
      '\u0000',
      '"',
      "'; drop table record; --",
      '*',
      '((((',
      'x'.repeat(10_000),
      'NEAR(',
      'text:',
      '^',
      '\ud800',
      '%_'.repeat(5000),
    ]) {
      expect(await idsOf(catalog, { text }), text.slice(0, 20)).toEqual([]);
    }
    expect(catalog.find('CVE-2021-44228')).not.toBeNull();
  });

  it('refuses a limit, a bound or a position that cannot be', async () => {
    const catalog = open(sampleWriter().path);
    for (const limit of [0, 101, 1.5, Number.NaN]) {
      await expect(catalog.list({ ...newest, limit })).rejects.toMatchObject({
        code: 'request.invalid_parameter',
        detail: { parameter: 'limit' },
      });
      await expect(catalog.kevList({ limit })).rejects.toMatchObject({ code: 'request.invalid_parameter' });
    }
    await expect(catalog.list({ ...newest, scoreMin: Number.NaN })).rejects.toMatchObject({
      detail: { parameter: 'scoreMin' },
    });
    await expect(catalog.list({ ...newest, after: { value: 0.5, id: -1 } })).rejects.toMatchObject({
      code: 'catalog.cursor_invalid',
    });
  });

  it('lists KEV entries, also those without a record', async () => {
    const writer = sampleWriter();
    for (const [at, id] of ['CVE-2020-0001', 'CVE-2020-0002', 'CVE-2019-12345', 'CVE-2023-0004'].entries()) {
      writer.putKev(id, day(at < 3 ? 1 : 4), at === 1, {
        vendorProject: at === 3 ? 'Ivanti' : 'Acme',
        product: 'Gate',
        vulnerabilityName: 'Hole',
      });
    }
    const catalog = open(writer.path);
    const first = await catalog.kevList({ limit: 2 });
    expect(first).toMatchObject({
      total: 4,
      rows: [{ cveId: 'CVE-2023-0004' }, { cveId: 'CVE-2020-0002', ransomware: true, addedMs: day(1) }],
    });
    const second = await catalog.kevList({ limit: 2, ...(first.next === null ? {} : { after: first.next }) });
    expect(second.rows.map((row) => row.cveId)).toEqual(['CVE-2020-0001', 'CVE-2019-12345']);
    expect(second.next).toBeNull();
    expect((await catalog.kevList({ limit: 9, text: 'ivanti gate' })).rows.map((row) => row.cveId)).toEqual([
      'CVE-2023-0004',
    ]);
    expect(
      (await catalog.kevList({ limit: 9, ascending: true, ransomware: false, addedToMs: day(1) })).rows.map(
        (row) => row.cveId,
      ),
    ).toEqual(['CVE-2019-12345', 'CVE-2020-0001']);
    expect(catalog.kevEntry('cve-2020-0002')).toMatchObject({ cveId: 'CVE-2020-0002', ransomware: true });
    expect(catalog.kevEntry('CVE-2021-44228')).toBeNull();
    writer.putKev('CVE-2024-0001', day(8), false, {});
    expect((await catalog.kevList({ limit: 1 })).rows.map((row) => row.cveId)).toEqual(['CVE-2024-0001']);
  });

  it('counts', async () => {
    const writer = sampleWriter();
    writer.put(...samples);
    writer.putKev('CVE-2021-44228', day(1), true, {});
    writer.database.exec("insert into epss values ('CVE-2021-44228', 1, 1), ('CVE-1999-0001', 2, 2)");
    writer.database.exec("insert into feed_state (feed, records, error) values ('kev', 1, null)");
    expect(await open(writer.path).statistics()).toEqual({
      records: 4,
      published: 3,
      rejected: 1,
      starter: 0,
      severities: { unknown: 0, low: 0, medium: 1, high: 1, critical: 1 },
      kev: 1,
      kevRansomware: 1,
      epss: 2,
      vendors: 3,
      products: 3,
      revision: 4,
      feeds: [expect.objectContaining({ feed: 'kev', records: 1, succeededMs: null, error: null })],
    });
  });
});

describe('a file that cannot be used', () => {
  it('is refused with its reason', () => {
    const folder = sampleFolder();
    const text = join(folder, 'text.db');
    writeFileSync(text, 'this is not a database, but it is long enough to look at\n'.repeat(100));
    expect(() => open(text)).toThrow(expect.objectContaining({ code: 'storage.corrupt' }));

    const foreign = join(folder, 'foreign.db');
    const other = new DatabaseSync(foreign);
    other.exec('create table something (id integer)');
    other.close();
    expect(() => open(foreign)).toThrow(expect.objectContaining({ code: 'storage.corrupt' }));

    const newer = sampleWriter(join(folder, 'newer.db'));
    newer.database.exec("update meta set value = '999' where key = 'schema_version'");
    expect(() => open(newer.path)).toThrow(expect.objectContaining({ code: 'storage.newer_schema' }));

    const size = statSync(newer.path).size;
    expect(() => openForIngest(newer.path)).toThrow(expect.objectContaining({ code: 'storage.newer_schema' }));
    expect(statSync(newer.path).size).toBe(size);
    expect(newer.database.prepare('select value from meta').get()).toEqual({ value: '999' });

    mkdirSync(join(folder, 'folder.db'));
    expect(() => open(join(folder, 'folder.db'))).toThrow(expect.objectContaining({ code: 'storage.unavailable' }));
    expect(() => open(join(folder, 'missing', 'catalog.db'))).toThrow(
      expect.objectContaining({ code: 'storage.unavailable' }),
    );
  });

  it('of an older schema is emptied, to be filled anew', async () => {
    const path = join(sampleFolder(), 'catalog.db');
    const older = new DatabaseSync(path);
    older.exec(`create table meta (key text primary key, value text not null);
      insert into meta values ('schema_version', '1');
      create table record (id integer primary key, cve_id text); insert into record values (1, 'CVE-2024-0001');
      create table record_body (id integer primary key); create table vendor (id integer primary key, name text);
      create virtual table record_text using fts5 (text, content='', contentless_delete=1, detail=none)`);
    older.close();
    const catalog = open(path);
    expect(catalog.find('CVE-2024-0001')).toBeNull();
    expect((await catalog.list(newest)).total).toBe(0);
    sampleWriter(path).put({ cveId: 'CVE-2024-0002', title: 'Filled again' });
    expect((await catalog.list({ ...newest, text: 'filled' })).total).toBe(1);
  });

  it('damaged in the middle, fails as damaged in reads and lists', async () => {
    const writer = sampleWriter();
    writer.put(
      ...Array.from({ length: 400 }, (_, at) => ({ cveId: `CVE-2024-${1000 + at}`, description: 'word '.repeat(200) })),
    );
    writer.database.exec('pragma wal_checkpoint(truncate)');
    const pages = Number(writer.database.prepare('pragma page_count').get()?.['page_count']);
    writer.database.close();
    const file = openSync(writer.path, 'r+');
    const noise = new Uint8Array(4096).fill(0xa5);
    // What was written last is hit, not what opening looks at.
    for (let page = Math.ceil(pages / 2); page < pages; page++) writeSync(file, noise, 0, noise.length, page * 4096);
    closeSync(file);
    const catalog = open(writer.path);
    const damaged: unknown = expect.objectContaining({ code: 'storage.corrupt' });
    expect(() => Array.from({ length: 400 }, (_, at) => catalog.find(`CVE-2024-${1000 + at}`))).toThrow(damaged);
    await expect(catalog.list(newest)).rejects.toThrow(damaged);
  });
});
