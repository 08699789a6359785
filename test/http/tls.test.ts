/** HTTPS by certificate files: it serves, it counts as encrypted, and a bad certificate is said at the start. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startServer } from '../support/http-server.ts';
import { keys } from '../support/memory-gates.ts';

const folder = mkdtempSync(join(tmpdir(), 'vulngate-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const cert = join(folder, 'cert.pem');
const key = join(folder, 'key.pem');

const makeCertificate = (): boolean => {
  try {
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ];
    execFileSync('openssl', [...args, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    // Without the tool there is no certificate to try; the run says so.
    return false;
  }
};
const hasCertificate = makeCertificate();
if (!hasCertificate) console.warn('skipped: no openssl to make a certificate with');

describe('a server with certificate files', () => {
  it.skipIf(!hasCertificate)('answers over HTTPS', async () => {
    const server = await startServer({ tls: { mode: 'files', cert, key } });
    expect(server.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      const sent = request(
        `${server.url}/api/v1/ping`,
        { ca: readFileSync(cert), headers: { 'x-api-key': keys.plus }, agent: false },
        (response) => {
          response.resume();
          response.on('end', () => resolve([response.statusCode, response.headers['strict-transport-security']]));
        },
      );
      sent.on('error', reject);
      sent.end();
    });
    expect(status).toEqual([200, 'max-age=31536000']);
    await server.close();
  });

  it('does not start with files that are missing or no certificate', async () => {
    const broken = join(folder, 'broken.pem');
    writeFileSync(broken, 'nothing');
    for (const tls of [
      { mode: 'files', cert: join(folder, 'none.pem'), key: join(folder, 'none.pem') } as const,
      { mode: 'files', cert: broken, key: broken } as const,
    ]) {
      await expect(startServer({ tls })).rejects.toMatchObject({ code: 'config.invalid' });
    }
  });
});
