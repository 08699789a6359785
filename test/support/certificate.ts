import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The files of a certificate for this machine and its key. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** makeCertificate writes a certificate for localhost and 127.0.0.1 into a folder; null when there is no tool to make one. */
export const makeCertificate = (folder: string): Certificate | null => {
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  try {
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', files.key, '-out', files.cert], { stdio: 'ignore' });
    return files;
  } catch {
    // Without the tool there is no certificate to try; the tests that need one say that they are left out.
    return null;
  }
};
