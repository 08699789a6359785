/** Risk: a remembered answer costs as much as a new one, or outlives what it was true of. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { noPeople } from '../../../test/support/no-people.ts';
import { sampleCatalog } from '../../../test/support/sample-catalog.ts';
import { opencveOperations } from '../../contract/index.ts';
import type { Answer, Exchange } from '../surface.ts';
import { createOpencve } from './index.ts';

const open = () => {
  const sample = sampleCatalog();
  const asked = { lists: sample.queries, records: 0 };
  let version = 1;
  const catalog = {
    ...sample,
    version: () => version,
    find: (cveId: string) => {
      asked.records += 1;
      return sample.find(cveId);
    },
  };
  const surface = createOpencve({
    ...noPeople,
    catalog,
    publicUrl: 'https://cve.example.org',
    pageSize: 10,
    nowMs: () => 0,
    queryTermsMax: 20,
    tokens: noPeople.credentials,
  });
  const get = async (id: string, url: string, params: Record<string, string> = {}): Promise<Answer> => {
    const operation = opencveOperations.find((each) => each.id === id) ?? null;
    const request = new IncomingMessage(new Socket());
    request.url = url;
    const exchange: Exchange = {
      request,
      response: new ServerResponse(request),
      surface,
      operation,
      params,
      correlationId: 'x',
      startedMs: 0,
      address: '203.0.113.1',
      encrypted: true,
      client: '',
      query: url.split('?')[1] ?? '',
      body: null,
      credential: null,
      person: null,
      meter: null,
      usageId: -1,
      chargedMillicredits: 0,
      failure: null,
    };
    const handler = surface.handlers[id];
    if (handler === undefined) throw new Error(`no handler ${id}`);
    return handler(exchange);
  };
  return {
    asked,
    get,
    commit: () => {
      version += 1;
    },
  };
};

describe('an answer that was given before', () => {
  it('asks the catalogue for its version only, until that moves', async () => {
    const { asked, get, commit } = open();
    const first = await get('opencve.cves.list', '/api/cve?page=2');
    const again = await get('opencve.cves.list', '/api/cve?page=2');
    expect([again.body, asked.lists.length]).toEqual([first.body, 1]);
    await get('opencve.cves.list', '/api/cve?page=3');
    expect(asked.lists).toHaveLength(2);
    commit();
    await get('opencve.cves.list', '/api/cve?page=2');
    expect(asked.lists).toHaveLength(3);
  });

  it('reads a record once while its revision stays, whatever else is committed', async () => {
    const { asked, get, commit } = open();
    const read = () => get('opencve.cve.read', '/api/cve/CVE-2021-44228', { cve_id: 'CVE-2021-44228' });
    const first = await read();
    commit();
    expect((await read()).body).toBe(first.body);
    expect(asked.records).toBe(1);
  });

  it('is never taken for a query, which counts from now and may name what is somebody’s', async () => {
    const { asked, get } = open();
    for (const url of ['/api/cve?q=kev:true', '/api/cve?%71=kev:true']) {
      await get('opencve.cves.list', url);
      await get('opencve.cves.list', url);
    }
    expect(asked.lists).toHaveLength(4);
  });
});
