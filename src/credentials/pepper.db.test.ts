/** Risk: a lost, replaced or damaged pepper makes every credential look wrong, or is silently made anew. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { Secret, seededRandom, systemRandom } from '../kernel/index.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { openPeppers } from './index.ts';

eachEngine('pepper', (makeDatabase) => {
  let database: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vulngate-pepper-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    database = await makeDatabase();
  });
  const at = (path: string) => ({ source: 'file', path }) as const;

  test('is made once, readable by its owner only, and the same ever after', async () => {
    const path = join(folder, 'data', 'pepper');
    const first = await openPeppers(at(path), database.db, systemRandom);
    const text = await readFile(path, 'utf8');
    expect(text).toMatch(/^[0-9a-f]{64}\n$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'data'))).toEqual(['pepper']);
    const again = await openPeppers(at(path), database.db, systemRandom);
    expect(await readFile(path, 'utf8')).toBe(text);
    for (const peppers of [first, again]) {
      expect(peppers.values.get(peppers.current)?.reveal().toString('hex')).toBe(text.trim());
    }
    expect(JSON.stringify([...first.values])).not.toContain(text.trim());
  });

  test('opened by many at once is one', async () => {
    const path = join(folder, 'pepper');
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, index) => openPeppers(at(path), database.db, seededRandom(`${index}`))),
    );
    const values = opened.map(({ current, values: byVersion }) => byVersion.get(current)?.reveal().toString('hex'));
    expect(new Set(values).size).toBe(1);
    expect(await readdir(folder)).toEqual(['pepper']);
  });

  test('of another database is refused by name, whether it comes from a file or the environment', async () => {
    const path = join(folder, 'pepper');
    await openPeppers(at(path), database.db, systemRandom);
    await writeFile(path, `${'ab'.repeat(32)}\n`);
    const fromFile = openPeppers(at(path), database.db, systemRandom);
    await expect(fromFile).rejects.toMatchObject({ code: 'config.pepper_mismatch' });
    await expect(fromFile).rejects.toThrow(path);
    const given = { source: 'given', value: new Secret(Buffer.alloc(32, 9)) } as const;
    const fromEnvironment = openPeppers(given, database.db, systemRandom);
    await expect(fromEnvironment).rejects.toMatchObject({ code: 'config.pepper_mismatch' });
    await expect(fromEnvironment).rejects.toThrow('VULNGATE_PEPPER');
  });

  test('that is lost is not made anew for a database that knows one', async () => {
    const path = join(folder, 'pepper');
    await openPeppers(at(path), database.db, systemRandom);
    const text = await readFile(path, 'utf8');
    await rm(path);
    const attempt = openPeppers(at(path), database.db, systemRandom);
    await expect(attempt).rejects.toMatchObject({ code: 'config.pepper_mismatch' });
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, text);
    await openPeppers(at(path), database.db, systemRandom);
  });

  test.each(['', 'abc', `${'ab'.repeat(31)}`, `${'ab'.repeat(33)}`, `${'zz'.repeat(32)}`, '\u0000'.repeat(64)])(
    'that is damaged is refused and left as it is: %j',
    async (text) => {
      const path = join(folder, 'pepper');
      await writeFile(path, text);
      await expect(openPeppers(at(path), database.db, systemRandom)).rejects.toMatchObject({ code: 'config.invalid' });
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  test('in a place that cannot be written fails with its path', async () => {
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    await chmod(blocked, 0o600);
    const attempt = openPeppers(at(join(blocked, 'pepper')), database.db, systemRandom);
    await expect(attempt).rejects.toThrow(join(blocked, 'pepper'));
  });
});
