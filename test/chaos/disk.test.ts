import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, type TestContext } from 'vitest';
import { contentOf, cveRecord } from '../support/cve-files.ts';
import { doctorOf, installationAt, readBooks, subscriber } from '../support/installation.ts';
import { call, startLoad, tally } from '../support/load.ts';
import { atEnd, newFolder, tool, until, vulngate } from '../support/process.ts';

// Risk: a disk that is full or read-only damages a database, lets requests in unpaid, or hides behind a stack trace.

const diskBytes = 64 * 1024 * 1024;

/** A small disk of its own; the test is skipped where this user may not mount one. */
const smallDisk = async (context: TestContext): Promise<string> => {
  const folder = join(await newFolder(), 'disk');
  await mkdir(folder);
  const mounted = await tool('mount', '-t', 'tmpfs', '-o', `size=${diskBytes}`, 'vulngate-test', folder).catch(
    () => null,
  );
  if (mounted?.code !== 0)
    return context.skip(`no small disk: ${mounted?.stderr.trim() ?? 'there is no mount command'}`);
  atEnd(async () => {
    await tool('umount', '--lazy', folder);
  });
  return folder;
};

/** fill takes the disk's last byte; the returned function gives it all back. */
const fill = async (disk: string): Promise<() => Promise<void>> => {
  const path = join(disk, 'filler');
  for (;;) {
    const { bavail, bsize } = await statfs(disk);
    if (bavail === 0) break;
    await writeFile(path, Buffer.alloc(Math.min(bavail * bsize, 8 * 1024 * 1024)), { flag: 'a' }).catch(
      () => undefined,
    );
  }
  return () => rm(path);
};

test('a disk that fills up under load: 503 and nothing charged, then it works by itself and nothing is damaged', async (context) => {
  const disk = await smallDisk(context);
  const installed = installationAt(join(disk, 'data'));
  const server = await installed.serve();
  const { key, subscriptionId } = await subscriber(installed, { tier: 'enterprise' });
  const load = startLoad([server.url], { key, connections: 4 });
  const seen = (status: number) => {
    const fromMs = performance.now();
    return until(
      () => load.shots.some((shot) => shot.status === status && shot.startedMs > fromMs) || null,
      `a ${status}`,
    );
  };
  await seen(200);
  const free = await fill(disk);
  await seen(503);
  expect((await call(`${server.url}/healthz`)).status).toBe(200);
  const user = await installed.run('user', 'create', '--email', 'late@example.org');
  expect(user).toMatchObject({ code: 1, stdout: '' });
  expect(user.stderr).toMatch(/^error: .+\nhelp: .+/m);
  expect(user.stderr).not.toContain('unexpected');
  await free();
  await seen(200);
  const shots = await load.stop();
  expect(Object.keys(tally(shots)).toSorted()).toEqual(['200', '503']);
  for (const { status, retryAfter } of shots) if (status === 503) expect(retryAfter).toMatch(/^[1-9]\d*$/);
  expect((await server.kill('SIGTERM')).code).toBe(0);

  const books = await readBooks(installed, subscriptionId);
  expect(books.discrepancies).toBe(0);
  expect(books.rows.filter((row) => row.chargedMillicredits > 0)).toHaveLength(tally(shots)['200'] ?? 0);
  expect((await doctorOf(installed)).ok).toBe(true);
});

test('a full disk: not ready from the first refused request on, and ready again without any other', async (context) => {
  const disk = await smallDisk(context);
  const installed = installationAt(join(disk, 'data'));
  const server = await installed.serve();
  const { key } = await subscriber(installed, { tier: 'enterprise' });
  const shoot = async () => (await call(`${server.url}/api/v1/ping-lite`, { key })).status;
  const readiness = async () => {
    const { status, json } = await call(`${server.url}/readyz`);
    return { status, json };
  };
  const ready = {
    status: 200,
    json: { status: 'ready', checks: { controlPlane: 'ok', ledger: 'ok', catalogue: 'ok' } },
  };
  expect(await shoot()).toBe(200);
  const free = await fill(disk);
  await until(async () => ((await shoot()) === 503 ? true : null), 'a request refused on the full disk');
  for (let looks = 0; looks < 5; looks += 1) {
    expect(await readiness()).toMatchObject({
      status: 503,
      json: { status: 'unavailable', checks: { ledger: 'unavailable' } },
    });
  }
  await free();
  expect(await readiness()).toEqual(ready);
  expect(await readiness()).toEqual(ready);
  expect(await shoot()).toBe(200);
  expect((await server.kill('SIGTERM')).code).toBe(0);
  expect((await doctorOf(installed)).ok).toBe(true);
});

