/** Risk: a feed that is down, cut off, stale or hostile costs the catalogue its content, or changes are skipped for good. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileServer, type FileServer } from '../../../test/support/file-server.ts';
import { turning } from '../../../test/support/turning.ts';
import { createLog, ManualClock, silentLog } from '../../kernel/index.ts';
import { createOutbound, type Outbound } from '../../outbound/index.ts';
import { importPaths } from '../ingest/index.ts';
import { openCatalog, type Catalog } from '../open.ts';
import type { FeedState } from '../types.ts';
import { findCveListCursor } from './cursor.ts';
import { openFeedStateStore } from './feed-state-store.ts';
import { syncFeeds, type SyncDeps, type SyncOptions, type SyncOutcome } from './index.ts';

// Each import starts a thread, which takes its time on a busy machine.
const clock = new ManualClock(Date.UTC(2026, 0, 15, 12));
let folder: string;
let server: FileServer;
let outbound: Outbound;
let catalog: Catalog;
/** What was logged of the fetching. */
const lines: string[] = [];

const record = (id: string, updated: string, text = 'A flaw.'): string =>
  JSON.stringify({
    dataType: 'CVE_RECORD',
    dataVersion: '5.1',
    cveMetadata: {
      cveId: id,
      assignerOrgId: 'd0e8b1f2-0000-4000-8000-000000000001',
      assignerShortName: 'acme',
      state: 'PUBLISHED',
      datePublished: '2026-01-01T00:00:00Z',
      dateUpdated: updated,
    },
    containers: {
      cna: {
        providerMetadata: { orgId: 'd0e8b1f2-0000-4000-8000-000000000001' },
        descriptions: [{ lang: 'en', value: text }],
        affected: [{ vendor: 'acme', product: 'thing', defaultStatus: 'affected' }],
        references: [{ url: 'https://example.org/' }],
      },
    },
  });
const first = ['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-12345'];
const entry = (fetchTime: string, ids: readonly string[], dateUpdated = fetchTime): object => ({
  fetchTime,
  numberOfChanges: ids.length,
  new: [],
  updated: ids.map((cveId) => ({ cveId, githubLink: 'http://10.0.0.1/', dateUpdated })),
  error: [],
});
const kev = (count: number, released = '2026-01-15T00:00:00Z'): string =>
  JSON.stringify({
    title: 'KEV',
    catalogVersion: released.slice(0, 10),
    dateReleased: released,
    count,
    vulnerabilities: Array.from({ length: count }, (_, index) => ({
      cveID: `CVE-2026-${String(index + 1).padStart(4, '0')}`,
      vendorProject: 'Acme',
      product: 'Thing',
      vulnerabilityName: 'x',
      dateAdded: '2026-01-02',
      shortDescription: 'x',
      requiredAction: 'x',
      dueDate: '2026-02-02',
      knownRansomwareCampaignUse: 'Known',
      notes: '',
      cwes: [],
    })),
  });
const epss = gzipSync(
  `#model_version:v2025.03.14,score_date:2026-01-15T00:00:00+0000\ncve,epss,percentile\n${first.map((id) => `${id},0.5,0.9\n`).join('')}`,
);
const day = '/cve_2026-01-15_0000Z/2026-01-15_all.ndjson';
const log = '/deltaLog.json';
const address = (id: string): string => `/cves/2026/${id === 'CVE-2026-12345' ? '12xxx' : '0xxx'}/${id}.json`;

