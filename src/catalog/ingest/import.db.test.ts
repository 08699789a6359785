import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { lockIngest } from '../store/ingest-database.ts';
import { importPaths, loadStarter } from './index.ts';
import { cveRecord, epssFile, kevFile, lines, workshop, zip } from './import.suite.ts';

const id = (number: number): string => `CVE-2024-${String(number).padStart(4, '0')}`;
const change = (row: Record<string, unknown> | undefined): unknown => ({
  kind: row?.['kind'],
  fields: JSON.parse(String(row?.['fields'])) as unknown,
});

describe('records', () => {
  test('every wrapping of the same record gives the same document: only the first is new', async () => {
    const { file, take, folder } = workshop();
    const record = cveRecord();
    mkdirSync(join(folder, 'cves/2024'), { recursive: true });
    writeFileSync(join(folder, 'cves/2024/CVE-2024-0001.json'), JSON.stringify(record, null, 4));
    writeFileSync(join(folder, 'cves/README.md'), '# not a feed');
    const inner = zip([
      { name: 'cves/2024/a.json', content: JSON.stringify(record, null, 4) },
      { name: 'cves/delta.json', content: '{"fetchTime":"x","new":[]}' },
    ]);
    const results = [];
    for (const path of [
      file('a.ndjson', lines(record)),
      file('b', gzipSync(lines(record))),
      file('c.json', JSON.stringify(record, null, 2)),
      file('d.zip', inner),
      file('e.zip', zip([{ name: '../../cves.zip', content: inner }])),
      join(folder, 'cves'),
    ]) {
      const { kind, read, inserted, unchanged, errors } = await take(path);
      results.push([kind, read, inserted, unchanged, errors.length]);
    }
    expect(results).toEqual([['cve-list', 1, 1, 0, 0], ...Array.from({ length: 5 }, () => ['cve-list', 1, 0, 1, 0])]);
    expect(readdirSync(folder).filter((name) => name.startsWith('import-'))).toEqual([]);
  });

  test('a newer document replaces, an older one never does, and what changed is logged', async () => {
    const { file, take, rows } = workshop();
    await take(file('1', lines(cveRecord())));
    const newer = cveRecord({ updated: '2024-02-01T00:00:00Z', title: 'Another flaw', product: 'hammer' });
    expect(await take(file('2', lines(newer)))).toMatchObject({ updated: 1 });
    expect(await take(file('3', lines(cveRecord())))).toMatchObject({ updated: 0, unchanged: 1 });
    expect(rows('select title from record_body')).toEqual([{ title: 'Another flaw' }]);
    expect(rows('select p.name from product_record pr join product p on p.id = pr.product_id')).toEqual([
      { name: 'hammer' },
    ]);
    expect(rows("select rowid from record_text where record_text match 'hammer'")).toHaveLength(1);
    expect(rows("select rowid from record_text where record_text match 'anvil'")).toHaveLength(0);
    const log = rows('select * from change order by seq');
    expect(log.map((row) => row['kind'])).toEqual(['created', 'updated']);
    expect(change(log[1])).toMatchObject({
      fields: { title: ['A flaw', 'Another flaw'], products: [[['acme', 'anvil']], [['acme', 'hammer']]] },
    });
    expect(rows('select revision from record')).toEqual([{ revision: log[1]?.['seq'] }]);
  });

  test('a rejection is a change of its own kind', async () => {
    const { file, take, rows } = workshop();
    await take(file('1', lines(cveRecord(), cveRecord({ updated: '2024-03-01T00:00:00Z', state: 'REJECTED' }))));
    expect(change(rows('select * from change order by seq desc limit 1')[0])).toMatchObject({
      kind: 'rejected',
      fields: { state: ['published', 'rejected'] },
    });
  });

  test('duplicates, any order and unknown fields are harmless', async () => {
    const { file, take, rows } = workshop();
    const records = [5, 3, 9, 3].map((number) => cveRecord({ id: id(number), extra: { x_other: { deep: [1] } } }));
    expect(await take(file('1', lines(...records)))).toMatchObject({ read: 4, inserted: 3, unchanged: 1, skipped: 0 });
    expect(rows('select count(*) as n from record')).toEqual([{ n: 3 }]);
  });

  test('bad records are skipped and named, the others go in', async () => {
    const { file, take } = workshop();
    const bad = lines(
      cveRecord(),
      '{"cveMetadata": oops',
      cveRecord({ id: '../../x' }),
      '{"dataType":"CVE_RECORD"}',
      cveRecord({ id: id(2) }),
    );
    const source = await take(file('1', bad));
    expect(source).toMatchObject({ read: 5, inserted: 2, skipped: 3 });
    expect(source.errors).toEqual([
      { item: 'line 2', reason: 'is not JSON' },
      { item: '../../x (line 3)', reason: 'cveMetadata.cveId is not a CVE id' },
      { item: 'line 4', reason: 'cveMetadata is missing' },
    ]);
  });
});

