/** Records, lists, cursors, batches: that every row comes exactly once, and that a wrong question is named as such. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TestServer } from '../support/http-server.ts';
import { keys } from '../support/memory-gates.ts';
import { sampleCatalog } from '../support/sample-catalog.ts';
import { ask, at } from '../support/wire.ts';

const catalog = sampleCatalog();
let server: TestServer;
beforeAll(async () => {
  server = await startServer({}, { catalog });
});
afterAll(() => server.close());

const get = (path: string) => ask(server.url, path, { headers: { 'x-api-key': keys.enterprise } });
const data = async (path: string): Promise<unknown> => {
  const answer = await get(path);
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.any(String)]);
  return at(answer.json, 'data');
};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const idsOf = (rows: unknown): string[] => listOf(rows).map((row) => String(at(row, 'id') ?? at(row, 'cve_id')));

const everyPage = async (path: string, member: string): Promise<string[]> => {
  const ids: string[] = [];
  let cursor = '';
  for (let page = 0; page < 100; page += 1) {
    const found = await data(`${path}${path.includes('?') ? '&' : '?'}after=${cursor}`);
    ids.push(...idsOf(at(found, member)));
    const next = at(found, 'pagination', 'nextCursor');
    expect(at(found, 'pagination', 'hasMore')).toBe(next !== null);
    if (typeof next !== 'string') return ids;
    cursor = next;
  }
  throw new Error('the pages do not end');
};

describe('one record', () => {
  it('is found by its id in any case, with KEV and EPSS always in it', async () => {
    const cve = at(await data('/api/v1/cve/cve-2021-44228'), 'cve');
    expect(cve).toMatchObject({
      id: 'CVE-2021-44228',
      sourceIdentifier: 'apache',
      status: 'PUBLISHED',
      published: '2021-12-10T00:00:00.000Z',
      title: 'Title “0”',
      severity: 'CRITICAL',
      cvss: { version: '3.1', baseScore: 10 },
      kev: { dateAdded: '2021-12-10', knownRansomware: true, vendorProject: 'Apache', dueDate: '2021-12-24' },
      epss: { score: 0, percentile: 0.5, date: '2026-01-14' },
    });
    expect(at((await get('/api/v1/cve/CVE-2021-50001')).json, 'data', 'cve')).toMatchObject({ kev: null, epss: null });
  });

  it('is cut to the asked fields, with id, KEV and EPSS', async () => {
    const cve = at(await data('/api/v1/cve/CVE-2021-44228?fields=cve_id,severity,Modified,enrichment_status'), 'cve');
    expect(Object.keys(cve ?? {})).toEqual(['id', 'lastModified', 'severity', 'enrichment_status', 'kev', 'epss']);
  });

  it('takes in what `include` names, empty where no source is loaded', async () => {
    const cve = at(await data('/api/v1/cve/CVE-2021-44228?include=enrichment,acsc,attack'), 'cve');
    expect([at(cve, 'acsc'), at(cve, 'attack')]).toEqual([[], []]);
    expect(at(cve, 'enrichment')).toMatchObject({
      cvss_source: 'apache',
      cwe_list: ['CWE-502'],
      exploit_flag: true,
      attack_vector: 'NETWORK',
      patch_available: true,
      cpe_count: 1,
      reference_count: 1,
      vendor_tags: ['apache'],
    });
  });
});

describe('lists', () => {
  it.each([
    '/api/v1/cves?limit=7',
    '/api/v1/cves?limit=100&sort=severity_asc',
    '/api/v1/cves?limit=33&sort=-severity',
    '/api/v1/cves?limit=50&sort=epss_desc',
    '/api/v1/cves?limit=50&sort=epss',
    '/api/v1/cves?limit=99&sort=-published',
    '/api/v1/cves?limit=20&sort=modified_asc',
  ])('%s goes through everything once', async (path) => {
    const ids = await everyPage(path, 'cves');
    expect([ids.length, new Set(ids).size]).toEqual([250, 250]);
  });

  it('goes through all of KEV once', async () => {
    const ids = await everyPage('/api/v1/kev?limit=5', 'kev');
    expect([ids.length, new Set(ids).size]).toEqual([36, 36]);
  });

  it('answers both spellings of a sort alike, and 20 newest rows without any', async () => {
    for (const key of ['severity', 'epss', 'published', 'modified']) {
      expect(idsOf(at(await data(`/api/v1/cves?sort=${key}_desc`), 'cves'))).toEqual(
        idsOf(at(await data(`/api/v1/cves?sort=-${key}`), 'cves')),
      );
      expect(idsOf(at(await data(`/api/v1/cves?sort=${key}_asc`), 'cves'))).toEqual(
        idsOf(at(await data(`/api/v1/cves?sort=${key}`), 'cves')),
      );
    }
    const first = await data('/api/v1/cves');
    expect(at(first, 'pagination')).toMatchObject({ limit: 20, hasMore: true, totalEstimate: 250 });
    expect(idsOf(at(first, 'cves'))[0]).toBe('CVE-2021-50249');
  });

  it('hands every filter to the catalogue', async () => {
    await data(
      '/api/v1/cves?q=log4j+x&severity=HIGH,critical&severity=low&severity_min=4.5&severity_max=9&epss_min=0.1&epss_max=1&published_from=2024-01-01&published_to=2024-01-31' +
        '&modified_from=2024-01-01T10:00:00%2B02:00&kev=true&ransomware=0&exploit=poc&vendor=Apache&product=Log4j&cwe=CWE-79&assigner=apache&status=published',
    );
    expect(catalog.queries.at(-1)).toEqual({
      text: 'log4j x',
      severities: ['high', 'critical', 'low'],
      scoreMin: 4.5,
      scoreMax: 9,
      epssMin: 0.1,
      epssMax: 1,
      publishedFromMs: Date.UTC(2024, 0, 1),
      publishedToMs: Date.UTC(2024, 1, 1) - 1,
      modifiedFromMs: Date.UTC(2024, 0, 1, 8),
      states: ['published'],
      vendor: 'apache',
      product: 'log4j',
      cwe: 79,
      assigner: 'apache',
      kev: true,
      ransomware: false,
      exploitation: ['poc'],
      sort: 'published',
      descending: true,
      limit: 20,
    });
    await data('/api/v1/cves?exploit=true&q=&after=');
    expect(catalog.queries.at(-1)).toEqual({ exploitKnown: true, sort: 'published', descending: true, limit: 20 });
  });

  it('keeps the window of recent changes while its pages are read', async () => {
    server.clock.set(Date.UTC(2022, 6, 1));
    const first = await data('/api/v1/cves/recent?days=30&limit=5');
    const from = catalog.queries.at(-1)?.modifiedFromMs;
    expect(from).toBe(Date.UTC(2022, 6, 1) - 30 * 86_400_000);
    server.clock.advance(3_600_000);
    await data(`/api/v1/cves/recent?days=30&limit=5&after=${String(at(first, 'pagination', 'nextCursor'))}`);
    expect(catalog.queries.at(-1)).toMatchObject({ modifiedFromMs: from, sort: 'modified', descending: true });
  });

  it('refuses the cursor of another question', async () => {
    const cursor = String(at(await data('/api/v1/cves?limit=2&sort=severity_desc'), 'pagination', 'nextCursor'));
    for (const path of [
      '/api/v1/cves?sort=epss_desc',
      '/api/v1/cves?sort=severity_desc&kev=true',
      '/api/v1/cves/recent?hours=5',
      '/api/v1/kev?limit=5',
    ]) {
      const answer = await get(`${path}&after=${cursor}`);
      expect([
        path,
        answer.status,
        at(answer.json, 'error', 'code'),
        at(answer.json, 'error', 'details', 'parameter'),
      ]).toEqual([path, 400, 'INVALID_PARAMETER', 'after']);
    }
    expect((await get(`/api/v1/cves?limit=9&sort=-severity&after=${cursor}`)).status).toBe(200);
    expect((await get(`/api/v1/cves?sort=-severity&after=${cursor.slice(0, -3)}`)).status).toBe(400);
  });
});

describe('batches', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    ask(server.url, '/api/v1/cve/batch', {
      method: 'POST',
      headers: { 'x-api-key': keys.enterprise, 'content-type': 'application/json', ...headers },
      body,
    });

  it('answers in the order of the request, once each, and lists what is unknown', async () => {
    const answer = await post(
      JSON.stringify({
        cve_ids: ['CVE-2021-50003', 'cve-2021-44228', 'CVE-1999-0001', 'CVE-2021-50003'],
        fields: ['severity'],
      }),
    );
    const found = at(answer.json, 'data');
    expect(idsOf(at(found, 'cves'))).toEqual(['CVE-2021-50003', 'CVE-2021-44228']);
    expect([at(found, 'notFound'), at(found, 'count')]).toEqual([['CVE-1999-0001'], 2]);
    expect(Object.keys(at(found, 'cves', 0) ?? {})).toEqual(['id', 'severity', 'kev', 'epss']);
  });

  it.each([
    ['no ids', { cve_ids: [] }, 'cve_ids'],
    ['51 ids', { cve_ids: Array(51).fill('CVE-2021-44228') }, 'cve_ids'],
    ['a number', { cve_ids: ['CVE-2021-44228', 7] }, 'cve_ids[1]'],
    ['a nested list', { cve_ids: [['CVE-2021-44228']] }, 'cve_ids[0]'],
    ['an object', { cve_ids: { 0: 'CVE-2021-44228' } }, 'cve_ids'],
    ['a path', { cve_ids: ['../../x'] }, 'cve_ids[0]'],
    ['an unknown member', { cve_ids: ['CVE-2021-44228'], feilds: 'id' }, 'feilds'],
    ['an unknown field', { cve_ids: ['CVE-2021-44228'], fields: 'secret' }, 'fields'],
  ])('refuses %s and names it', async (_name, body, parameter) => {
    const answer = await post(JSON.stringify(body));
    expect([answer.status, at(answer.json, 'error', 'code'), at(answer.json, 'error', 'details', 'parameter')]).toEqual(
      [400, 'INVALID_PARAMETER', parameter],
    );
    expect(at(answer.json, 'error', 'details', 'constraint')).toMatch(/^must be /);
  });

  it('takes nothing from the query', async () => {
    const answer = await ask(server.url, '/api/v1/cve/batch?fields=severity', {
      method: 'POST',
      headers: { 'x-api-key': keys.enterprise, 'content-type': 'application/json' },
      body: '{"cve_ids":["CVE-2021-44228"]}',
    });
    expect([answer.status, at(answer.json, 'error', 'details', 'parameter')]).toEqual([400, 'fields']);
  });

  it('shows the value of a member that it does not know', async () => {
    const answer = await post('{"cve_ids":["CVE-2021-44228"],"limit":5}');
    expect(at(answer.json, 'error', 'details', 'value')).toBe(5);
  });

  it.each([
    ['no body', '', 400, 'INVALID_REQUEST', 'application/json'],
    ['a broken body', '{"cve_ids":', 400, 'INVALID_REQUEST', 'application/json'],
    ['a list', '[]', 400, 'INVALID_REQUEST', 'application/json'],
    ['null', 'null', 400, 'INVALID_REQUEST', 'application/json'],
    ['a body without ids', '{}', 400, 'MISSING_PARAMETER', 'application/json; charset=utf-8'],
    ['a form', 'cve_ids=CVE-2021-44228', 415, 'UNSUPPORTED_MEDIA_TYPE', 'application/x-www-form-urlencoded'],
    ['another character set', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE', 'application/json; charset=utf-16'],
    ['too much', `{"cve_ids":["${'x'.repeat(70_000)}"]}`, 413, 'PAYLOAD_TOO_LARGE', 'application/json'],
    ['much too deep', '['.repeat(30_000), 400, 'INVALID_REQUEST', 'application/json'],
  ])('refuses %s', async (_name, body, status, code, type) => {
    const answer = await post(body, { 'content-type': type });
    expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([status, code]);
  });

  it('refuses text that is not UTF-8 and a body that is compressed', async () => {
    const options = { method: 'POST', headers: { 'x-api-key': keys.enterprise, 'content-type': 'application/json' } };
    expect(
      (await ask(server.url, '/api/v1/cve/batch', { ...options, body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) })).status,
    ).toBe(400);
    expect((await post('{}', { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('stops reading a body of unknown length at the limit', async () => {
    const answer = await ask(server.url, '/api/v1/cve/batch', {
      method: 'POST',
      headers: {
        'x-api-key': keys.enterprise,
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
        'content-length': [],
      },
      body: 'x'.repeat(70_000),
    });
    expect(answer.status).toBe(413);
  });
});
