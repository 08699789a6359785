import { randomBytes } from 'node:crypto';
import { copyFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { doctorOf, installation, subscriber, type Installation } from '../support/installation.ts';
import { call } from '../support/load.ts';
import { vulngate, type Ended } from '../support/process.ts';

// Risk: a damaged or misused installation starts and makes it worse, or ends with a riddle.

/** start runs the server as an operator would, expecting that it ends by itself. */
const start = (
  installed: Installation,
  env: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
): Promise<Ended> =>
  vulngate(['serve', '--data', installed.folder, '--port', '0', '--json', ...args], {
    env: { ...installed.env, ...env },
  });

/** An installation that was used and stopped, with a key that worked. */
const used = async () => {
  const installed = await installation();
  const server = await installed.serve();
  const { key } = await subscriber(installed, { tier: 'plus' });
  expect((await call(`${server.url}/api/v1/cves?limit=1`, { key })).status).toBe(200);
  expect((await server.kill('SIGTERM')).code).toBe(0);
  return { installed, key };
};

/** It works: the server starts, the key is known and finds a record, the ledger is right. */
const expectWorking = async (installed: Installation, key: string): Promise<void> => {
  const server = await installed.serve();
  expect((await call(`${server.url}/api/v1/cve/CVE-2021-44228`, { key })).status).toBe(200);
  expect((await server.kill('SIGTERM')).code).toBe(0);
  expect((await doctorOf(installed)).ok).toBe(true);
};

const garble = (path: string): Promise<void> => writeFile(path, randomBytes(200_000));
const cut = async (path: string): Promise<void> => truncate(path, Math.floor((await readFile(path)).length / 3));

test.each([
  { damage: 'random bytes', harm: garble },
  { damage: 'a third of it', harm: cut },
])('a control plane of $damage is refused untouched, and a backup brings it back', async ({ harm }) => {
  const { installed, key } = await used();
  const path = join(installed.folder, 'control.db');
  await copyFile(path, `${path}.backup`);
  await harm(path);
  const before = await readFile(path);
  const ended = await start(installed);
  expect(ended).toMatchObject({ code: 1, stdout: '' });
  expect(ended.stderr).toContain('control.db');
  expect(ended.stderr).toMatch(/help: .*backup/i);
  expect(ended.stderr).not.toContain('unexpected');
  expect((await readFile(path)).equals(before)).toBe(true);
  expect((await doctorOf(installed)).statuses['control plane']).toBe('failed');

  await copyFile(`${path}.backup`, path);
  await rm(`${path}-wal`, { force: true });
  await rm(`${path}-shm`, { force: true });
  await expectWorking(installed, key);
});

test.each([
  { damage: 'random bytes', harm: garble },
  { damage: 'a third of it', harm: cut },
])('a catalogue of $damage is refused, and deleting it is the cure', async ({ harm }) => {
  const { installed, key } = await used();
  const path = join(installed.folder, 'catalog.db');
  await harm(path);
  const ended = await start(installed);
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/error: .*catalogue.*damaged/i);
  expect(ended.stderr).not.toContain('unexpected');
  expect((await doctorOf(installed)).statuses['catalogue']).toBe('failed');

  for (const end of ['', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
  await expectWorking(installed, key);
});

test('a wrong or damaged pepper ends with exit code 78 and changes nothing', async () => {
  const { installed, key } = await used();
  const path = join(installed.folder, 'keyring.json');
  const keyring = await readFile(path, 'utf8');

  const other = await start(installed, { VULNGATE_PEPPER: 'ab'.repeat(32) });
  expect(other).toMatchObject({ code: 78, stdout: '' });
  expect(other.stderr).toContain('VULNGATE_PEPPER is not the one that this database was used with');
  expect(other.stderr).not.toContain('abab');

  const wrong = keyring.replace(/[0-9a-f]{64}/, 'cd'.repeat(32));
  expect(wrong).not.toBe(keyring);
  await writeFile(path, wrong);
  expect(await start(installed)).toMatchObject({ code: 78 });
  await writeFile(path, 'not a keyring');
  const damaged = await start(installed);
  expect(damaged).toMatchObject({ code: 78 });
  expect(damaged.stderr).toContain('keyring.json');

  await rm(path);
  const lost = await start(installed);
  expect(lost).toMatchObject({ code: 78 });
  expect((await doctorOf(installed)).statuses['keyring']).toBe('failed');

  await writeFile(path, keyring);
  await expectWorking(installed, key);
});

test('a second server on the same port ends with a clear error and leaves the first alone', async () => {
  const installed = await installation();
  const first = await installed.serve();
  const { key } = await subscriber(installed, { tier: 'plus' });
  const port = new URL(first.url).port;
  const second = await start(installed, {}, '--port', port);
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toContain(`Port ${port} of 127.0.0.1 is in use`);
  expect((await call(`${first.url}/api/v1/cves?limit=1`, { key })).status).toBe(200);
});

test('bad configuration lists every problem at once with exit code 78, and makes nothing', async () => {
  const installed = await installation();
  const ended = await start(installed, {
    VULNGATE_BODY_LIMIT: 'big',
    VULNGATE_TRUSTED_PROXIES: '10.0.0.0/99',
    VULNGATE_PEPPER: 'short-pepper-text',
    VULNGATE_TLS_CERT: '/nowhere/cert.pem',
    VULNGATE_DURABILITY: 'maybe',
  });
  expect(ended).toMatchObject({ code: 78, stdout: '' });
  for (const name of ['BODY_LIMIT', 'TRUSTED_PROXIES', 'PEPPER', 'TLS', 'DURABILITY']) {
    expect(ended.stderr).toContain(`VULNGATE_${name}`);
  }
  expect(ended.stderr).not.toContain('short-pepper-text');
  await expect(readFile(join(installed.folder, 'control.db'))).rejects.toThrow('ENOENT');

  const files = { VULNGATE_TLS_CERT: '/nowhere/cert.pem', VULNGATE_TLS_KEY: '/nowhere/key.pem' };
  expect(await start(installed, files)).toMatchObject({ code: 78, stdout: '' });
});

test.each([
  ['an unknown option', ['serve', '--prot', '80']],
  ['an unknown command', ['server']],
  ['no command', []],
  ['a missing value', ['serve', '--port']],
  ['an import of nothing', ['import']],
  ['an unknown verb', ['credential', 'destroy', '--id', 'x']],
])('%s is bad usage: exit code 2, nothing on stdout', async (_what, args) => {
  const installed = await installation();
  const ended = await vulngate([...args, '--data', installed.folder]);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toMatch(/^error: .+\n/);
  expect(ended.stderr).toContain('usage: vulngate');
});
