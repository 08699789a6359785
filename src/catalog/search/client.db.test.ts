import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog, ManualClock } from '../../kernel/index.ts';
import { sampleFolder, sampleWriter } from '../store/read-samples.suite.ts';
import { SearchClient } from './client.ts';

const clientOf = (path: string, entry?: URL) => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = createLog({ level: 'debug', nowMs: () => clock.nowMs(), write: (line) => lines.push(line) });
  const client = new SearchClient(path, clock, log, entry);
  onTestFinished(() => client.close());
  return { client, clock, lines };
};

/** A search thread that dies with the question while the file `die` is there, and answers otherwise. */
const mortal = (folder: string): URL => {
  const file = join(folder, 'mortal.mjs');
  writeFileSync(
    file,
    `import { existsSync } from 'node:fs';
     import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ sequence }) => {
       if (existsSync(${JSON.stringify(join(folder, 'die'))})) throw new Error('out of luck');
       parentPort.postMessage({ sequence, answer: { kind: 'load', value: 7 } });
     });`,
  );
  return pathToFileURL(file);
};

describe('SearchClient', () => {
  it('fails the open questions of a thread that dies, waits a moment, and starts another', async () => {
    const folder = sampleFolder();
    const { client, clock, lines } = clientOf('unused', mortal(folder));
    expect(await client.ask({ kind: 'load' })).toBe(7);
    writeFileSync(join(folder, 'die'), '');
    const open = [client.ask({ kind: 'load' }), client.ask({ kind: 'load' })];
    for (const outcome of await Promise.allSettled(open)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'catalog.unavailable' } });
    }
    expect(lines.join('')).toContain('catalog.search_thread_died');
    await expect(client.ask({ kind: 'load' })).rejects.toMatchObject({ code: 'catalog.unavailable' });
    clock.advance(1000);
    rmSync(join(folder, 'die'));
    expect(await client.ask({ kind: 'load' })).toBe(7);
  });

  it('answers every question of a crowd, and refuses what is more than a queue can hold', async () => {
    const { client } = clientOf(sampleWriter().path);
    const crowd = await Promise.allSettled(Array.from({ length: 600 }, () => client.ask({ kind: 'load' })));
    expect(crowd.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(512);
    expect(crowd.find((outcome) => outcome.status === 'rejected')).toMatchObject({
      reason: { code: 'catalog.unavailable' },
    });
    expect(await client.ask({ kind: 'load' })).toBe(0);
  });

  it('fails open and later questions when it is closed', async () => {
    const { client } = clientOf(sampleWriter().path);
    const open = client.ask({ kind: 'statistics' });
    const closing = client.close();
    await expect(open).rejects.toMatchObject({ code: 'catalog.unavailable' });
    await closing;
    await expect(client.ask({ kind: 'load' })).rejects.toMatchObject({ code: 'catalog.unavailable' });
    await client.close();
  });

  it('opens the catalogue again after it could not be opened', async () => {
    const path = join(sampleFolder(), 'catalog.db');
    const { client } = clientOf(path);
    await expect(client.ask({ kind: 'load' })).rejects.toMatchObject({ code: 'storage.unavailable' });
    sampleWriter(path).put({ cveId: 'CVE-2024-0001' });
    expect(await client.ask({ kind: 'load' })).toBe(1);
  });
});
