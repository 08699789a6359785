/** Configurations as their source states them: what holds only together must not be shown as alternatives. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOpencveApp, type OpencveApp } from '../support/opencve-app.ts';
import { at } from '../support/wire.ts';

const together = 'CVE-2024-0001';
const listed = 'CVE-2024-0002';
const cpe = (product: string, version = '*', part = 'a'): string =>
  `cpe:2.3:${part}:acme:${product}:${version}:*:*:*:*:*:*:*`;
const nodeOf = (...cpeMatch: readonly object[]) => ({ operator: 'OR', negate: false, cpeMatch });

const stated = {
  operator: 'AND',
  nodes: [
    nodeOf({
      vulnerable: true,
      criteria: cpe('plugin'),
      versionStartIncluding: '4.0',
      versionEndExcluding: '4.45',
      matchCriteriaId: '0AC2C8F2-3FAC-4F0F-9A1B-0F9D0F2C3A51',
    }),
    nodeOf({ vulnerable: false, criteria: cpe('host', '-', 'o') }, { vulnerable: false, criteria: cpe('viewer', '4') }),
  ],
};
const affected = (product: string) => ({
  vendor: 'acme',
  product,
  cpes: [cpe(product)],
  versions: [{ version: '4.44', status: 'affected' }],
});
const documentOf = (cveId: string, content: object) => ({
  dataType: 'CVE_RECORD',
  dataVersion: '5.1',
  cveMetadata: { cveId, assignerOrgId: 'o-1', state: 'PUBLISHED', dateUpdated: '2024-01-02T00:00:00Z' },
  containers: {
    cna: { providerMetadata: { orgId: 'o-1' }, descriptions: [{ lang: 'en', value: 'A flaw.' }], ...content },
  },
});
const documents = [
  documentOf(together, { affected: [affected('plugin'), affected('other')], cpeApplicability: [stated] }),
  documentOf(listed, { affected: [affected('plugin')] }),
];

let folder: string;
let server: OpencveApp;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vulngate-cpe-'));
  const path = join(folder, 'records.ndjson');
  await writeFile(path, documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
  server = await openOpencveApp([], {}, [path]);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const asked = '?include=nvd_cpe_configurations';
const rowOf = (product: string) => ({ nodes: [nodeOf({ vulnerable: true, criteria: cpe(product, '4.44') })] });

describe.each(['/api/cve', '/api/v2/cves'])('%s', (path) => {
  it('shows the stated tree, and after it what only a list of affected versions says', async () => {
    const { json } = await server.get(`${path}/${together}${asked}`);
    // The plugin alone is not affected, whatever its list of versions seems to say.
    expect(at(json, 'nvd_cpe_configurations')).toEqual([stated, rowOf('other')]);
  });

  it('shows one node of alternatives where no configuration is stated', async () => {
    const { json } = await server.get(`${path}/${listed}${asked}`);
    expect(at(json, 'nvd_cpe_configurations')).toEqual([rowOf('plugin')]);
  });

  it('shows the same in lists, and nothing unless it is asked for', async () => {
    const { json } = await server.get(`${path}${asked}`);
    const rows = at(json, 'results');
    const configurations = (Array.isArray(rows) ? rows : []).map((row) => [
      at(row, 'cve_id'),
      at(row, 'nvd_cpe_configurations'),
    ]);
    expect(configurations).toEqual([
      [listed, [rowOf('plugin')]],
      [together, [stated, rowOf('other')]],
    ]);
    expect(at((await server.get(`${path}/${together}`)).json, 'nvd_cpe_configurations')).toBeUndefined();
  });
});
