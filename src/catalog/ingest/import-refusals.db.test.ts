/** Risk: what holds no news counts as news: an empty or broken feed refreshes the feed's time, or old data looks new. */
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
