/** Risk: a list of breached passwords that finds nothing looks like one that is searched. */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBreached } from './breach-list.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vulngate-breach-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (lines: readonly string[], end = '\n'): string => {
  const path = join(folder, 'list.txt');
  writeFileSync(path, lines.join(end));
  return path;
};
const digestOf = (text: string): string => hash('sha1', text, 'hex').toUpperCase();

describe('the list of breached passwords', () => {
  it('knows the most common ones without a file, in any case', async () => {
    expect(await isBreached(null, 'PassWord123')).toBe(true);
    expect(await isBreached(null, 'orange-tiger-42-lamp')).toBe(false);
  });

  it.each([0, 1, 2, 3, 5, 50, 200])('finds each of %d digests and no other', async (count) => {
    const known = Array.from({ length: count }, (_, index) => `known-${index}`);
    for (const [suffix, end] of [
      ['', '\n'],
      [':12', '\r\n'],
    ] as const) {
      const path = fileOf(known.map((each) => `${digestOf(each)}${suffix}`).toSorted(), end);
      for (const each of known) expect(await isBreached(path, each), each).toBe(true);
      for (let index = 0; index < 50; index += 1) expect(await isBreached(path, `other-${index}`)).toBe(false);
    }
  });

  it('finds whole lines of a list in clear', async () => {
    const path = fileOf(['first-one', 'second-one', 'third-one']);
    expect(await isBreached(path, 'second-one')).toBe(true);
    expect(await isBreached(path, 'second')).toBe(false);
  });

  it('says so when the file cannot be read, instead of letting everything pass', async () => {
    await expect(isBreached(join(folder, 'absent'), 'orange-tiger-42-lamp')).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});
