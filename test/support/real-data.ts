import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** realDataHint says where the folder of real records is looked for; tests print it when they skip. */
export const realDataHint = 'no real data: set VULNGATE_TEST_DATA, or put it in ../shared/data';

/**
 * realData returns the folder of real CVE, KEV and EPSS files, or null where there is none. It is never part of the
 * repository: tests that need it skip, saying so.
 */
export const realData = (): string | null => {
  const folder = resolve(process.env['VULNGATE_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data'));
  return existsSync(join(folder, 'MANIFEST.json')) ? folder : null;
};
