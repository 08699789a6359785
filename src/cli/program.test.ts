/** Risk: what holds in one process does not hold for the program as scripts start it: exit codes, pipes, signals. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loopbackServer, type LoopbackServer } from '../../test/support/loopback.ts';

const main = join(import.meta.dirname, '../main.ts');
const kev = JSON.stringify({
  title: 'KEV',
  catalogVersion: '2026.01.15',
  dateReleased: '2026-01-15T00:00:00Z',
  count: 1,
  vulnerabilities: [
    {
      cveID: 'CVE-2026-0001',
      vendorProject: 'Acme',
      product: 'Thing',
      vulnerabilityName: 'x',
      dateAdded: '2026-01-02',
      shortDescription: 'x',
      requiredAction: 'x',
      dueDate: '2026-02-02',
      knownRansomwareCampaignUse: 'Known',
      notes: '',
      cwes: [],
    },
  ],
});

let folder: string;
let server: LoopbackServer;
let asked: PromiseWithResolvers<void>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vulngate-program-'));
  asked = Promise.withResolvers();
  server = await loopbackServer((request, response) => {
    if (request.url === '/kev.json') response.end(kev);
    else asked.resolve();
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const feeds = {
    VULNGATE_FEED_KEV: `${server.url}/kev.json`,
    VULNGATE_FEED_EPSS: `${server.url}/mute`,
    VULNGATE_OUTBOUND_ALLOW: '127.0.0.0/8',
  };
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...feeds, VULNGATE_DATA: join(folder, 'data'), ...env },
  });
  const ended = Promise.withResolvers<Ended>();
  let out = '';
  let err = '';
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  child.on('close', (code) => ended.resolve({ code, out, err }));
  return { child, ended: ended.promise };
};
const run = async (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> =>
  start(args, env).ended;

describe('the program', () => {
  it('imports a file and prints one JSON object and nothing else', async () => {
    const path = join(folder, 'kev.json');
    writeFileSync(path, kev);
    const { code, out, err } = await run(['import', path, '--json']);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual({
      sources: [{ path, kind: 'kev', read: 1, inserted: 1, updated: 0, unchanged: 0, skipped: 0, errors: [] }],
    });
  });

  it('exits with 1 when a source failed as a whole, and still reports it', async () => {
    const { code, out } = await run(['import', join(folder, 'absent'), '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ sources: [{ read: 0, errors: [{ item: join(folder, 'absent') }] }] });
  });

  it('fetches a feed from its configured address, and tells people what it did', async () => {
    const { code, out } = await run(['sync', 'kev']);
    expect([code, out.split('\n')[1]?.split(/ {2,}/)]).toEqual([
      0,
      [`${server.url}/kev.json`, 'kev', '1', '1', '0', '0', '0'],
    ]);
  });

  it('never calls a private address that is not allowed', async () => {
    const { code, out } = await run(['sync', 'kev', '--json'], { VULNGATE_OUTBOUND_ALLOW: '' });
    expect([code, server.requests.length]).toEqual([1, 0]);
    expect(out).toContain('not a public address');
  });

  it('stops cleanly at SIGINT and can be run again', async () => {
    const { child, ended } = start(['sync', 'kev', 'epss']);
    await asked.promise;
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, out: '' });
    expect((await run(['sync', 'kev', '--json'])).code).toBe(0);
    const doctor = await run(['doctor', '--json']);
    expect(doctor.code).toBe(0);
    expect(JSON.parse(doctor.out)).toMatchObject({ ok: true });
    expect(doctor.out).toContain('the call was stopped');
  });

  it('exits with 78 for a bad configuration and 2 for bad usage, with nothing on standard output', async () => {
    expect(await run(['doctor', '--json'], { VULNGATE_PORT: 'x' })).toMatchObject({ code: 78, out: '' });
    expect(await run(['sync', 'nonsense', '--json'])).toMatchObject({ code: 2, out: '' });
  });

  it('ends quietly when the reader of its output is gone', async () => {
    const { child, ended } = start(['doctor']);
    child.stdout.destroy();
    const { code, err } = await ended;
    expect([code === 0 || code === 1, err]).toEqual([true, '']);
  });

  it('says that a data folder cannot be used', async () => {
    writeFileSync(join(folder, 'data'), 'a file, not a folder');
    const { code, err } = await run(['sync', 'kev']);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: .*data/);
    expect((await run(['doctor'])).code).toBe(1);
  });
});
