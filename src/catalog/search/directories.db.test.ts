import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock, silentLog } from '../../kernel/index.ts';
import { openCatalog, type Catalog } from '../open.ts';
import { sampleWriter } from '../store/read-samples.suite.ts';

const open = (databasePath: string): Catalog => {
  const catalog = openCatalog({ databasePath, clock: new ManualClock(), log: silentLog });
  onTestFinished(() => catalog.close());
  return catalog;
};
const page = { offset: 0, limit: 100 };
const namesOf = (rows: readonly { readonly name: string | null }[]) => rows.map(({ name }) => name);

describe('directories', () => {
  it('list vendors and products by name, with exact counts and slices at any offset', async () => {
    const writer = sampleWriter();
    const vendors = ['zeta', 'alpha_soft', 'microsoft', 'éclair', 'Ödeme', '.net', '7-zip', 'soft&wet'];
    writer.put(
      ...vendors.map((vendor, at) => ({ cveId: `CVE-2024-${1000 + at}`, products: [[vendor, `p_${at}`] as const] })),
      {
        cveId: 'CVE-2024-2000',
        products: [
          ['microsoft', 'windows'],
          ['microsoft', 'a win'],
        ],
      },
    );
    const catalog = open(writer.path);
    const sorted = vendors.toSorted();
    const all = await catalog.vendors(page);
    expect(namesOf(all.rows)).toEqual(sorted);
    expect(all).toMatchObject({ total: vendors.length, revision: 9 });
    for (const [offset, limit] of [
      [0, 3],
      [3, 3],
      [6, 3],
      [8, 3],
      [90_000, 1],
    ] as const) {
      const { rows, total } = await catalog.vendors({ offset, limit });
      expect(namesOf(rows)).toEqual(sorted.slice(offset, offset + limit));
      expect(total).toBe(vendors.length);
    }
    expect(await catalog.vendors({ ...page, search: 'SOFT' })).toMatchObject({ total: 3 });
    expect(namesOf((await catalog.vendors({ ...page, search: 'soft\\&' })).rows)).toEqual(['soft&wet']);
    expect((await catalog.vendors({ ...page, search: '%' })).total).toBe(0);
    expect(namesOf((await catalog.products({ ...page, vendor: 'Microsoft' })).rows)).toEqual([
      'a win',
      'p_2',
      'windows',
    ]);
    expect((await catalog.products({ ...page, vendor: 'microsoft', search: 'Win' })).total).toBe(2);
    expect(await catalog.products({ ...page, vendor: 'nobody' })).toMatchObject({ rows: [], total: 0 });
  });

  it('find an entry by name, whatever its spelling, and nothing under another vendor', () => {
    const writer = sampleWriter();
    writer.put({ cveId: 'CVE-2024-1000', products: [['cisco', 'im_&_presence_service']] });
    const catalog = open(writer.path);
    expect(catalog.findVendor('Cisco')).toMatchObject({ name: 'cisco', createdMs: 1_700_000_000_000 });
    expect(catalog.findProduct('CISCO', 'IM \\& Presence Service')?.name).toBe('im_&_presence_service');
    expect(catalog.findProduct('apache', 'im_&_presence_service')).toBeNull();
    for (const name of ['', 'n/a', '\0', 'x'.repeat(10_000), "' or 1=1"]) {
      expect(catalog.findVendor(name)).toBeNull();
      expect(catalog.findProduct('cisco', name)).toBeNull();
    }
  });

  it('list weaknesses in the order of their ids as texts, or by name with the nameless last', async () => {
    const writer = sampleWriter();
    writer.put({ cveId: 'CVE-2024-1000', cwes: [9, 79, 89, 200, 999_999] });
    const catalog = open(writer.path);
    const byId = await catalog.weaknesses(page);
    expect(byId.rows.map(({ cwe }) => cwe)).toEqual([200, 79, 89, 9, 999_999]);
    expect(byId.rows[1]?.description).toMatch(/script/);
    const byName = await catalog.weaknesses({ ...page, order: 'name_desc' });
    expect(byName.rows.map(({ cwe }) => cwe)).toEqual([89, 79, 200, 9, 999_999]);
    expect((await catalog.weaknesses({ ...page, search: 'cwe-9' })).total).toBe(2);
    expect((await catalog.weaknesses({ ...page, search: 'SQL' })).rows.map(({ cwe }) => cwe)).toEqual([89]);
    expect(await catalog.weaknesses({ offset: 4, limit: 10 })).toMatchObject({ total: 5, rows: [{ cwe: 999_999 }] });
    expect(catalog.findWeakness(79)?.name).toMatch(/^Improper Neutralization/);
    expect(catalog.findWeakness(999_999)).toMatchObject({ name: null, description: null });
    for (const cwe of [80, -1, 0.5, Number.NaN]) expect(catalog.findWeakness(cwe)).toBeNull();
  });

  it('show what a later commit adds', async () => {
    const writer = sampleWriter();
    const catalog = open(writer.path);
    expect((await catalog.vendors(page)).total).toBe(0);
    expect(catalog.findVendor('acme')).toBeNull();
    writer.put({ cveId: 'CVE-2024-1000', products: [['acme', 'anvil']], cwes: [79] });
    expect((await catalog.vendors(page)).total).toBe(1);
    expect((await catalog.products({ ...page, vendor: 'acme' })).total).toBe(1);
    expect((await catalog.weaknesses(page)).total).toBe(1);
    expect(catalog.findVendor('acme')?.name).toBe('acme');
  });

  it('refuse pages that cannot be', async () => {
    const catalog = open(sampleWriter().path);
    const refused: unknown = expect.objectContaining({ code: 'request.invalid_parameter' });
    for (const query of [
      { offset: -1, limit: 10 },
      { offset: 0, limit: 0 },
      { offset: 0, limit: 101 },
      { offset: Number.NaN, limit: 10 },
    ]) {
      await expect(catalog.vendors(query)).rejects.toThrow(refused);
      await expect(catalog.products({ ...query, vendor: 'x' })).rejects.toThrow(refused);
      await expect(catalog.weaknesses(query)).rejects.toThrow(refused);
    }
  });
});
