/** Risk: what holds no news counts as news: an empty or broken feed refreshes the feed's time, or old data looks new. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cveRecord, lines, workshop, zip } from './import.suite.ts';

const feedState = "select succeeded_ms, data_ms, records, error from feed_state where feed = 'cve-list'";

describe('a source without a usable record', () => {
  const record = JSON.stringify(cveRecord());

  test.each([
    ['an empty archive', zip([])],
    ['an archive without records', zip([{ name: 'a.txt', content: 'hello' }])],
    ['an archive in an archive without records', zip([{ name: 'a.zip', content: zip([{ name: 'a', content: '' }]) }])],
    ['an archive of a broken record', zip([{ name: 'CVE.json', content: record.slice(0, -9) }])],
    ['a cut record', '{"dataType":'],
    ['an array of records', `[${record}]`],
    ['an array of records over many lines', JSON.stringify([cveRecord()], null, 2)],
  ])('has failed, keeps the time of the last success, and force changes nothing: %s', async (_, content) => {
    const { file, take, rows, clock } = workshop();
    await take(file('1', lines(record)));
    const before = rows(feedState);
    clock.advance(3_600_000);
    for (const force of [false, true]) {
      const source = await take(file('2', content), { force });
      expect(source).toMatchObject({ kind: 'cve-list', inserted: 0, failure: 'there is no usable record in it' });
      expect(rows(feedState)).toEqual(before.map((row) => ({ ...row, error: source.failure })));
    }
    expect(await take(file('3', lines(record)))).not.toHaveProperty('failure');
    expect(rows(feedState)).toMatchObject([{ succeeded_ms: clock.nowMs(), error: null }]);
  });

  test('one good record among bad ones is enough, and so is one that is stored already', async () => {
    const { file, take } = workshop();
    for (const counts of [{ inserted: 1 }, { unchanged: 1 }]) {
      const source = await take(file('1', lines(record, '{"dataType":')));
      expect(source).toMatchObject({ ...counts, skipped: 1 });
      expect(source).not.toHaveProperty('failure');
    }
  });
});

describe('a list that is to stand for the stored records', () => {
  const id = (number: number): string => `CVE-2024-${String(number).padStart(4, '0')}`;
  const stored = Array.from({ length: 10 }, (_, number) => cveRecord({ id: id(number + 1) }));
  const files = (count: number) =>
    Array.from({ length: count }, (_, number) => ({
      name: `cves/${id(number + 1)}.json`,
      content: JSON.stringify(cveRecord({ id: id(number + 1), updated: '2024-03-01T00:00:00Z' })),
    }));
  const nested = (count: number) => [{ name: 'cves.zip', content: zip(files(count)) }];
  const wrapped = (count: number): [string, string | Uint8Array][] => [
    ['an archive', zip(files(count))],
    ['an archive in an archive', zip(nested(count))],
    ['archives beside records', zip([...files(1), { name: 'b', content: zip(files(count).slice(1)) }])],
    [
      'lines',
      files(count)
        .map(({ content }) => `${content}\n`)
        .join(''),
    ],
  ];

  test.each(wrapped(4))(
    'is refused before anything is written when it has less than half of them: %s',
    async (_, few) => {
      const { file, take, rows, clock, folder } = workshop();
      await take(file('1', lines(...stored)));
      const before = rows(feedState);
      clock.advance(3_600_000);
      const path = file('2', few);
      const source = await take(path, { storedRecords: 10 });
      expect(source).toMatchObject({
        read: 0,
        failure: 'the file has 4 entries, fewer than half of the 10 stored',
      });
      expect(rows(feedState)).toEqual(before.map((row) => ({ ...row, error: source.failure })));
      expect(rows("select count(*) as n from change where kind = 'updated'")).toEqual([{ n: 0 }]);
      expect(readdirSync(folder).filter((name) => name.startsWith('import-'))).toEqual([]);
      expect(await take(path, { storedRecords: 10, force: true })).toMatchObject({ updated: 4 });
    },
  );

  test('begins by removing what an import left that was killed', async () => {
    const { file, take, folder } = workshop();
    mkdirSync(join(folder, 'import-killed', 'deep'), { recursive: true });
    await take(file('1', lines(...stored)));
    expect(readdirSync(folder).filter((name) => name.startsWith('import-'))).toEqual([]);
  });

  test.each(wrapped(5))('is taken when it has half of them: %s', async (_, enough) => {
    const { file, take } = workshop();
    await take(file('1', lines(...stored)));
    expect(await take(file('2', enough), { storedRecords: 10 })).toMatchObject({ updated: 5 });
  });

  test('is no success when too many of its files turn out to be none', async () => {
    const { file, take, rows, clock } = workshop();
    await take(file('1', lines(...stored)));
    const before = rows(feedState);
    clock.advance(3_600_000);
    const source = await take(file('2', zip([...files(4), { name: 'a.json', content: '{' }])), { storedRecords: 10 });
    expect(source).toMatchObject({ updated: 4, failure: 'the file has 4 entries, fewer than half of the 10 stored' });
    expect(rows(feedState)).toEqual(before.map((row) => ({ ...row, error: source.failure })));
  });
});
