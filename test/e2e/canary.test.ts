import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { installation, subscriber } from '../support/installation.ts';
import { call, type Reply } from '../support/load.ts';
import { jsonLines, jsonOf } from '../support/process.ts';

// Risk: a secret that is written down somewhere: in a log line, a database page, an answer, the output of a command.

/** An address of this machine that is not loopback, or null. */
const outerAddress = (): string | null =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => address.family === 'IPv4' && !address.internal)?.address ?? null;

/** Forms in which a secret could be written. */
const forms = (secret: string): readonly Buffer[] => [
  Buffer.from(secret),
  Buffer.from(secret.toUpperCase()),
  Buffer.from(secret.replaceAll('-', '')),
  Buffer.from(Buffer.from(secret).toString('base64').slice(0, -4)),
  Buffer.from(Buffer.from(secret).toString('hex')),
  Buffer.from(secret.slice(-37, -4)),
];

const filesBelow = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('no key, pepper or token is ever written to a log, a database or an answer', async (context) => {
  const metricsToken = 'canary-metrics-token-4711';
  const pepper = '5ca1ab1e'.repeat(8);
  const outer = outerAddress();
  const installed = await installation({
    VULNGATE_PEPPER: pepper,
    VULNGATE_METRICS_TOKEN: metricsToken,
    VULNGATE_LOG_LEVEL: 'debug',
    VULNGATE_HOST: outer === null ? '127.0.0.1' : '0.0.0.0',
  });
  const server = await installed.serve();
  const port = new URL(server.url).port;
  const url = `http://127.0.0.1:${port}`;
  const { key, credentialId, subscriptionId } = await subscriber(installed, { tier: 'plus' });
  const issue = [
    'credential',
    'issue',
    '--family',
    'subscription-key',
    '--subscription',
    subscriptionId,
    '--name',
    'b',
  ];
  const issued = await installed.run(...issue);
  const second = String(jsonOf(issued)['credential']);
  const wrong = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;

  const replies: Reply[] = [];
  const say = async (path: string, options: Parameters<typeof call>[1] = {}): Promise<number> => {
    const reply = await call(`${url}${path}`, options);
    replies.push(reply);
    return reply.status;
  };
  expect(await say('/api/v1/cves?limit=1', { key })).toBe(200);
  expect(await say('/api/v1/cve/CVE-2021-44228', { key: second })).toBe(200);
  expect(await say('/api/v1/cves', { key: wrong })).toBe(401);
  expect(await say(`/api/v1/cves?api_key=${key}`)).toBe(400);
  expect(await say(`/api/v1/cves?q=${encodeURIComponent(key).replaceAll('-', '%2D')}`, { key })).toBe(400);
  expect(await say(`/api/v1/cve/${key}`, { key })).toBe(400);
  expect(await say(`/${key}`)).toBe(404);
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ cve_ids: ['CVE-2021-44228'], api_key: key });
  expect(await say('/api/v1/cve/batch', { key, method: 'POST', body, headers: json })).toBe(400);
  expect(await say('/api/v1/cve/batch', { key, method: 'POST', body: `{"broken ${key}`, headers: json })).toBe(400);
  expect(await say('/api/v1/cves?limit=1', { key, headers: { authorization: `Bearer ${second}` } })).toBe(400);
  expect(await say('/api/v1/cves?limit=1', { headers: { authorization: `Bearer ${second}` } })).toBe(401);
  expect(await say('/api/v1/cves?limit=1', { key, headers: { 'user-agent': `agent ${key}` } })).toBe(200);
  expect(await say('/api/v1/cves?limit=1', { key, headers: { 'x-correlation-id': key } })).toBe(200);
  expect(await say('/api/v1/cves?limit=1', { key, headers: { 'x-forwarded-for': key } })).toBe(426);
  expect(await say('/metrics', { headers: { authorization: `Bearer ${metricsToken}` } })).toBe(200);
  expect(await say(`/metrics?token=${metricsToken}`)).not.toBe(200);
  if (outer === null) await context.annotate('no address but loopback: plain HTTP from outside was not tried');
  else {
    const reply = await call(`http://${outer}:${port}/api/v1/cves?limit=1`, { key });
    replies.push(reply);
    expect(reply.status).toBe(426);
  }

  const shown = [
    await installed.run('credential', 'show', '--id', credentialId),
    await installed.run('credential', 'list'),
    await installed.run('credential', 'explain', '--id', credentialId, '--method', 'GET', '--path', '/api/v1/cves'),
    await installed.run('subscription', 'show', '--id', subscriptionId),
    await installed.run('doctor'),
    await installed.run('credential', 'revoke', '--id', credentialId),
  ];
  expect(await say('/api/v1/cves', { key })).toBe(401);
  // Before the stop: what is only in the log of the database must not hide.
  const stores = await filesBelow(installed.folder);
  const held = await Promise.all(stores.map(async (path) => ({ place: path, bytes: await readFile(path) })));
  const ended = await server.kill('SIGTERM');

  const written: readonly { readonly place: string; readonly bytes: Buffer }[] = [
    ...held,
    { place: 'log', bytes: Buffer.from(ended.stdout + ended.stderr) },
    { place: 'issue stderr', bytes: Buffer.from(issued.stderr) },
    ...shown.map((each) => ({ place: 'command', bytes: Buffer.from(each.stdout + each.stderr) })),
    ...replies.map((each) => ({
      place: `answer ${each.status}`,
      bytes: Buffer.from(each.text + JSON.stringify([...each.headers])),
    })),
  ];
  expect(written.some(({ place }) => place.endsWith('control.db'))).toBe(true);
  expect(jsonLines(ended.stderr).length).toBeGreaterThan(replies.length / 2);
  expect(jsonLines(ended.stderr).filter((line) => line['event'] === 'credential.exposed').length).toBeGreaterThan(3);
  for (const secret of [key, second, wrong, pepper, metricsToken]) {
    for (const { place, bytes } of written) {
      const found = forms(secret).findIndex((form) => bytes.includes(form));
      expect(found, `${place} holds a secret (form ${found} of one that ends in ${secret.slice(-4)})`).toBe(-1);
    }
  }
});
