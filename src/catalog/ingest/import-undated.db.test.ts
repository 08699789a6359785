/** Risk: records whose source states no date at all are never found by a client that asks for what changed since. */
import { describe, expect, test } from 'vitest';
import { cveRecord, lines, workshop } from './import.suite.ts';

/** The form in which a CNA keeps its own records: what the CVE List adds is not there. */
const undated = (id: string, title: string): object => ({
  dataType: 'CVE_RECORD',
  dataVersion: '5.1',
  cveMetadata: { cveId: id, assignerOrgId: 'o-1', state: 'PUBLISHED' },
  containers: {
    cna: { providerMetadata: { orgId: 'o-1' }, title, descriptions: [{ lang: 'en', value: title }], affected: [] },
  },
});

const first = 'CVE-2024-0007';
const second = 'CVE-2024-0008';
const stored = 'select cve_id, published_ms, modified_ms from record order by cve_id';
const logged = 'select fields from change order by seq desc limit 1';

describe('records without a date', () => {
  test('count as modified when they were first imported, and again when they really change', async () => {
    const { file, take, rows, clock } = workshop();
    const importedMs = clock.nowMs();
    await take(file('1', lines(undated(first, 'A'), undated(second, 'B'))));
    clock.advance(60_000);
    expect(await take(file('2', lines(undated(first, 'A'), undated(second, 'C'))))).toMatchObject({
      unchanged: 1,
      updated: 1,
    });
    expect(rows(stored)).toEqual([
      { cve_id: first, published_ms: null, modified_ms: importedMs },
      { cve_id: second, published_ms: null, modified_ms: importedMs + 60_000 },
    ]);
    expect(JSON.parse(String(rows(logged)[0]?.['fields']))).toMatchObject({
      title: ['B', 'C'],
      modified: [importedMs, importedMs + 60_000].map((ms) => new Date(ms).toISOString()),
    });
  });

  test('give way to a document with a date, though it lies before the import, and which then has its own', async () => {
    const { file, take, rows } = workshop();
    await take(file('1', lines(undated(first, 'A'))));
    const dated = cveRecord({ id: first, updated: '2019-01-02T00:00:00Z' });
    expect(await take(file('2', lines(dated)))).toMatchObject({ updated: 1 });
    expect(rows(stored)).toMatchObject([{ modified_ms: Date.UTC(2019, 0, 2) }]);
    expect(rows('select updated_ms from document')).toEqual([{ updated_ms: Date.UTC(2019, 0, 2) }]);
  });

  test('say nothing of how new the data of the feed is', async () => {
    const { file, take, rows } = workshop();
    const age = "select records, data_ms from feed_state where feed = 'cve-list'";
    await take(file('1', lines(undated(first, 'A'))));
    expect(rows(age)).toEqual([{ records: 1, data_ms: null }]);
    await take(file('2', lines(cveRecord({ updated: '2024-02-01T00:00:00Z' }), undated(second, 'B'))));
    expect(rows(age)).toEqual([{ records: 3, data_ms: Date.UTC(2024, 1, 1) }]);
  });
});