beforeEach(async () => {
  lines.length = 0;
  clock.set(Date.UTC(2026, 0, 15, 12));
  folder = mkdtempSync(join(tmpdir(), 'vulngate-sync-'));
  mkdirSync(join(folder, 'tmp'));
  server = await fileServer({
    [day]: first.map((id) => `${record(id, '2026-01-14T00:00:00Z')}\n`).join(''),
    [log]: JSON.stringify([entry('2026-01-14T20:00:00Z', first), entry('2025-12-20T00:00:00Z', ['CVE-2025-1111'])]),
    '/kev.json': kev(10),
    '/epss': 'redirect:/epss-2026-01-15.csv.gz',
    '/epss-2026-01-15.csv.gz': epss,
  });
  outbound = createOutbound({ config: { allow: ['127.0.0.1/32'] }, log: silentLog, clock });
  catalog = openCatalog({ databasePath: join(folder, 'catalog.db'), clock, log: silentLog });
});
afterEach(async () => {
  await catalog.close();
  await outbound.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const hourly = (hour: string): string => `/cve_{date}_${hour}00Z/{date}_all.ndjson`;

const sync = async (
  feeds?: readonly string[],
  options: SyncOptions = {},
  cveList = hourly('00'),
): Promise<SyncOutcome> => {
  const databasePath = join(folder, 'catalog.db');
  const deps: SyncDeps = {
    databasePath,
    feedFolder: join(folder, 'feeds'),
    addresses: {
      cveList: `${server.url}${cveList}`,
      cveDeltaLog: `${server.url}${log}`,
      cveRecord: `${server.url}/cves/{year}/{group}/{id}.json`,
      kev: `${server.url}/kev.json`,
      epss: `${server.url}/epss`,
    },
    outbound,
    clock,
    log: createLog({ level: 'warn', nowMs: () => 0, write: (line) => lines.push(line) }),
    importFiles: async (paths, how) =>
      importPaths({ databasePath, clock, log: silentLog, tempFolder: join(folder, 'tmp') }, paths, how),
  };
  return syncFeeds(deps, feeds, options);
};
const counts = ({ report }: SyncOutcome): string[] =>
  report.sources.map(
    (each) =>
      `${each.kind} ${each.read}/${each.inserted}/${each.updated}/${each.unchanged}/${each.skipped}${each.failure === undefined ? '' : ' failed'}`,
  );
const state = (feed: string): FeedState | undefined => catalog.feedStates().find((each) => each.feed === feed);

describe('syncFeeds', () => {
  it('fetches everything the first time and nothing that did not change the second time', async () => {
    expect(counts(await sync())).toEqual(['cve-list 3/3/0/0/0', 'kev 10/10/0/0/0', 'epss 3/3/0/0/0']);
    expect(catalog.find('CVE-2026-0001')).toMatchObject({ kev: true, epss: 0.5, assigner: 'acme' });
    expect(server.takePaths()).toEqual([day, log, '/kev.json', '/epss', '/epss-2026-01-15.csv.gz']);
    clock.advance(3_600_000);
    expect(counts(await sync())).toEqual(['cve-list 0/0/0/0/0', 'kev 0/0/0/0/0', 'epss 0/0/0/0/0']);
    expect(server.takePaths()).toEqual([log, '/kev.json', '/epss', '/epss-2026-01-15.csv.gz']);
    expect(state('kev')).toMatchObject({ error: null, records: 10, succeededMs: state('kev')?.attemptedMs });
    expect(readdirSync(join(folder, 'feeds'))).toEqual(['sync.lock']);
  });

  it('fetches the records that the log names since the last time, from the configured address', async () => {
    await sync(['cve-list']);
    server.takePaths();
    server.files.set(
      log,
      JSON.stringify([
        entry('2026-01-15T13:00:00Z', ['CVE-2026-0002', 'CVE-2026-0009', '../../x']),
        entry('2026-01-14T20:00:00Z', first),
        entry('2025-12-20T00:00:00Z', []),
      ]),
    );
    for (const id of ['CVE-2026-0002', 'CVE-2026-0009'])
      server.files.set(address(id), record(id, '2026-01-15T13:00:00Z', 'Worse.'));
    const outcome = await sync(['cve-list']);
    expect(counts(outcome)).toEqual(['cve-list 2/1/1/0/0']);
    expect(server.takePaths().toSorted()).toEqual([address('CVE-2026-0002'), address('CVE-2026-0009'), log].toSorted());
    expect(catalog.find('CVE-2026-0009')?.description).toBe('Worse.');
    expect(state('cve-list')?.dataMs).toBe(Date.UTC(2026, 0, 15, 13));
  });

  it('names records that cannot be had or are still old, and tries them again although the log did not change', async () => {
    await sync(['cve-list']);
    server.files.set(
      log,
      JSON.stringify([
        entry('2026-01-15T13:00:00Z', ['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-0009']),
        entry('2025-12-20T00:00:00Z', []),
      ]),
    );
    server.files.set(address('CVE-2026-0001'), record('CVE-2026-0001', '2026-01-14T00:00:00Z'));
    server.files.set(address('CVE-2026-0002'), record('CVE-2026-0003', '2026-01-15T13:00:00Z'));
    const outcome = await sync(['cve-list']);
    expect(outcome.failed).toEqual([]);
    expect(outcome.report.sources[0]?.errors.map((each) => `${each.item} ${each.reason}`).toSorted()).toEqual([
      'CVE-2026-0001 is still the version before the change',
      'CVE-2026-0002 is another record than the one asked for',
      'CVE-2026-0009 answered with status 404',
    ]);
    for (const id of ['CVE-2026-0001', 'CVE-2026-0002', 'CVE-2026-0009'])
      server.files.set(address(id), record(id, '2026-01-15T13:00:00Z'));
    expect(counts(await sync(['cve-list']))).toEqual(['cve-list 3/1/2/0/0']);
    expect(counts(await sync(['cve-list']))).toEqual(['cve-list 0/0/0/0/0']);
  });

  it('names a changed record that is none, also when nothing else has changed, and goes on', async () => {
    await sync(['cve-list']);
    server.files.set(
      log,
      JSON.stringify([entry('2026-01-15T13:00:00Z', ['CVE-2026-0001']), entry('2025-12-20T00:00:00Z', [])]),
    );
    const metadata = { cveId: 'CVE-2026-0001', dateUpdated: '2026-01-15T13:00:00Z' };
    server.files.set(address('CVE-2026-0001'), JSON.stringify({ cveMetadata: metadata }));
    const outcome = await sync(['cve-list']);
    expect(outcome.failed).toEqual([]);
    expect(outcome.report.sources[0]).toMatchObject({
      skipped: 1,
      errors: [{ item: 'CVE-2026-0001', reason: 'containers.cna is missing' }],
    });
    expect(state('cve-list')?.dataMs).toBe(Date.UTC(2026, 0, 15, 13));
  });

  it('takes the whole list again when the log does not reach back to the last time', async () => {
    await sync(['cve-list']);
    server.takePaths();
    server.files.set(log, JSON.stringify([entry('2026-01-15T13:00:00Z', []), entry('2026-01-15T10:00:00Z', [])]));
    expect(counts(await sync(['cve-list']))).toEqual(['cve-list 3/0/0/3/0']);
    expect(server.takePaths()).toContain(day);
  });

  it.each(['2999-01-01T00:00:00Z', '2026-01-16T12:00:01Z', 'never'])(
    'does not go on from a stored time of %s, but takes the whole list and what changed since',
    async (fetchedAt) => {
      await sync(['cve-list']);
      const store = openFeedStateStore(join(folder, 'catalog.db'));
      store.updateCursor('cve-list', JSON.stringify({ ...findCveListCursor(store), fetchedAt }));
      store.close();
      server.files.set(
        log,
        JSON.stringify([entry('2026-01-15T11:00:00Z', ['CVE-2026-0009']), entry('2025-12-20T00:00:00Z', [])]),
      );
      server.files.set(address('CVE-2026-0009'), record('CVE-2026-0009', '2026-01-15T11:00:00Z'));
      server.takePaths();
      expect(counts(await sync(['cve-list']))).toEqual(['cve-list 3/0/0/3/0', 'cve-list 1/1/0/0/0']);
      expect(lines.join('')).toContain(`"event":"sync.cursor_refused","feed":"cve-list","fetchedAt":"${fetchedAt}"`);
      lines.length = 0;
      expect(counts(await sync(['cve-list']))).toEqual(['cve-list 0/0/0/0/0']);
      expect(lines).toEqual([]);
    },
  );

  it('does not go on from the time of a list whose server dates it in the future', async () => {
    server.lastModified.set('/all.ndjson', 'Tue, 01 Jan 2999 00:00:00 GMT');
    server.files.set('/all.ndjson', server.files.get(day) ?? '');
    server.files.set(log, JSON.stringify([entry('2026-01-15T11:00:00Z', ['CVE-2026-0009'])]));
    server.files.set(address('CVE-2026-0009'), record('CVE-2026-0009', '2026-01-15T11:00:00Z'));
    await sync(['cve-list'], {}, '/all.ndjson');
    expect(catalog.find('CVE-2026-0009')).not.toBeNull();
  });

  it('keeps what it has and its time when the whole list is much smaller than what is stored', async () => {
    await sync(['cve-list']);
    const before = state('cve-list');
    server.files.set(day, `${record('CVE-2026-0001', '2026-01-15T00:00:00Z', 'Other.')}\n`);
    server.files.set(log, JSON.stringify([entry('2026-01-15T13:00:00Z', []), entry('2026-01-15T10:00:00Z', [])]));
    clock.advance(3_600_000);
    const outcome = await sync(['cve-list']);
    expect([outcome.failed, counts(outcome)]).toEqual([['cve-list'], ['cve-list 0/0/0/0/0 failed']]);
    expect(catalog.find('CVE-2026-0001')?.description).toBe('A flaw.');
    const error = 'the file has 1 entries, fewer than half of the 3 stored';
    expect(state('cve-list')).toEqual({ ...before, attemptedMs: clock.nowMs(), error });
    expect(readdirSync(join(folder, 'feeds'))).toEqual(['sync.lock']);
    expect(counts(await sync(['cve-list'], { force: true }))).toEqual(['cve-list 1/0/1/0/0']);
  });

  it('takes the list of an earlier day when there is none of today yet', async () => {
    clock.advance(86_400_000);
    expect(counts(await sync(['cve-list']))).toEqual(['cve-list 3/3/0/0/0']);
    server.files.delete(day);
    expect((await sync(['cve-list'], { force: true })).report.sources[0]?.failure).toContain(
      'no file of the last 4 days',
    );
  });

  it('finds the newest hourly release when the address has an hour', async () => {
    const content = server.files.get(day) ?? '';
    server.files.set('/cve_2026-01-15_0900Z/2026-01-15_all.ndjson', content);
    expect(counts(await sync(['cve-list'], {}, hourly('{hour}')))).toEqual(['cve-list 3/3/0/0/0']);
    expect(server.takePaths().map((path) => path.slice(16, 20))).toEqual(['1200', '1100', '1000', '0900', '']);
  });

  it('keeps what it has of a feed that fails, says why, and goes on with the others', async () => {
    await sync();
    const bad: [string, string | null, RegExp][] = [
      ['small', kev(2, '2026-01-16T00:00:00Z'), /fewer than half/],
      ['old', kev(10, '2025-01-01T00:00:00Z'), /older/],
      ['truncated', kev(12, '2026-01-16T00:00:00Z').slice(0, -50), /./],
      ['a web page', '<!doctype html><p>Down for maintenance', /./],
      ['empty', '', /./],
      ['gone', null, /404/],
    ];
    for (const [name, content, reason] of bad) {
      if (content === null) server.files.delete('/kev.json');
      else server.files.set('/kev.json', content);
      const outcome = await sync(['kev', 'epss']);
      expect([outcome.failed, outcome.report.sources.length], name).toEqual([['kev'], 2]);
      expect(outcome.report.sources[0]?.failure, name).toMatch(reason);
      expect(state('kev')?.error, name).toMatch(reason);
      expect(catalog.find('CVE-2026-0003') ?? catalog.kevEntry('CVE-2026-0003'), name).not.toBeNull();
    }
    server.files.set('/kev.json', kev(11, '2026-01-17T00:00:00Z'));
    expect((await sync(['kev'])).failed).toEqual([]);
    expect(state('kev')).toMatchObject({ error: null, records: 11 });
  });

  it('reports a server that cannot be reached as a failure of each feed', async () => {
    const url = server.url;
    await server.close();
    const outcome = await turning(clock, sync());
    expect(outcome.failed).toEqual(['cve-list', 'kev', 'epss']);
    expect(state('epss')?.error).toContain(url);
    server = await fileServer();
  });

  it('goes on with a download that was cut off', async () => {
    server.cutOnce.add(day);
    const stop = new AbortController();
    const onProgress = (): void => stop.abort('SIGINT');
    await expect(sync(['cve-list'], { signal: stop.signal, onProgress })).rejects.toThrow('was stopped');
    server.cut();
    expect(readdirSync(join(folder, 'feeds'))).toContain('cve-list-2026-01-15.zip.part');
    expect(counts(await sync(['cve-list']))).toEqual(['cve-list 3/3/0/0/0']);
    expect(server.requests.map((each) => each.headers.range)[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('goes on with an import that was stopped, without fetching again', async () => {
    const stop = new AbortController();
    const onProgress: SyncOptions['onProgress'] = ({ stage }) => void (stage === 'import' && stop.abort('SIGINT'));
    await expect(sync(['cve-list'], { signal: stop.signal, onProgress })).rejects.toBe('SIGINT');
    server.takePaths();
    expect((await sync(['cve-list'])).report.sources[0]).toMatchObject({ read: 3 });
    expect(server.takePaths()).toEqual([log]);
  });

  it('fetches a feed again after something else was imported in its place', async () => {
    await sync(['kev']);
    server.files.set('/other.json', kev(10, '2026-01-10T00:00:00Z'));
    const databasePath = join(folder, 'catalog.db');
    await outbound.download(`${server.url}/other.json`, join(folder, 'other.json'), { maxBytes: 1e6 });
    await importPaths(
      { databasePath, clock, log: silentLog, tempFolder: join(folder, 'tmp') },
      [join(folder, 'other.json')],
      { force: true },
    );
    expect(counts(await sync(['kev']))).toEqual(['kev 10/0/0/10/0']);
  });

  it('runs once at a time in a folder', async () => {
    const both = await Promise.allSettled([sync(['kev']), sync(['kev'])]);
    expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(sync(['nonsense'])).rejects.toThrow(/cve-list, kev, epss/);
  });
});
