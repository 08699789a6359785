/** HTTPS by certificate files: it serves, it counts as encrypted, and a bad certificate is said at the start. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificate.ts';
import { startServer } from '../support/http-server.ts';
import { keys } from '../support/memory-gates.ts';

const folder = mkdtempSync(join(tmpdir(), 'vulngate-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const made = makeCertificate(folder);

describe('a server with certificate files', () => {
  it('answers over HTTPS', async (context) => {
    if (made === null) return context.skip('openssl is not installed');
    const server = await startServer({ tls: { mode: 'files', ...made } });
    expect(server.url).toMatch(/^https:/);
    const status = await new Promise((resolve, reject) => {
      const sent = request(
        `${server.url}/api/v1/ping`,
        { ca: readFileSync(made.cert), headers: { 'x-api-key': keys.plus }, agent: false },
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