test('import, start and commands on a full disk say so, and go on when there is room', async (context) => {
  const disk = await smallDisk(context);
  const installed = installationAt(join(disk, 'data'));
  const folder = await newFolder();
  const few = join(folder, 'few.ndjson');
  await writeFile(few, `${cveRecord('CVE-2024-10001')}\n`);
  expect((await installed.run('import', few)).code).toBe(0);
  const before = await contentOf(join(installed.folder, 'catalog.db'));
  const many = join(folder, 'many.ndjson');
  const lines = Array.from({ length: 3000 }, (_, n) =>
    cveRecord(`CVE-2024-${20_000 + n}`, `fault ${n} ${'x'.repeat(2000)}${n}`),
  );
  await writeFile(many, `${lines.join('\n')}\n`);

  const free = await fill(disk);
  const full = await installed.run('import', many);
  expect(full.code).toBe(1);
  expect(full.stderr + full.stdout).toMatch(/disk is full|no space|database or disk is full/i);
  expect(full.stderr).not.toContain('unexpected');
  expect((await contentOf(join(installed.folder, 'catalog.db'))).hash).toBe(before.hash);
  const user = await installed.run('user', 'create', '--email', 'a@example.org');
  expect(user).toMatchObject({ code: 1, stdout: '' });
  expect(user.stderr).toMatch(/^error: .+\nhelp: .+/);
  expect(user.stderr).not.toContain('unexpected');
  const served = await vulngate(['serve', '--data', installed.folder, '--port', '0', '--json']);
  expect(served).toMatchObject({ code: 1, stdout: '' });
  expect(served.stderr).toMatch(/error: .*full.*\nhelp: .+/);
  expect(served.stderr).not.toContain('unexpected');

  await free();
  expect((await installed.run('import', many)).code).toBe(0);
  expect((await contentOf(join(installed.folder, 'catalog.db'))).records).toBe(3001);
  const server = await installed.serve();
  const { key } = await subscriber(installed, { tier: 'plus' });
  expect((await call(`${server.url}/api/v1/cve/CVE-2024-20000`, { key })).status).toBe(200);
});

test('a read-only folder is refused with a clear error, and works again when it can be written', async (context) => {
  const disk = await smallDisk(context);
  const installed = installationAt(join(disk, 'data'));
  const first = await installed.serve();
  const { key } = await subscriber(installed, { tier: 'plus' });
  expect((await first.kill('SIGTERM')).code).toBe(0);
  const before = await contentOf(join(installed.folder, 'catalog.db'));
  const file = join(await newFolder(), 'one.ndjson');
  await writeFile(file, `${cveRecord('CVE-2024-10001')}\n`);

  expect((await tool('mount', '-o', 'remount,ro', disk)).code).toBe(0);
  for (const args of [
    ['serve', '--port', '0'],
    ['import', file],
    ['user', 'create', '--email', 'a@example.org'],
  ]) {
    const ended = await installed.run(...args);
    expect(ended, args[0]).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr, args[0]).toMatch(/error: .+\nhelp: .+/);
    expect(ended.stderr, args[0]).not.toContain('unexpected');
  }
  const looked = await installed.run('doctor');
  expect(looked).toMatchObject({ code: 1, stderr: '' });
  expect(looked.stdout).toMatch(/data folder","status":"failed","message":"\S+ is on a read-only file system/);
  expect(looked.stdout).not.toMatch(/[Rr]estore|[Dd]elete the file|Run: /);
  const empty = await vulngate(['serve', '--data', join(disk, 'new', 'data'), '--port', '0', '--json']);
  expect(empty).toMatchObject({ code: 1, stdout: '' });
  expect(empty.stderr).toMatch(/data folder cannot be made: .*read-only/);

  expect((await tool('mount', '-o', 'remount,rw', disk)).code).toBe(0);
  const second = await installed.serve();
  expect((await call(`${second.url}/api/v1/cve/CVE-2021-44228`, { key })).status).toBe(200);
  expect(await contentOf(join(installed.folder, 'catalog.db'))).toEqual(before);
  expect((await doctorOf(installed)).ok).toBe(true);
});