describe('hostile files', () => {
  test('what came before the end of a truncated gzip stays, and the source has failed', async () => {
    const { file, take, rows } = workshop();
    const noise = (number: number) =>
      Array.from({ length: 200 }, (_, index) => Math.imul(index + number * 997, 2_654_435_761).toString(36)).join(' ');
    const records = Array.from({ length: 2_000 }, (_, number) =>
      cveRecord({ id: id(number + 1), title: noise(number) }),
    );
    const whole = gzipSync(lines(...records));
    const source = await take(file('1', whole.subarray(0, whole.length - 2_000)));
    expect(source.failure).toBe('the gzip data ends early');
    expect(source.inserted).toBeGreaterThan(1_000);
    expect(rows('select count(*) as n from record')).toEqual([{ n: source.inserted }]);
    expect(await take(file('2', whole))).toMatchObject({
      inserted: 2_000 - source.inserted,
      unchanged: source.inserted,
    });
  });

  test('a line over the limit is skipped without being held, and the next line is read', async () => {
    const { file, take } = workshop();
    const huge = `{"dataType":"CVE_RECORD","x":"${'a'.repeat(40_000_000)}"}`;
    const source = await take(file('1', lines(cveRecord(), huge, cveRecord({ id: id(2) }))));
    expect(source).toMatchObject({
      inserted: 2,
      skipped: 1,
      errors: [{ item: 'line 2', reason: 'is longer than 16777216 bytes' }],
    });
  });

  test('an archive that expands like a bomb is not expanded', async () => {
    const { file, take } = workshop();
    const zeros = Buffer.alloc(17_000_000);
    const bomb = zip([
      { name: 'bomb.json', content: zeros },
      { name: 'lie.json', content: zeros, declaredBytes: 100 },
      { name: 'CVE.json', content: JSON.stringify(cveRecord()) },
    ]);
    const source = await take(file('1', bomb));
    expect(source).toMatchObject({ inserted: 1, skipped: 2 });
    expect(source.errors.map(({ item, reason }) => `${item} ${reason}`)).toEqual([
      'bomb.json expands more than 200 times',
      'lie.json is damaged',
    ]);
    expect(await take(file('2', bomb), { limits: { archiveBytes: 1_000_000 } })).toMatchObject({
      failure: 'the archive expands beyond the size limit',
    });
  });

  test('gzip that expands beyond size and ratio is refused', async () => {
    const { file, take } = workshop();
    const source = await take(file('1', gzipSync(lines(cveRecord(), 'a'.repeat(20_000_000)))), {
      limits: { unsuspiciousBytes: 1_000_000 },
    });
    expect(source.failure).toBe('the file expands more than 200 times');
  });

  test('a cut archive, an empty file, an unknown file and a missing one fail with their reason', async () => {
    const { file, deps } = workshop();
    const archive = zip([{ name: 'CVE.json', content: JSON.stringify(cveRecord()) }]);
    const paths = [
      file('1', archive.subarray(0, archive.length - 30)),
      file('2', ''),
      file('3', 'hello'),
      '/no/such/file',
      file('5', lines(cveRecord())),
    ];
    const { sources } = await importPaths(deps, paths);
    expect(sources.map((source) => source.failure?.split(':')[0])).toEqual([
      'the archive is damaged or ends early',
      'the file is empty',
      'the content is of no known feed',
      'there is no such file or folder',
      undefined,
    ]);
    expect(sources[4]).toMatchObject({ inserted: 1 });
  });
});

