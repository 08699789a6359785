import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { contentOf, cveRecord, zipOf } from '../support/cve-files.ts';
import { doctorOf, installation, type Installation } from '../support/installation.ts';
import { jsonOf, newFolder, start, until, type Ended } from '../support/process.ts';

// Risk: a file from outside takes the memory, the disk, good records along, or the whole catalogue.

interface Outcome extends Ended {
  readonly source: Readonly<Record<string, unknown>>;
  /** Largest resident memory that was seen, in bytes; 0 where the system does not tell. */
  readonly peakBytes: number;
}

const memoryMax = 450 * 1024 * 1024;
const good = 'CVE-2024-20001';
let installed: Installation;

/** Every test begins with a catalogue of three records. */
const prepare = async (): Promise<{ readonly folder: string; readonly catalogue: string }> => {
  installed = await installation();
  const folder = await newFolder();
  const path = join(folder, 'three.ndjson');
  await writeFile(path, `${[1, 2, 3].map((n) => cveRecord(`CVE-2024-1000${n}`, `fault ${n}`)).join('\n')}\n`);
  expect(await installed.run('import', path)).toMatchObject({ code: 0, stderr: '' });
  return { folder, catalogue: join(installed.folder, 'catalog.db') };
};

const take = async (path: string): Promise<Outcome> => {
  const run = start(['import', path, '--data', installed.folder, '--json']);
  let peakBytes = 0;
  await until(async () => {
    const status = await readFile(`/proc/${run.pid}/status`, 'utf8').catch(() => '');
    peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    return run.isRunning ? null : true;
  }, 'the import ends');
  const ended = await run.ended;
  const sources = jsonOf(ended)['sources'];
  const source: unknown = Array.isArray(sources) ? sources[0] : null;
  if (typeof source !== 'object' || source === null) throw new Error(`no source in the report: ${ended.stderr}`);
  return { ...ended, source: { ...source }, peakBytes };
};

let folder: string;
let catalogue: string;
let before: Awaited<ReturnType<typeof contentOf>>;

beforeAll(async () => {
  ({ folder, catalogue } = await prepare());
  before = await contentOf(catalogue);
});

/** The catalogue is as it was, and the program finds nothing wrong with it. */
const expectUntouched = async (): Promise<void> => expect(await contentOf(catalogue)).toEqual(before);

test.each([
  [
    'a truncated gzip',
    async () => gzipSync(Buffer.from(`${cveRecord('CVE-2024-30001')}\n`.repeat(1000))).subarray(0, 300),
    /ends early/,
  ],
  ['an empty file', async () => Buffer.alloc(0), /empty/],
  ['random bytes', async () => Buffer.from('\u0000\u0001\u0002 nothing that anybody knows'), /no known feed/],
  ['wrong JSON', async () => Buffer.from('{"dataType":"CVE_RECORD","cveMetadata":{'), /JSON|damaged|ends/i],
  ['JSON of something else', async () => Buffer.from('{"hello":"world"}'), /no known feed|not a CVE record/],
  [
    'a truncated zip',
    async () => zipOf([{ name: 'a.json', bytes: Buffer.from(cveRecord('CVE-2024-30001')) }]).subarray(0, 200),
    /zip|archive|damaged|end of central/i,
  ],
  [
    'a zip bomb',
    async () => zipOf([{ name: 'cves/bomb.json', bytes: Buffer.alloc(300 * 1024 * 1024, 0x20) }]),
    /bomb|expand|too large/i,
  ],
  [
    'a zip bomb that lies about its size',
    async () => zipOf([{ name: 'bomb.json', bytes: Buffer.alloc(100 * 1024 * 1024, 0x20), claimedBytes: 1000 }]),
    /bomb|expand|too large|size|damaged/i,
  ],
])('%s is named in the report and changes nothing', async (_what, bytes, reason) => {
  const path = join(folder, 'hostile');
  await writeFile(path, await bytes());
  const outcome = await take(path);
  const said = JSON.stringify([outcome.source['failure'], outcome.source['errors'], outcome.source['skipped']]);
  expect(said).toMatch(reason);
  expect(outcome.code).toBe(outcome.source['failure'] === undefined ? 0 : 1);
  expect(outcome.stderr).not.toMatch(/unexpected:|\n\s+at /);
  expect(outcome.peakBytes).toBeLessThan(memoryMax);
  await expectUntouched();
});

