/** Risk: a key that is lost, seen by others, or changed under the feet of what was signed or digested with it. */
import { sign, verify } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError, ManualClock, Secret, seededRandom } from '../kernel/index.ts';
import { openKeyring, type Keyring, type KeyringSource } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vulngate-keyring-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileSource = (): KeyringSource => ({
  source: 'file',
  path: join(folder, 'keyring.json'),
  pepperPath: join(folder, 'pepper'),
});
const open = (source: KeyringSource = fileSource(), seed = 'keyring'): Keyring =>
  openKeyring({ source, random: seededRandom(seed), clock: new ManualClock() });

const codeOf = (task: () => unknown): string => {
  try {
    task();
  } catch (error) {
    return error instanceof AppError ? error.code : 'other';
  }
  return 'none';
};
const pepperOf = (keyring: Keyring, version: number): string =>
  keyring.peppers.values.get(version)?.reveal().toString('hex') ?? 'none';
const message = Buffer.from('a message');

describe('a keyring in a file', () => {
  it('is made once, for its owner only, and is the same for whoever opens it next', () => {
    const first = open();
    const second = open(fileSource(), 'another process');
    expect(second.text().reveal()).toBe(first.text().reveal());
    expect(statSync(join(folder, 'keyring.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['keyring.json']);
  });

  it('takes over the pepper of an older installation as version 1', () => {
    writeFileSync(join(folder, 'pepper'), `${'ab'.repeat(32)}\n`);
    expect(pepperOf(open(), 1)).toBe('ab'.repeat(32));
  });

  it('refuses a damaged file and never replaces or shows it', () => {
    open();
    const path = join(folder, 'keyring.json');
    const whole = readFileSync(path, 'utf8');
    const pepper = /"value": "([0-9a-f]+)"/.exec(whole)?.[1] ?? '';
    for (const text of ['', whole.slice(0, 100), '{}', whole.replace('"private": "', '"private": "A'), `${whole}x`]) {
      writeFileSync(path, text);
      expect(codeOf(() => open())).toBe('config.invalid');
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    writeFileSync(path, whole.replace(pepper, `${pepper.slice(2)}zz`));
    expect(pepper).toHaveLength(64);
    expect(() => open()).toThrow(/^(?!.*[0-9a-f]{16}).*is damaged: wrong peppers/);
  });

  it('keeps old peppers when they are rotated, and another process sees the new one without being told', () => {
    const cli = open();
    const server = open(fileSource(), 'server');
    const old = pepperOf(server, 1);
    expect(cli.rotatePepper()).toBe(2);
    expect(server.peppers.current).toBe(2);
    expect(pepperOf(server, 1)).toBe(old);
    expect(pepperOf(server, 2)).toBe(pepperOf(cli, 2));
    expect(pepperOf(server, 3)).toBe('none');
  });

  it('verifies with the old public key after a rotation, and can no longer sign with it', () => {
    const cli = open();
    const server = open(fileSource(), 'server');
    const before = server.signing();
    const signature = sign(null, message, before.privateKey);
    const kid = cli.rotateSigningKey();
    expect(server.signing().kid).toBe(kid);
    const key = server.publicKey(before.kid);
    expect(key !== null && verify(null, message, key, signature)).toBe(true);
    const seed = before.privateKey.export({ format: 'jwk' }).d ?? '';
    expect(seed).toHaveLength(43);
    expect(readFileSync(join(folder, 'keyring.json'), 'utf8')).not.toContain(seed);
    expect(server.status().signingKeys.map(({ state }) => state)).toEqual(['old', 'current']);
  });

  it('finds a kid that another process has just made', () => {
    const server = open();
    const kid = open(fileSource(), 'cli').rotateSigningKey();
    expect(server.publicKey(kid)).not.toBeNull();
    expect(server.publicKey('nobody')).toBeNull();
  });

  it('drops an old pepper, never the current one', () => {
    const keyring = open();
    expect(codeOf(() => keyring.dropPepper(1))).toBe('keyring.in_use');
    keyring.rotatePepper();
    keyring.dropPepper(1);
    expect(keyring.status().peppers.map(({ version }) => version)).toEqual([2]);
    expect(keyring.rotatePepper()).toBe(3);
  });

  it('lets one process change it at a time, and is not held up by one that died', () => {
    const keyring = open();
    const lock = join(folder, 'keyring.json.lock');
    writeFileSync(lock, '');
    const clock = new ManualClock(statSync(lock).mtimeMs + 1000);
    const patient = openKeyring({ source: fileSource(), random: seededRandom('patient'), clock });
    expect(codeOf(() => patient.rotatePepper())).toBe('storage.busy');
    clock.advance(120_000);
    expect(patient.rotatePepper()).toBe(2);
    expect(existsSync(lock)).toBe(false);
    expect(keyring.peppers.current).toBe(2);
  });
});

describe('keys of the configuration', () => {
  it('give every node the same signing key when they share a pepper', () => {
    const source: KeyringSource = { source: 'pepper', value: new Secret(Buffer.alloc(32, 7)) };
    const [one, two] = [open(source, 'one'), open(source, 'two')];
    expect(two.signing().kid).toBe(one.signing().kid);
    expect(codeOf(() => one.rotatePepper())).toBe('keyring.read_only');
  });

  it('can be a whole keyring, which is changed where it is kept', () => {
    const made = open();
    made.rotateSigningKey();
    made.rotatePepper();
    const given = open({ source: 'given', value: made.text() });
    expect(given.text().reveal()).toBe(made.text().reveal());
    expect(codeOf(() => given.rotateSigningKey())).toBe('keyring.read_only');
    expect(codeOf(() => open({ source: 'given', value: new Secret('{') }))).toBe('config.invalid');
  });
});
