import { readFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { Agent, request } from 'undici';
import { expect, test } from 'vitest';
import { operatorActor } from '../../src/kernel/index.ts';
import { makeCertificate } from '../support/certificate.ts';
import { installation, subscriber } from '../support/installation.ts';
import { call } from '../support/load.ts';
import { newFolder, until } from '../support/process.ts';

// Risk: a key in plain text on the wire, or a client that talks itself into being somebody else.

/** The protocol that a client gets which speaks `version` only, or null when it is turned away. */
const protocolOf = (port: number, version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> =>
  new Promise((resolve) => {
    const versions = { minVersion: version, maxVersion: version };
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...versions }, () => {
      resolve(socket.getProtocol());
      socket.end();
    });
    socket.once('error', () => resolve(null));
  });

test('HTTPS by certificate files: a client that trusts them is served, old protocols are not', async (context) => {
  const files = makeCertificate(await newFolder());
  if (files === null) return context.skip('openssl is not installed');
  const installed = await installation({ VULNGATE_TLS_CERT: files.cert, VULNGATE_TLS_KEY: files.key });
  const server = await installed.serve();
  expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const { key } = await subscriber(installed, { tier: 'plus' });
  const dispatcher = new Agent({ connect: { ca: await readFile(files.cert, 'utf8') } });
  try {
    const answer = await request(`${server.url}/api/v1/cve/CVE-2021-44228`, {
      dispatcher,
      headers: { 'x-api-key': key },
    });
    expect(answer.statusCode).toBe(200);
    expect(await answer.body.text()).toContain('CVE-2021-44228');
    await expect(call(`${server.url}/healthz`)).rejects.toThrow();
    await expect(call(server.url.replace('https:', 'http:'))).rejects.toThrow();
    const port = Number(new URL(server.url).port);
    expect(await protocolOf(port, 'TLSv1.1')).toBeNull();
    expect(await protocolOf(port, 'TLSv1.2')).toBe('TLSv1.2');
    expect(await protocolOf(port, 'TLSv1.3')).toBe('TLSv1.3');
  } finally {
    await dispatcher.close();
  }
  expect((await server.kill('SIGTERM')).code).toBe(0);
});

test('a trusted proxy tells who called and how; from others the same words count for nothing', async () => {
  const installed = await installation({ VULNGATE_TRUSTED_PROXIES: '127.0.0.1' });
  const server = await installed.serve();
  const { subscriptionId } = await subscriber(installed, { tier: 'plus' });
  const parts = await installed.open();
  const { presented: key, id } = await parts.credentials.issue({
    actor: operatorActor,
    family: 'subscription-key',
    ownerId: subscriptionId,
    name: 'from one network',
    allowedAddresses: ['203.0.113.0/24'],
  });
  const through = async (chain: string, protocol = 'https'): Promise<number> => {
    const headers = { 'x-forwarded-for': chain, 'x-forwarded-proto': protocol };
    return (await call(`${server.url}/api/v1/cves?limit=1`, { key, headers })).status;
  };
  expect(await through('203.0.113.9')).toBe(200);
  expect(await through('198.51.100.7, 203.0.113.10')).toBe(200);
  expect(await through('203.0.113.9, 198.51.100.7')).toBe(403);
  expect(await through('203.0.113.9', 'http')).toBe(426);
  expect(await through('203.0.113.9', 'https, http')).toBe(426);
  const used = await until(async () => {
    const { lastUsedAddress } = await parts.credentials.show({ actor: operatorActor, id });
    return lastUsedAddress;
  }, 'the address of the last use');
  expect(used).toBe('203.0.113.10');
  await parts.close();

  // The same folder behind a proxy that nobody declared.
  const plain = await installed.serve({ env: { VULNGATE_TRUSTED_PROXIES: '192.0.2.1' } });
  const headers = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
  expect((await call(`${plain.url}/api/v1/cves?limit=1`, { key, headers })).status).toBe(426);
});
