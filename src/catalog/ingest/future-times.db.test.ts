/** Risk: one wrong clock at a source hides that a feed is stale, and keeps every later version of a record out. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { cveRecord, epssFile, kevFile, lines, workshop } from './import.suite.ts';

// The clock of a workshop stands at noon of 15 January 2026.
const skewed = '2026-01-16T11:59:59Z';
const future = '2026-01-16T12:00:01Z';
const times = 'select published_ms, modified_ms, updated_ms from record join document on record_id = id';
const asOf = "select data_ms from feed_state where feed = 'cve-list'";
const published = Date.UTC(2024, 0, 1);

describe('a record whose time lies more than a day ahead', () => {
  test('has no such time, is named, and does not make the feed look new', async () => {
    const { file, take, rows } = workshop();
    const source = await take(file('1', lines(cveRecord({ updated: '2999-01-01T00:00:00Z' }))));
    expect(source).toMatchObject({
      inserted: 1,
      skipped: 0,
      errors: [
        { item: 'CVE-2024-0001 (line 1)', reason: 'its time 2999-01-01T00:00:00.000Z is in the future and left out' },
      ],
    });
    expect(rows(times)).toEqual([{ published_ms: published, modified_ms: published, updated_ms: null }]);
    expect(rows(asOf)).toEqual([{ data_ms: published }]);
  });

  test('gives way to the next version, whose change is logged without that time', async () => {
    const { file, take, rows } = workshop();
    await take(file('1', lines(cveRecord({ updated: future }))));
    expect(await take(file('2', lines(cveRecord({ updated: '2026-01-10T00:00:00Z' }))))).toMatchObject({ updated: 1 });
    expect(rows("select fields from change where kind = 'updated'")).toEqual([
      { fields: JSON.stringify({ modified: ['2024-01-01T00:00:00.000Z', '2026-01-10T00:00:00.000Z'] }) },
    ]);
  });

  test('a clock that is less than a day ahead is believed', async () => {
    const { file, take, rows } = workshop();
    expect((await take(file('1', lines(cveRecord({ updated: skewed }))))).errors).toEqual([]);
    expect(rows(asOf)).toEqual([{ data_ms: Date.parse(skewed) }]);
  });

  test('a catalogue that has believed such a time recovers', async () => {
    const { file, take, rows, deps } = workshop();
    await take(file('1', lines(cveRecord(), cveRecord({ id: 'CVE-2024-0002' }))));
    const db = new DatabaseSync(deps.databasePath);
    const far = Date.UTC(2999, 0, 1);
    db.exec(`update document set updated_ms = ${far}; update record set modified_ms = ${far};
      update feed_state set data_ms = ${far}`);
    db.close();
    const updated = '2026-01-10T00:00:00Z';
    expect(await take(file('2', lines(cveRecord({ updated }))))).toMatchObject({ updated: 1 });
    expect(rows(asOf)).toEqual([{ data_ms: Date.parse(updated) }]);
  });
});

test('a KEV or EPSS file of a day in the future is taken without its time, and the next one is not older', async () => {
  const { file, take, rows } = workshop();
  const days = 'select feed, data_ms from feed_state order by feed';
  const kev = (day: string): string => kevFile(day, ['CVE-2024-0001']);
  const epss = (day: string): string => epssFile(day, { 'CVE-2024-0001': '0.1,0.5' });
  for (const content of [kev('2999-01-01'), epss('2999-01-01')])
    expect((await take(file('1', content))).errors).toEqual([
      { item: 'release', reason: 'its time 2999-01-01T00:00:00.000Z is in the future and left out' },
    ]);
  expect(rows(days)).toEqual([
    { feed: 'epss', data_ms: null },
    { feed: 'kev', data_ms: null },
  ]);
  for (const content of [kev('2026-01-14'), epss('2026-01-14')])
    expect(await take(file('2', content))).not.toHaveProperty('failure');
  expect(rows(days).map((row) => row['data_ms'])).toEqual([Date.UTC(2026, 0, 14), Date.UTC(2026, 0, 14)]);
});