test('a line of 200 MB and a gzip line of 1 GB are left out by name, the records around them go in', async () => {
  await prepare().then((fresh) => ({ folder, catalogue } = fresh));
  const chunk = Buffer.alloc(1024 * 1024, 0x61);
  const endless = function* (megabytes: number, after: string) {
    yield Buffer.from(`${cveRecord(good)}\n{"cveMetadata":{"cveId":"CVE-2024-20002","x":"`);
    for (let n = 0; n < megabytes; n += 1) yield chunk;
    yield Buffer.from(`"}}\n${cveRecord(after)}\n`);
  };
  const plain = join(folder, 'long.ndjson');
  await pipeline(Readable.from(endless(200, 'CVE-2024-20003')), createWriteStream(plain));
  const packed = join(folder, 'long.ndjson.gz');
  await pipeline(Readable.from(endless(1000, 'CVE-2024-20004')), createGzip({ level: 1 }), createWriteStream(packed));

  const first = await take(plain);
  expect(first.source).toMatchObject({ inserted: 2, skipped: 1, errors: [{ item: expect.stringContaining('2') }] });
  expect(first.code).toBe(0);
  expect(first.peakBytes).toBeLessThan(memoryMax);
  const second = await take(packed);
  expect(second.peakBytes).toBeLessThan(memoryMax);
  if (second.source['failure'] === undefined)
    expect(second.source).toMatchObject({ inserted: 1, unchanged: 1, skipped: 1 });
  else expect(second).toMatchObject({ code: 1, source: { failure: expect.stringMatching(/expand|bomb/) } });
  expect((await doctorOf(installed)).statuses['catalogue']).toBe('ok');
});

test('duplicate, out-of-order, unknown and evil records: the best of each goes in, each bad one is named', async () => {
  await prepare().then((fresh) => ({ folder, catalogue } = fresh));
  const at = (day: string) => ({ dateUpdated: `2024-02-${day}T00:00:00.000Z` });
  const lines = [
    cveRecord(good, 'the new text', at('10')),
    cveRecord(good, 'the old text', at('05')),
    cveRecord(good, 'the new text', at('10')),
    cveRecord('CVE-2024-20002', 'with more', { futureField: { deep: [1, 2, 3] } }),
    cveRecord('../../x'),
    cveRecord('CVE-2024-1%2f..%2f..'),
    cveRecord("CVE-2024-20005'; drop table record; --"),
    '{"cveMetadata":',
    'null',
    '[]',
    cveRecord('CVE-2024-20006', 'good again'),
  ];
  const path = join(folder, 'mixed.ndjson');
  await writeFile(path, `${lines.join('\n')}\n`);
  const { code, source, stderr } = await take(path);
  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(source).toMatchObject({ inserted: 3, skipped: 6 });
  const errors = source['errors'];
  expect(errors).toHaveLength(6);

  const { records } = await contentOf(catalogue);
  expect(records).toBe(3 + 3);
  const again = await take(path);
  expect(again.source).toMatchObject({ inserted: 0, updated: 0, skipped: 6 });
  expect((await contentOf(catalogue)).records).toBe(6);
});

test('names inside an archive lead nowhere outside', async () => {
  await prepare().then((fresh) => ({ folder, catalogue } = fresh));
  const path = join(folder, 'slip.zip');
  const escape = `../../../..${folder}/escaped.json`;
  await writeFile(
    path,
    zipOf([
      { name: escape, bytes: Buffer.from(cveRecord(good)) },
      { name: `../${'a/../'.repeat(20)}b.json`, bytes: Buffer.from(cveRecord('../../x')) },
    ]),
  );
  const { source } = await take(path);
  expect(source).toMatchObject({ inserted: 1, skipped: 1 });
  await expect(readFile(join(folder, 'escaped.json'))).rejects.toThrow('ENOENT');
});
