/** Risk: a lost, replaced or damaged pepper makes every credential look wrong, or is silently made anew. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ManualClock, Secret, seededRandom, systemRandom, type Random } from '../kernel/index.ts';
import { openKeyring, type Keyring, type KeyringSource } from '../keyring/index.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { keyringMaking, openPeppers } from './index.ts';

eachEngine('pepper', (makeDatabase) => {
  let database: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vulngate-pepper-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    database = await makeDatabase();
  });
  const inFolder = (path = folder): KeyringSource => ({
    source: 'file',
    path: join(path, 'keyring.json'),
    pepperPath: join(path, 'pepper'),
  });
  /** open does as the program does at its start, and returns the keyring. */
  const open = async (source = inFolder(), random: Random = systemRandom): Promise<Keyring> => {
    const mayMake = await keyringMaking(database.db);
    const keyring = openKeyring({ source, random, clock: new ManualClock(), mayMake });
    expect(await openPeppers(keyring, database.db)).toBe(keyring.peppers);
    return keyring;
  };
  const current = ({ peppers }: Keyring): string =>
    peppers.values.get(peppers.current)?.reveal().toString('hex') ?? 'none';
  const checks = () => database.db.selectFrom('settings').selectAll().where('key', 'like', 'pepper%').execute();

  test('is made once, readable by its owner only, and the same ever after', async () => {
    const data = join(folder, 'data');
    const first = await open(inFolder(data));
    const text = await readFile(join(data, 'keyring.json'), 'utf8');
    expect(current(first)).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(join(data, 'keyring.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(data)).toEqual(['keyring.json']);
    const again = await open(inFolder(data));
    expect(await readFile(join(data, 'keyring.json'), 'utf8')).toBe(text);
    expect(current(again)).toBe(current(first));
    expect(JSON.stringify([first.peppers.values.get(1), first.status(), await checks()])).not.toContain(current(first));
  });

  test('opened by many at once is one', async () => {
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, index) => open(inFolder(), seededRandom(`${index}`))),
    );
    expect(new Set(opened.map(current)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['keyring.json']);
  });

  test('of an older installation is taken over by its database', async () => {
    await open({ source: 'pepper', value: new Secret(Buffer.alloc(32, 0xab)) });
    await writeFile(join(folder, 'pepper'), `${'ab'.repeat(32)}\n`);
    expect(current(await open())).toBe('ab'.repeat(32));
  });

  test('of another database is refused by name, wherever it comes from, and nothing is written', async () => {
    const path = join(folder, 'keyring.json');
    await open();
    const known = await checks();
    const foreign = openKeyring({
      source: inFolder(join(folder, 'other')),
      random: seededRandom('other'),
      clock: new ManualClock(),
    });
    foreign.rotatePepper();
    const text = foreign.text();
    await writeFile(path, text.reveal());
    for (const [place, source] of [
      [path, inFolder()],
      ['VULNGATE_KEYRING', { source: 'given', value: text }],
      ['VULNGATE_PEPPER', { source: 'pepper', value: new Secret(Buffer.alloc(32, 9)) }],
    ] satisfies [string, KeyringSource][]) {
      const attempt = open(source);
      await expect(attempt).rejects.toMatchObject({ code: 'config.pepper_mismatch' });
      await expect(attempt).rejects.toThrow(place);
    }
    expect(await readFile(path, 'utf8')).toBe(text.reveal());
    await rm(path);
    await writeFile(join(folder, 'pepper'), 'cd'.repeat(32));
    const older = open();
    await expect(older).rejects.toMatchObject({ code: 'config.pepper_mismatch' });
    await expect(older).rejects.toThrow(join(folder, 'pepper'));
    expect((await readdir(folder)).toSorted()).toEqual(['other', 'pepper']);
    expect(await checks()).toEqual(known);
  });

  test('that is lost is not made anew for a database that knows one', async () => {
    const path = join(folder, 'keyring.json');
    const first = await open();
    const text = await readFile(path, 'utf8');
    await rm(path);
    const known = await checks();
    const attempt = open();
    await expect(attempt).rejects.toMatchObject({ code: 'config.pepper_mismatch' });
    await expect(attempt).rejects.toThrow(path);
    expect(await readdir(folder)).toEqual([]);
    expect(await checks()).toEqual(known);
    await writeFile(path, text);
    expect(current(await open())).toBe(current(first));
  });

  test('that was rotated in is missed as well as the first', async () => {
    const path = join(folder, 'keyring.json');
    const keyring = await open();
    const before = await readFile(path, 'utf8');
    keyring.rotatePepper();
    await open();
    await writeFile(path, before);
    const attempt = open();
    await expect(attempt).rejects.toMatchObject({ code: 'config.pepper_mismatch' });
    await expect(attempt).rejects.toThrow('Pepper 2');
  });

  test.each(['', 'abc', `${'ab'.repeat(31)}`, `${'ab'.repeat(33)}`, `${'zz'.repeat(32)}`, '\u0000'.repeat(64)])(
    'that is damaged is refused and left as it is: %j',
    async (text) => {
      for (const name of ['pepper', 'keyring.json']) {
        const path = join(folder, name);
        await writeFile(path, text);
        await expect(open()).rejects.toMatchObject({ code: 'config.invalid' });
        expect(await readFile(path, 'utf8')).toBe(text);
      }
      expect(await checks()).toEqual([]);
    },
  );

  test('in a place that cannot be written fails with its path', async () => {
    const blocked = join(folder, 'file');
    await writeFile(blocked, '');
    await chmod(blocked, 0o600);
    await expect(open(inFolder(blocked))).rejects.toThrow(join(blocked, 'keyring.json'));
  });
});
