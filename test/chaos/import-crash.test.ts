import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/kernel/index.ts';
import { contentOf, cveRecord, recordCount } from '../support/cve-files.ts';
import { doctorOf, installation, subscriber } from '../support/installation.ts';
import { call } from '../support/load.ts';
import { jsonOf, newFolder, start, until } from '../support/process.ts';

// Risk: an import that was cut off leaves half records, a lock that nobody opens, or a catalogue that differs.

const records = 12_000;

const sourceFile = async (): Promise<string> => {
  const path = join(await newFolder(), 'records.ndjson');
  const lines = Array.from({ length: records }, (_, index) =>
    cveRecord(`CVE-2024-${10_000 + index}`, `fault number ${index} of ${'a long list of things '.repeat(index % 9)}`),
  );
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
};

test('an import killed at any moment and run again comes to the same content as one that was left alone', async () => {
  const path = await sourceFile();
  const whole = await installation();
  expect(await whole.run('import', path)).toMatchObject({ code: 0, stderr: '' });
  const wanted = await contentOf(join(whole.folder, 'catalog.db'));
  expect(wanted.records).toBe(records);

  const killed = await installation();
  const catalogue = join(killed.folder, 'catalog.db');
  const random = seededRandom('import-crash-1');
  let last = 0;
  for (let round = 0; round < 3; round += 1) {
    const run = start(['import', path, '--data', killed.folder, '--json']);
    const moment = last + (random.bytes(2).readUInt16BE() % (records / 4));
    await until(() => (recordCount(catalogue) > moment || !run.isRunning ? true : null), `${moment} records`);
    await run.kill('SIGKILL');
    const now = recordCount(catalogue);
    expect(now, 'what was committed stays').toBeGreaterThanOrEqual(last);
    last = now;
  }
  const again = await killed.run('import', path);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  const report = jsonOf(again)['sources'];
  expect(report).toMatchObject([
    { read: records, inserted: records - last, unchanged: last, updated: 0, skipped: 0, errors: [] },
  ]);
  expect(await contentOf(catalogue)).toEqual(wanted);

  const server = await killed.serve();
  const { key } = await subscriber(killed, { tier: 'plus' });
  expect((await call(`${server.url}/api/v1/cve/CVE-2024-${10_000 + records - 1}`, { key })).status).toBe(200);
  expect((await doctorOf(killed)).ok).toBe(true);
});

test('SIGTERM ends an import in order: what was read is kept and reported, the exit code says so', async () => {
  const path = await sourceFile();
  const installed = await installation();
  const catalogue = join(installed.folder, 'catalog.db');
  const run = start(['import', path, '--data', installed.folder, '--json']);
  await until(() => (recordCount(catalogue) > 0 ? true : null), 'first records');
  const ended = await run.kill('SIGTERM');
  expect(ended.code).toBe(143);
  expect(ended.stderr).toContain('what was complete is kept');
  const kept = recordCount(catalogue);
  expect(jsonOf(ended)['sources']).toMatchObject([
    { inserted: kept, failure: expect.stringContaining('run it again') },
  ]);
  expect(jsonOf(await installed.run('import', path))['sources']).toMatchObject([
    { inserted: records - kept, unchanged: kept },
  ]);
});

test('a second import at the same time is refused and harms nothing', async () => {
  const path = await sourceFile();
  const installed = await installation();
  const catalogue = join(installed.folder, 'catalog.db');
  const first = start(['import', path, '--data', installed.folder, '--json']);
  await until(() => (recordCount(catalogue) > 0 ? true : null), 'first records');
  const second = await installed.run('import', path);
  // On a fast machine the first may be done already: then the second is an ordinary one.
  if (first.isRunning || second.code !== 0) {
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/import is running/i);
  }
  expect((await first.ended).code).toBe(0);
  expect(recordCount(catalogue)).toBe(records);
});
