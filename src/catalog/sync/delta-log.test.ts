/** Risk: a change of a record is overlooked for good because the log was read wrongly. */
import { describe, expect, it } from 'vitest';
import { recordAddress } from './changed-records.ts';
import { changesSince } from './delta-log.ts';

const item = (cveId: string, dateUpdated?: string): object => ({
  cveId,
  githubLink: 'x',
  ...(dateUpdated === undefined ? {} : { dateUpdated }),
});
const latestMs = Date.UTC(2025, 0, 25);
const text = (...entries: object[]): string => JSON.stringify(entries);

describe('changesSince', () => {
  const log = text(
    {
      fetchTime: '2025-01-24T06:00:00Z',
      new: [item('CVE-2025-0001', '2025-01-24T05:00:00Z')],
      updated: [item('CVE-2025-0002')],
      error: [],
    },
    { fetchTime: '2025-01-24T08:00:00Z', new: [], updated: [item('CVE-2025-0001', '2025-01-24T07:00:00Z')], error: [] },
    { fetchTime: '2025-01-20T08:00:00Z', new: [item('CVE-2025-0003')], updated: [], error: [] },
  );

  it('names each record once, with its latest change, whatever the order of the entries', () => {
    const { records, newest, isComplete } = changesSince(log, '2025-01-20T08:00:00Z', latestMs);
    expect([...records]).toEqual([
      ['CVE-2025-0001', Date.UTC(2025, 0, 24, 7)],
      ['CVE-2025-0002', null],
    ]);
    expect([newest, isComplete]).toEqual(['2025-01-24T08:00:00Z', true]);
  });

  it('knows when it does not reach back far enough', () => {
    expect(changesSince(log, '2025-01-20T07:59:59Z', latestMs).isComplete).toBe(false);
    expect(changesSince(log, null, latestMs)).toMatchObject({ isComplete: false });
    expect(changesSince(log, null, latestMs).records.size).toBe(3);
  });

  it('leaves damaged entries and ids out', () => {
    const damaged = text(
      { fetchTime: 'never', new: [item('CVE-2025-0009')] },
      { fetchTime: '2025-01-24T08:00:00Z', new: [null, 7, item('../../x'), item('CVE-2025-0001')] },
    );
    expect([...changesSince(damaged, null, latestMs).records.keys()]).toEqual(['CVE-2025-0001']);
  });

  it('takes changes of a time in the future without that time, and goes on from the newest other one', () => {
    const far = '2999-01-01T00:00:00Z';
    const odd = text(
      { fetchTime: far, new: [item('CVE-2025-0001', far)] },
      { fetchTime: '2025-01-24T08:00:00Z', updated: [item('CVE-2025-0001', '2025-01-24T07:00:00Z')] },
    );
    const { records, newest } = changesSince(odd, '2025-01-20T08:00:00Z', latestMs);
    expect([...records]).toEqual([['CVE-2025-0001', Date.UTC(2025, 0, 24, 7)]]);
    expect(newest).toBe('2025-01-24T08:00:00Z');
    expect(changesSince(text({ fetchTime: far }), null, latestMs).newest).toBeNull();
  });

  it.each(['', '{}', '[]', 'null', '<html>', '[{"fetchTime":1}]'])('refuses %j', (content) => {
    expect(() => changesSince(content, null, latestMs)).toThrow(/log of changes/);
  });
});

describe('recordAddress', () => {
  it('puts a record into the folder of its year and thousand', () => {
    const template = 'https://x/{year}/{group}/{id}.json';
    expect(recordAddress(template, 'CVE-2021-44228')).toBe('https://x/2021/44xxx/CVE-2021-44228.json');
    expect(recordAddress(template, 'CVE-1999-0001')).toBe('https://x/1999/0xxx/CVE-1999-0001.json');
    expect(recordAddress(template, 'CVE-2025-1000123')).toBe('https://x/2025/1000xxx/CVE-2025-1000123.json');
  });
});