describe('KEV', () => {
  test('entries are flagged, unflagged when removed, and kept for records that come later', async () => {
    const { file, take, rows } = workshop();
    await take(file('1', lines(cveRecord({ id: id(1) }))));
    expect(await take(file('k1', kevFile('2024-03-01', [id(1), id(2)])))).toMatchObject({
      kind: 'kev',
      read: 2,
      inserted: 2,
    });
    await take(file('2', lines(cveRecord({ id: id(2) }))));
    const flags = () =>
      rows('select kev, kev_ransomware, exploit_known from record order by cve_id').map((row) =>
        Object.values(row).join(''),
      );
    expect(flags()).toEqual(['111', '111']);
    expect(await take(file('k2', kevFile('2024-03-02', [id(2)])))).toMatchObject({ updated: 1, unchanged: 1 });
    expect(flags()).toEqual(['000', '111']);
    expect(change(rows('select * from change order by seq desc limit 1')[0])).toEqual({
      kind: 'kev',
      fields: { kev: [true, false], kevAdded: ['2024-03-01', null], kevRansomware: [true, false] },
    });
  });

  test('an older, empty, cut or shrunken catalogue is refused and the stored one stays; force takes it', async () => {
    const { file, take, rows } = workshop();
    await take(file('k', kevFile('2024-03-05', [id(1), id(2), id(3), id(4)])));
    const failures = [];
    for (const content of [
      kevFile('2024-03-01', [id(1), id(2), id(3), id(4)]),
      kevFile('2024-03-06', []),
      kevFile('2024-03-06', [id(1), id(2), id(3)], { count: 9 }),
      kevFile('2024-03-06', [id(1)]),
      kevFile('2024-03-06', [id(1)]).slice(0, 150),
    ])
      failures.push((await take(file('bad', content))).failure?.slice(0, 30));
    expect(failures).toEqual([
      'the file is of 2024-03-01T00:0',
      'the file has no entries',
      'the file says 9 entries and ho',
      'the file has 1 entries, fewer ',
      'the file is not JSON, or ends ',
    ]);
    expect(rows('select count(*) as n from kev')).toEqual([{ n: 4 }]);
    expect(rows("select records, error is not null as failed from feed_state where feed = 'kev'")).toEqual([
      { records: 4, failed: 1 },
    ]);
    expect(await take(file('k', kevFile('2024-03-01', [id(1)])), { force: true })).toMatchObject({ updated: 3 });
  });
});

