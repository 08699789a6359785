import { describe, expect, test } from 'vitest';
import { cveRecord, lines, workshop } from './import.suite.ts';

const metric = (member: string, version: string, baseScore: number) => ({ [member]: { version, baseScore } });
const problem = (cweId: string, description: string) => ({
  problemTypes: [{ descriptions: [{ lang: 'en', type: 'CWE', cweId, description }] }],
});

describe('what an import keeps beside the records', () => {
  test('names have the time they were first met and the time a record was last added to them', async () => {
    const { file, take, rows, clock } = workshop();
    const first = clock.nowMs();
    await take(file('1', lines(cveRecord({ extra: problem('CWE-5', 'CWE-5') }))));
    clock.advance(1000);
    // The same record again, changed: nothing is added to any name.
    await take(
      file(
        '2',
        lines(cveRecord({ updated: '2024-02-01T00:00:00Z', title: 'Other', extra: problem('CWE-5', 'CWE-5') })),
      ),
    );
    const times = 'select name, created_ms - ?1 as created, updated_ms - ?1 as updated from';
    expect(rows(`${times} vendor`, first)).toEqual([{ name: 'acme', created: 0, updated: 0 }]);
    clock.advance(1000);
    await take(
      file(
        '3',
        lines(cveRecord({ id: 'CVE-2024-0002', product: 'hammer', extra: problem('CWE-5', 'CWE-5: Odd Flaw') })),
      ),
    );
    expect(rows(`${times} vendor`, first)).toEqual([{ name: 'acme', created: 0, updated: 2000 }]);
    expect(rows(`${times} product order by id`, first)).toEqual([
      { name: 'anvil', created: 0, updated: 0 },
      { name: 'hammer', created: 2000, updated: 2000 },
    ]);
    expect(rows(`${times} weakness`, first)).toEqual([{ name: 'Odd Flaw', created: 0, updated: 2000 }]);
  });

  test('a vendor without a product is a change of its own, also where it gets one or loses it', async () => {
    const { file, take, rows } = workshop();
    const affected = (...names: readonly (readonly [vendor: string, product?: string])[]) => ({
      affected: names.map(([vendor, product]) => ({ vendor, ...(product === undefined ? {} : { product }) })),
    });
    const forms = [
      affected(['acme', 'anvil']),
      affected(['acme', 'anvil'], ['other']),
      affected(['acme'], ['other']),
      affected(['acme', 'anvil']),
    ];
    for (const [index, extra] of forms.entries()) {
      await take(file(`${index}`, lines(cveRecord({ updated: `2024-03-0${index + 1}T00:00:00Z`, extra }))));
    }
    const logged = rows("select fields from change where kind = 'updated' order by seq").map(({ fields }) => {
      const { modified: _modified, ...rest }: Record<string, unknown> = JSON.parse(String(fields));
      return rest;
    });
    expect(logged).toEqual([
      { bareVendors: [null, ['other']] },
      { products: [[['acme', 'anvil']], []], bareVendors: [['other'], ['acme', 'other']] },
      { products: [[], [['acme', 'anvil']]], bareVendors: [['acme', 'other'], null] },
    ]);
  });

  test('each version of CVSS has the score of its best metric', async () => {
    const { file, take, rows } = workshop();
    const metrics = [metric('cvssV2_0', '2.0', 5), metric('cvssV3_1', '3.1', 9.8), metric('cvssV3_1', '3.1', 4.3)];
    const adp = [
      {
        providerMetadata: { orgId: 'x', shortName: 'x' },
        metrics: [metric('cvssV3_1', '3.1', 1), metric('cvssV4_0', '4.0', 10)],
      },
    ];
    const record = cveRecord({ extra: { metrics } });
    await take(file('1', lines({ ...record, containers: { ...Object(Reflect.get(record, 'containers')), adp } })));
    const columns = 'select score, score_v2, score_v30, score_v31, score_v40 from record';
    expect(rows(columns)).toEqual([{ score: 98, score_v2: 50, score_v30: null, score_v31: 98, score_v40: 100 }]);
    await take(file('2', lines(cveRecord({ updated: '2024-03-01T00:00:00Z' }))));
    expect(rows(columns)).toEqual([{ score: null, score_v2: null, score_v30: null, score_v31: null, score_v40: null }]);
  });
});
