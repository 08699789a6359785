import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** chromium returns the path of the system's browser (CHROMIUM_PATH, else from PATH), or null. */
export const chromium = (): string | null => {
  const given = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...(given === undefined ? [] : [given]), ...candidates].find((file) => existsSync(file)) ?? null;
};
