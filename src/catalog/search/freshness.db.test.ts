import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock, silentLog } from '../../kernel/index.ts';
import { openCatalog, type Catalog } from '../open.ts';
import { decodeDetail } from '../store/read-record-store.ts';
import { sampleWriter, type Sample } from '../store/read-samples.suite.ts';
import type { ListQuery, Position } from '../types.ts';
import { SearchEngine } from './engine.ts';

const open = (databasePath: string): Catalog => {
  const catalog = openCatalog({ databasePath, clock: new ManualClock(), log: silentLog });
  onTestFinished(() => catalog.close());
  return catalog;
};

const byScore: ListQuery = { sort: 'severity', descending: true, limit: 100 };
const idOf = (number: number) => `CVE-2024-${1000 + number}`;
const many = (count: number, rest: Omit<Sample, 'cveId'> = {}): Sample[] =>
  Array.from({ length: count }, (_, at) => ({ cveId: idOf(at), severity: 1, score: 10, ...rest }));

describe('a read after a commit of another connection', () => {
  it('sees it: by key, in lists, in totals and in counts', async () => {
    const writer = sampleWriter();
    writer.put(...many(5, { description: 'first words' }));
    const catalog = open(writer.path);
    expect((await catalog.list({ ...byScore, text: 'second' })).total).toBe(0);
    expect(catalog.find(idOf(3))?.description).toBe('first words');

    writer.put({ cveId: idOf(3), severity: 4, score: 98, description: 'second words' });
    // A new turn of the event loop, as every request has.
    await Promise.resolve();
    expect(catalog.find(idOf(3))?.description).toBe('second words');
    expect(catalog.revisionOf(idOf(3))).toBe(6);
    const page = await catalog.list({ ...byScore, text: 'second' });
    expect(page).toMatchObject({ total: 1, revision: 6, rows: [{ cveId: idOf(3), score: 9.8 }] });
    expect((await catalog.list({ ...byScore, text: 'first' })).total).toBe(4);
    expect((await catalog.list(byScore)).rows[0]?.cveId).toBe(idOf(3));
    expect((await catalog.statistics()).severities).toMatchObject({ low: 4, critical: 1 });
  });

  it('sees it when nearly every record changed at once', async () => {
    const writer = sampleWriter();
    writer.put(...many(300));
    const catalog = open(writer.path);
    expect((await catalog.list({ ...byScore, epssMin: 0.1 })).total).toBe(0);
    writer.put(...many(300, { epss: 20_000 }));
    expect((await catalog.list({ ...byScore, epssMin: 0.1 })).total).toBe(300);
  });

  it('sees records that went away', async () => {
    const writer = sampleWriter();
    writer.put(...many(10));
    const catalog = open(writer.path);
    expect((await catalog.list(byScore)).total).toBe(10);
    writer.database.exec('delete from record where id > 4');
    expect((await catalog.list(byScore)).total).toBe(4);
  });

  it('goes on answering, with what is committed, while a long write is under way', async () => {
    const writer = sampleWriter();
    writer.put(...many(3));
    const catalog = open(writer.path);
    writer.database.exec('begin immediate; update record set score = 90, revision = revision + 100');
    expect((await catalog.list({ ...byScore, scoreMin: 8 })).total).toBe(0);
    expect(catalog.find(idOf(1))?.score).toBe(1);
    writer.database.exec('commit');
    expect((await catalog.list({ ...byScore, scoreMin: 8 })).total).toBe(3);
  });

  it('equals a plain filter and sort of the rows, after any series of commits, page by page', () => {
    const sample = fc.record({
      cveId: fc.integer({ min: 0, max: 30 }).map(idOf),
      severity: fc.integer({ min: 0, max: 4 }),
      epss: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 3 })),
      description: fc.constantFrom('alpha beta', 'alpha', 'beta gamma', 'gamma'),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(sample, { minLength: 1, maxLength: 8 }), { maxLength: 6 }),
        fc.constantFrom('alpha', 'beta gamma', undefined),
        fc.boolean(),
        (commits, text, descending) => {
          const writer = sampleWriter();
          const engine = new SearchEngine(writer.path);
          const known = new Map<string, Sample & { id: number }>();
          for (const commit of commits) {
            writer.put(...commit);
            for (const row of commit) known.set(row.cveId, { ...row, id: known.get(row.cveId)?.id ?? known.size + 1 });
            const words = text?.split(' ') ?? [];
            const expected = [...known.values()]
              .filter((row) => words.every((word) => row.description?.includes(word)))
              .toSorted((a, b) => {
                const [x, y] = [a.epss ?? null, b.epss ?? null];
                if (x === null || y === null)
                  return Number(x === null) - Number(y === null) || (descending ? b.id - a.id : a.id - b.id);
                return (x - y || a.id - b.id) * (descending ? -1 : 1);
              })
              .map((row) => row.cveId);
            const seen: string[] = [];
            let after: Position | null = null;
            do {
              const page = engine.list({
                ...(text === undefined ? {} : { text }),
                sort: 'epss',
                descending,
                limit: 4,
                ...(after === null ? {} : { after }),
              });
              expect(page.total).toBe(expected.length);
              seen.push(...page.rows.map((row) => decodeDetail(row).cveId));
              after = page.next;
            } while (after !== null);
            expect(seen).toEqual(expected);
          }
          engine.close();
          writer.database.close();
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('reads of one turn', () => {
  it('share one snapshot that ends with the turn', async () => {
    const writer = sampleWriter();
    writer.put(...many(2));
    const catalog = open(writer.path);
    expect(catalog.find(idOf(0))).not.toBeNull();
    writer.put({ cveId: idOf(0), description: 'changed' });
    await Promise.resolve();
    expect(catalog.find(idOf(0))?.description).toBe('changed');
    // No snapshot is left open: everything in the log can be moved into the file.
    await Promise.resolve();
    expect(writer.database.prepare('pragma wal_checkpoint(truncate)').get()).toMatchObject({ busy: 0n });
  });
});

describe('ready', () => {
  it('has the index take in commits by itself from then on, until the catalogue is closed', async () => {
    const writer = sampleWriter();
    const clock = new ManualClock();
    const catalog = openCatalog({ databasePath: writer.path, clock, log: silentLog });
    onTestFinished(() => catalog.close());
    await catalog.ready();
    writer.put(...many(3));
    clock.advance(60_000);
    expect((await catalog.list(byScore)).total).toBe(3);
    await catalog.close();
    clock.advance(60_000);
    await expect(catalog.ready()).rejects.toMatchObject({ code: 'catalog.unavailable' });
  });
});
