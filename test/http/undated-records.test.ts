/** Records whose source states no date at all, as a client sees them that copies the catalogue by date. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { idsOf, openOpencveApp, type OpencveApp } from '../support/opencve-app.ts';
import { at } from '../support/wire.ts';

const id = 'CVE-2024-0007';
const undated = {
  dataType: 'CVE_RECORD',
  dataVersion: '5.1',
  cveMetadata: { cveId: id, assignerOrgId: 'o-1', state: 'PUBLISHED' },
  containers: {
    cna: { providerMetadata: { orgId: 'o-1' }, descriptions: [{ lang: 'en', value: 'A flaw.' }], affected: [] },
  },
};

let folder: string;
let server: OpencveApp;
let startedAt: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vulngate-undated-'));
  const path = join(folder, 'record.json');
  await writeFile(path, JSON.stringify(undated));
  startedAt = new Date().toISOString();
  server = await openOpencveApp([], {}, [path]);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

it.each([`/api/cve/${id}`, `/api/v2/cves/${id}`])(
  'have the time of their import for both dates on %s',
  async (path) => {
    const { json } = await server.get(path);
    expect(at(json, 'updated_at')).toMatch(time);
    expect(at(json, 'created_at')).toBe(at(json, 'updated_at'));
  },
);

it('are found by what changed since', async () => {
  expect(idsOf(await server.get(`/api/cve?updated_after=${startedAt}`))).toEqual([id]);
  expect(idsOf(await server.get(`/api/v2/cves?q=updated>=${startedAt}`))).toEqual([id]);
  const shown = String(at((await server.get('/api/cve')).json, 'results', 0, 'updated_at'));
  expect(idsOf(await server.get(`/api/cve?updated_after=${shown}&updated_before=${shown}`))).toEqual([id]);
});

it('are not found by a date of publication, which nobody knows', async () => {
  expect(idsOf(await server.get('/api/cve?created_after=1990-01-01'))).toEqual([]);
});
