import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/kernel/index.ts';
import { contentOf, cveRecord, recordCount } from '../support/cve-files.ts';
import { doctorOf, installation, subscriber, type Installation } from '../support/installation.ts';
import { call } from '../support/load.ts';
import { jsonOf, newFolder, start, until, type Program } from '../support/process.ts';

// Risk: an import that was cut off leaves half records, a lock that nobody opens, or a catalogue that differs.

const records = 12_000;

const sourceFile = async (count = records): Promise<string> => {
  const path = join(await newFolder(), 'records.ndjson');
  const lines = Array.from({ length: count }, (_, index) =>
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

/**
 * midway runs `attempt` on an import that has begun to write. It says false when the import was done before this process
 * got to it, as happens on a busy machine: then it is tried again on a longer one.
 */
const midway = async (
  attempt: (scene: {
    readonly installed: Installation;
    readonly path: string;
    readonly records: number;
    readonly catalogue: string;
    readonly run: Program;
  }) => Promise<boolean>,
): Promise<void> => {
  for (const count of [records, 4 * records, 16 * records]) {
    const path = await sourceFile(count);
    const installed = await installation();
    const catalogue = join(installed.folder, 'catalog.db');
    const run = start(['import', path, '--data', installed.folder, '--json']);
    await until(() => (recordCount(catalogue) > 0 || !run.isRunning ? true : null), 'first records');
    if (await attempt({ installed, path, records: count, catalogue, run })) return;
    await run.kill('SIGKILL');
  }
  expect.unreachable('every import was done before it could be met');
};

test('SIGTERM ends an import in order: what was read is kept and reported, the exit code says so', () =>
  midway(async ({ installed, path, records: count, catalogue, run }) => {
    const ended = await run.kill('SIGTERM');
    const kept = recordCount(catalogue);
    if (kept === count) return false;
    expect(ended.code).toBe(143);
    expect(ended.stderr).toContain('what was complete is kept');
    expect(jsonOf(ended)['sources']).toMatchObject([
      { inserted: kept, failure: expect.stringContaining('run it again') },
    ]);
    expect(jsonOf(await installed.run('import', path))['sources']).toMatchObject([
      { inserted: count - kept, unchanged: kept },
    ]);
    return true;
  }));

test('a second import at the same time is refused and harms nothing', () =>
  midway(async ({ installed, path, records: count, catalogue, run }) => {
    // The first stands still in the middle, so that it cannot end before the second comes.
    void run.kill('SIGSTOP');
    const second = await installed.run('import', path);
    void run.kill('SIGCONT');
    if (second.code === 0) return false;
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/import is running/i);
    expect((await run.ended).code).toBe(0);
    expect(recordCount(catalogue)).toBe(count);
    return true;
  }));
