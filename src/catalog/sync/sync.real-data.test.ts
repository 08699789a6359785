/** Risk: the official files differ from what small fixtures look like. Served from disk by a loopback server. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openPromise } from 'yauzl';
import { fileServer, type FileServer } from '../../../test/support/file-server.ts';
import { realData, realDataHint } from '../../../test/support/real-data.ts';
import { ManualClock, silentLog } from '../../kernel/index.ts';
import { createOutbound, type Outbound } from '../../outbound/index.ts';
import { importPaths } from '../ingest/index.ts';
import { openCatalog, type Catalog } from '../open.ts';
import { recordAddress } from './changed-records.ts';
import { syncFeeds, type SyncOutcome } from './index.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const data = realData();
if (data === null) process.stderr.write(`sync of the official files is skipped: ${realDataHint}\n`);

/** The records of the official delta, by the path at which the record template finds them. */
const deltaRecords = async (file: string): Promise<Record<string, Buffer>> => {
  const records: Record<string, Buffer> = {};
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false });
  for await (const entry of zip.eachEntry()) {
    const id = /(CVE-[\d-]+)\.json$/.exec(entry.fileName)?.[1] ?? '';
    records[recordAddress('/cves/{year}/{group}/{id}.json', id)] = await buffer(await zip.openReadStreamPromise(entry));
  }
  zip.close();
  return records;
};

describe.skipIf(data === null)('syncFeeds with the official files', () => {
  const at = (path: string): Buffer => readFileSync(join(data ?? '', path));
  const folder = mkdtempSync(join(tmpdir(), 'vulngate-sync-'));
  const databasePath = join(folder, 'catalog.db');
  const clock = new ManualClock(Date.UTC(2025, 0, 17, 9));
  let server: FileServer;
  let outbound: Outbound;
  let catalog: Catalog;
  beforeAll(async () => {
    mkdirSync(join(folder, 'tmp'));
    server = await fileServer({
      '/cve_2025-01-17_0000Z/2025-01-17_all_CVEs_at_midnight.zip.zip': at(
        'cve5-release/2025-01-17_all_CVEs_at_midnight.zip.zip',
      ),
      '/deltaLog.json': '[{"fetchTime":"2025-01-16T20:00:00.000Z","new":[],"updated":[],"error":[]}]',
      '/kev.json': at('kev/known_exploited_vulnerabilities-2025-08-25.json.gz'),
      '/epss': at('epss/epss_scores-2026-08-08.csv.gz'),
      ...(await deltaRecords(join(data ?? '', 'cve5-release/2025-01-24_delta_CVEs_at_0800Z.zip'))),
    });
    outbound = createOutbound({ config: { allow: ['127.0.0.1/32'] }, log: silentLog, clock });
    catalog = openCatalog({ databasePath, clock, log: silentLog });
  });
  afterAll(async () => {
    await catalog.close();
    await outbound.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const sync = async (...feeds: string[]): Promise<SyncOutcome> =>
    syncFeeds(
      {
        databasePath,
        feedFolder: join(folder, 'feeds'),
        addresses: {
          cveList: `${server.url}/cve_{date}_0000Z/{date}_all_CVEs_at_midnight.zip.zip`,
          cveDeltaLog: `${server.url}/deltaLog.json`,
          cveRecord: `${server.url}/cves/{year}/{group}/{id}.json`,
          kev: `${server.url}/kev.json`,
          epss: `${server.url}/epss`,
        },
        outbound,
        clock,
        log: silentLog,
        importFiles: async (paths, how) =>
          importPaths({ databasePath, clock, log: silentLog, tempFolder: join(folder, 'tmp') }, paths, how),
      },
      feeds,
    );

  it('takes the release as it is published, then exactly the changes of the log, then nothing', async () => {
    expect(await sync('cve-list')).toMatchObject({
      failed: [],
      report: { sources: [{ kind: 'cve-list', read: 2000, inserted: 2000, skipped: 0 }] },
    });
    clock.set(Date.UTC(2025, 0, 24, 9));
    const oldest = '{"fetchTime":"2025-01-16T20:00:00.000Z","new":[],"updated":[],"error":[]}';
    server.files.set(
      '/deltaLog.json',
      at('cve5-release/deltaLog.json')
        .toString()
        .replace(/\]\s*$/, `,${oldest}]`),
    );
    const { failed, report } = await sync('cve-list');
    expect(failed).toEqual([]);
    expect(report.sources).toMatchObject([{ read: 446, inserted: 180, skipped: 0, errors: [] }]);
    // Six of the 266 changed records differ in the order of their members only.
    const [changes] = report.sources;
    expect((changes?.updated ?? 0) + (changes?.unchanged ?? 0)).toBe(266);
    expect(changes?.updated).toBeGreaterThanOrEqual(260);
    expect(await sync('cve-list')).toMatchObject({ report: { sources: [{ read: 0, errors: [] }] } });
  });

  it('takes KEV and EPSS, and then a newer EPSS file', async () => {
    expect(await sync('kev', 'epss')).toMatchObject({
      failed: [],
      report: {
        sources: [
          { kind: 'kev', read: 1404 },
          { kind: 'epss', read: 356_353 },
        ],
      },
    });
    server.files.set('/epss', at('epss/epss_scores-2026-08-15.csv.gz'));
    const [source] = (await sync('epss')).report.sources;
    expect(source).toMatchObject({ read: 360_142, skipped: 0 });
    expect(source?.inserted).toBeGreaterThan(3000);
    expect(catalog.feedStates().find((each) => each.feed === 'epss')).toMatchObject({ records: 360_142, error: null });
  });
});
