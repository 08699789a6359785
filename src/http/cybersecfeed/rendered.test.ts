/** Risk: a remembered text that is older than the record it shows. */
import { describe, expect, it } from 'vitest';
import type { RecordDetail } from '../../catalog/index.ts';
import { createRendered } from './rendered.ts';

const recordOf = (cveId: string, revision: number): RecordDetail => ({
  id: 1,
  cveId,
  state: 'published',
  origin: 'cve-list',
  assigner: 'apache',
  assignerOrgId: 'x',
  publishedMs: 0,
  modifiedMs: 0,
  severity: 'high',
  score: 8,
  epss: 0.5,
  epssPercentile: 0.5,
  kev: false,
  kevRansomware: false,
  exploitKnown: false,
  ssvc: null,
  revision,
  title: `revision ${revision}`,
  description: 'ä – “x”',
  cvssJson: null,
  metricsJson: '[]',
  cpeJson: '[]',
  referencesJson: '[]',
  weaknessesJson: '[]',
  productsJson: '[]',
  bareVendorsJson: null,
  ssvcJson: null,
  kevJson: null,
});

describe('createRendered', () => {
  it('reads a record once as long as neither it nor the day of the scores changes', () => {
    let revision: number | null = 1;
    let version = 1;
    let reads = 0;
    const records = createRendered({
      version: () => version,
      revisionOf: () => revision,
      find: (cveId) => {
        reads += 1;
        return revision === null ? null : recordOf(cveId, revision);
      },
    });
    const rendered = (cveId: string, day: string | null) => records.recall(cveId, day) ?? records.render(cveId, day);
    const shown = (day: string | null): unknown => {
      const wire = rendered('CVE-2024-0001', day)?.wire;
      return wire === undefined ? null : JSON.parse(Buffer.from(wire, 'latin1').toString());
    };
    expect([shown('2026-01-01'), shown('2026-01-01'), reads]).toEqual([
      expect.objectContaining({ title: 'revision 1', description: 'ä – “x”' }),
      expect.anything(),
      1,
    ]);
    version = 2;
    expect([shown('2026-01-01'), reads]).toEqual([expect.objectContaining({ title: 'revision 1' }), 1]);
    revision = 2;
    version = 3;
    expect([shown('2026-01-01'), reads]).toEqual([expect.objectContaining({ title: 'revision 2' }), 2]);
    expect([shown('2026-01-02'), reads]).toEqual([
      expect.objectContaining({ epss: { score: 0.5, percentile: 0.5, date: '2026-01-02' } }),
      3,
    ]);
    revision = null;
    version = 4;
    expect([shown('2026-01-02'), shown('2026-01-02'), reads]).toEqual([null, null, 5]);
  });

  it('tags what a record shows, not where it lies', () => {
    const tagOf = (record: RecordDetail) =>
      createRendered({ version: () => 1, revisionOf: () => record.revision, find: () => record }).render(
        'CVE-2024-1',
        null,
      )?.tag;
    const record = recordOf('CVE-2024-0001', 7);
    expect(tagOf({ ...record, revision: 8 })).toBe(tagOf(record));
    expect(tagOf({ ...record, title: 'another' })).not.toBe(tagOf(record));
  });

  it('forgets the oldest of too many', () => {
    let reads = 0;
    const records = createRendered({
      version: () => 1,
      revisionOf: () => 1,
      find: (cveId) => {
        reads += 1;
        return recordOf(cveId, 1);
      },
    });
    const rendered = (cveId: string, day: string | null) => records.recall(cveId, day) ?? records.render(cveId, day);
    for (let index = 0; index <= 2048; index += 1) rendered(`CVE-2024-${10_000 + index}`, null);
    rendered('CVE-2024-12048', null);
    expect(reads).toBe(2049);
    rendered('CVE-2024-10000', null);
    expect(reads).toBe(2050);
  });
});
