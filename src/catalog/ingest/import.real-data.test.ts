import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realData, realDataHint } from '../../../test/support/real-data.ts';
import { workshop } from './import.suite.ts';

const folder = realData();
if (folder === null) process.stdout.write(`${realDataHint}\n`);

test.skipIf(folder === null)(
  'the official baseline and delta give 180 new, 260 updated and 6 unchanged records',
  async () => {
    const { take, rows } = workshop();
    const release = join(folder ?? '', 'cve5-release');
    expect(await take(join(release, '2025-01-17_all_CVEs_at_midnight.zip.zip'))).toMatchObject({
      kind: 'cve-list',
      read: 2_000,
      inserted: 2_000,
      skipped: 0,
    });
    expect(await take(join(release, '2025-01-24_delta_CVEs_at_0800Z.zip'))).toMatchObject({
      read: 446,
      inserted: 180,
      updated: 260,
      unchanged: 6,
      skipped: 0,
    });
    expect(rows('select count(*) as n from change')).toEqual([{ n: 2_000 + 180 + 260 }]);
  },
  60_000,
);

test.skipIf(folder === null)(
  'a year of KEV adds 258 entries and takes none away; the older file is then refused',
  async () => {
    const { take, rows, clock } = workshop();
    clock.set(Date.UTC(2026, 7, 8));
    const older = join(folder ?? '', 'kev/known_exploited_vulnerabilities-2025-08-25.json.gz');
    expect(await take(older)).toMatchObject({ kind: 'kev', read: 1_404, inserted: 1_404 });
    const newer = await take(join(folder ?? '', 'kev/known_exploited_vulnerabilities-2026-08-07.json.gz'));
    expect(newer).toMatchObject({ read: 1_662, inserted: 258 });
    expect(newer.updated + newer.unchanged).toBe(1_404);
    expect(rows('select count(*) as n from kev')).toEqual([{ n: 1_662 }]);
    expect((await take(older)).failure).toContain('older');
  },
  60_000,
);

test.skipIf(folder === null)(
  'a week of EPSS adds 3,804 scores and removes 15; again, nothing changes',
  async () => {
    const { take, rows, clock } = workshop();
    clock.set(Date.UTC(2026, 7, 16));
    await take(join(folder ?? '', 'epss/epss_scores-2026-08-08.csv.gz'));
    const newer = join(folder ?? '', 'epss/epss_scores-2026-08-15.csv.gz');
    expect(await take(newer)).toMatchObject({ read: 360_142, inserted: 3_804, skipped: 0 });
    expect(await take(newer)).toMatchObject({ read: 360_142, inserted: 0, updated: 0, unchanged: 360_142 });
    expect(rows('select count(*) as n from epss')).toEqual([{ n: 360_142 }]);
  },
  60_000,
);