describe('EPSS', () => {
  test('unchanged scores are untouched, changed ones logged, vanished ones removed, later records scored', async () => {
    const { file, take, rows } = workshop();
    await take(file('1', lines(cveRecord({ id: id(1) }))));
    expect(
      await take(file('e1', epssFile('2024-03-01', { [id(1)]: '0.1,0.5', [id(2)]: '0.2,0.6', [id(3)]: '0.3,0.7' }))),
    ).toMatchObject({ inserted: 3 });
    await take(file('2', lines(cveRecord({ id: id(2) }), cveRecord({ id: id(3) }))));
    const before = rows('select max(seq) as seq from change')[0]?.['seq'];
    expect(
      await take(file('e2', epssFile('2024-03-02', { [id(2)]: '0.25,0.6', [id(1)]: '0.1,0.5', x: '1,1' }))),
    ).toMatchObject({ read: 3, updated: 2, unchanged: 1, skipped: 1 });
    expect(rows('select epss from record order by cve_id')).toEqual([
      { epss: 10_000 },
      { epss: 25_000 },
      { epss: null },
    ]);
    const log = rows('select * from change where seq > ? order by seq', Number(before));
    expect(log.map(change)).toEqual([
      { kind: 'epss', fields: { epss: [0.2, 0.25], epssPercentile: [0.6, 0.6] } },
      { kind: 'epss', fields: { epss: [0.3, null], epssPercentile: [0.7, null] } },
    ]);
  });

  test('an older or shrunken file is refused and nothing of it is written', async () => {
    const { file, take, rows } = workshop();
    await take(file('e1', epssFile('2024-03-03', { [id(1)]: '0.1,0.5', [id(2)]: '0.2,0.6', [id(3)]: '0.3,0.7' })));
    expect((await take(file('e2', epssFile('2024-03-01', { [id(1)]: '0.9,0.9' })))).failure).toContain('older');
    expect((await take(file('e3', epssFile('2024-03-04', { [id(1)]: '0.9,0.9' })))).failure).toContain(
      'fewer than half',
    );
    expect((await take(file('e4', epssFile('2024-03-04', {})))).failure).toContain('no usable entries');
    expect(rows('select count(*) as n, max(score) as top from epss')).toEqual([{ n: 3, top: 30_000 }]);
  });
});

describe('one import at a time, starter catalogue, interruption', () => {
  test('a second import is told so, and can run when the first has ended', async () => {
    const { deps, file, take } = workshop();
    const unlock = lockIngest(deps.databasePath);
    await expect(take(file('1', lines(cveRecord())))).rejects.toMatchObject({ code: 'catalog.ingest_running' });
    unlock();
    expect(await take(file('1', lines(cveRecord())))).toMatchObject({ inserted: 1 });
  });

  test('the starter fills an empty catalogue only, gives way to real records and never replaces one', async () => {
    const { deps, file, take, rows } = workshop();
    const entry = {
      id: id(1),
      title: 'Known flaw',
      published: '2024-01-01',
      modified: '2024-06-01',
      assigner: 'acme',
      cvss: ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
      cwe: ['CWE-79'],
      affected: [{ vendor: 'acme', product: 'anvil', versions: [{ from: '1.0', lessThan: '2.0' }] }],
      kev: { added: '2024-02-01', ransomware: true },
      epss: [0.5, 0.9],
      references: [],
    };
    const path = file('starter', lines(entry));
    expect(await loadStarter(deps, path)).toMatchObject({ kind: 'starter', inserted: 1 });
    expect(
      rows('select origin, severity, score, epss, kev, kev_ransomware from record').map((row) => Object.values(row)),
    ).toEqual([[0, 4, 98, 50_000, 1, 1]]);
    expect(await loadStarter(deps, path)).toMatchObject({ read: 0 });
    expect(await take(file('1', lines(cveRecord())))).toMatchObject({ updated: 1 });
    expect(await take(path)).toMatchObject({ kind: 'starter', unchanged: 1 });
    expect(rows('select origin, source from record join document on record_id = id')).toEqual([
      { origin: 1, source: 1 },
    ]);
  });

  test('an aborted import reports the source as interrupted, and running it again completes it', async () => {
    const { file, take, rows } = workshop();
    const path = file('1', lines(...Array.from({ length: 5_000 }, (_, number) => cveRecord({ id: id(number + 1) }))));
    const abort = new AbortController();
    const source = await take(path, { signal: abort.signal, onProgress: ({ read }) => read > 500 && abort.abort() });
    expect(source.failure).toContain('interrupted');
    expect(rows('select count(*) as n from record')).toEqual([{ n: source.inserted }]);
    expect(await take(path)).toMatchObject({
      read: 5_000,
      inserted: 5_000 - source.inserted,
      unchanged: source.inserted,
    });
  });
});
