import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../repository/tree.ts';
import { freePort } from '../support/free-port.ts';
import { doctorOf, installation, installationAt, postgresInstallation, subscriber } from '../support/installation.ts';
import { call } from '../support/load.ts';
import { jsonOf, listening, newFolder, start } from '../support/process.ts';

// Risk: a stranger's first five minutes end with an error, or what they made is gone after a restart.

const famous = 'CVE-2021-44228';

/** No feed can be reached: every address of the outside leads to a closed door of this machine. */
const offline = {
  VULNGATE_FEED_CVE_LIST: 'http://127.0.0.1:9/all.zip',
  VULNGATE_FEED_CVE_DELTA_LOG: 'http://127.0.0.1:9/deltaLog.json',
  VULNGATE_FEED_KEV: 'http://127.0.0.1:9/kev.json',
  VULNGATE_FEED_EPSS: 'http://127.0.0.1:9/epss.csv.gz',
};

const textOf = (value: unknown, name: string): string => {
  if (typeof value !== 'string') throw new Error(`${name} is not a text`);
  return value;
};

test('an empty folder answers at once from the starter catalogue, and a restart keeps everything', async () => {
  const installed = await installation(offline);
  const first = await installed.serve();

  const user = await installed.run('user', 'create', '--email', 'first@example.org');
  expect(user).toMatchObject({ code: 0, stderr: '' });
  const made = await installed.run('subscription', 'create', '--email', 'first@example.org', '--tier', 'plus');
  const subscription = textOf(jsonOf(made)['id'], 'id');
  const issue = ['credential', 'issue', '--family', 'subscription-key', '--subscription', subscription, '--name', 'a'];
  const key = textOf(jsonOf(await installed.run(...issue))['credential'], 'credential');

  const answer = await call(`${first.url}/api/v1/cve/${famous}`, { key });
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ data: { cve: { id: famous } } });
  expect((await call(`${first.url}/healthz`)).status).toBe(200);
  expect((await call(`${first.url}/readyz`)).status).toBe(200);
  expect((await first.kill('SIGTERM')).code).toBe(0);

  const second = await installed.serve();
  expect((await call(`${second.url}/api/v1/cve/${famous}`, { key })).json).toMatchObject({
    data: { cve: { id: famous } },
  });
  const usage = await call(`${second.url}/api/v1/usage`, { key });
  expect(usage.status).toBe(200);
  expect(usage.text).toMatch(/"credits_used":10\b/);
  expect((await doctorOf(installed)).ok).toBe(true);
});

test('the folder and what lies in it belong to nobody else', async () => {
  const installed = await installation();
  await installed.serve();
  expect((await stat(installed.folder)).mode & 0o077).toBe(0);
  expect((await stat(join(installed.folder, 'keyring.json'))).mode & 0o077).toBe(0);
});

test('an empty PostgreSQL database and no folder are enough for a first start', async (context) => {
  const installed = await postgresInstallation();
  if (installed === null) return context.skip('no PostgreSQL server');
  const server = await installed.serve();
  const { key } = await subscriber(installed, { tier: 'plus' });
  expect((await call(`${server.url}/api/v1/ping`, { key })).json).toMatchObject({
    data: { database: { connected: true } },
  });
  expect((await call(`${server.url}/api/v1/cve/${famous}`, { key })).status).toBe(200);
  expect((await server.kill('SIGTERM')).code).toBe(0);
});

test.each([
  { by: 'npm start', command: ['npm', 'start', '--silent', '--'], args: [] },
  { by: 'npm run vulngate', command: ['npm', 'run', '--silent', 'vulngate', '--'], args: ['serve'] },
  { by: 'the launcher', command: [process.execPath, join(root, 'bin/vulngate.js')], args: ['serve'] },
])('$by starts the server, which ends with SIGTERM', async ({ command, args }) => {
  const installed = installationAt(join(await newFolder(), 'data'));
  const port = String(await freePort());
  const env = { VULNGATE_LOG_LEVEL: 'warn', npm_config_update_notifier: 'false' };
  const program = start([...args, '--data', installed.folder, '--port', port, '--json'], { command, env });
  const url = await listening(program);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect((await call(`${url}/healthz`)).status).toBe(200);
  const { key } = await subscriber(installed, { tier: 'plus' });
  expect((await call(`${url}/api/v1/ping-lite`, { key })).status).toBe(200);
  // npm itself gives up at once and has no code to give; the server behind it ends in order.
  const ended = await program.killGroup('SIGTERM');
  expect(command[0] === 'npm' ? [0, 143] : [0]).toContain(ended.code);
  await expect(call(`${url}/healthz`)).rejects.toThrow();
  expect((await doctorOf(installed)).statuses).toMatchObject({ ledger: 'ok', catalogue: 'ok' });
});
