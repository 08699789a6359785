import { expect, it } from 'vitest';
import { ManualClock, Secret, seededRandom } from '../kernel/index.ts';
import { openKeyring } from './index.ts';
import { createSealing } from './sealing.ts';

const random = seededRandom('sealing');
const keyringOf = (byte: number) =>
  openKeyring({
    source: { source: 'pepper', value: new Secret(Buffer.alloc(32, byte)) },
    random,
    clock: new ManualClock(),
  });
const sealing = createSealing(keyringOf(1).peppers, random);

it('what is sealed opens at its place, and shows nothing before', () => {
  for (const text of ['', 'https://hooks.example.org/€/s3cret', 'x'.repeat(100_000)]) {
    const sealed = sealing.seal(new Secret(text), 'row-1');
    expect(sealing.open(sealed, 'row-1').reveal()).toBe(text);
    expect(sealing.isCurrent(sealed)).toBe(true);
    expect(Buffer.from(sealed.sealed, 'base64url').includes('s3cret')).toBe(false);
  }
});

it('the same text is never sealed the same way twice', () => {
  const texts = Array.from({ length: 50 }, () => sealing.seal(new Secret('same'), 'row-1').sealed);
  expect(new Set(texts).size).toBe(50);
});

it('nothing opens at another place, with another keyring, changed, or cut short', () => {
  const sealed = sealing.seal(new Secret('secret'), 'row-1');
  const refused = { code: 'config.pepper_mismatch' };
  expect(() => sealing.open(sealed, 'row-2')).toThrow(expect.objectContaining(refused));
  expect(() => createSealing(keyringOf(2).peppers, random).open(sealed, 'row-1')).toThrow(
    expect.objectContaining(refused),
  );
  expect(() => sealing.open({ ...sealed, pepperVersion: 9 }, 'row-1')).toThrow(expect.objectContaining(refused));
  const bytes = Buffer.from(sealed.sealed, 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
    const text = { ...sealed, sealed: changed.toString('base64url') };
    expect(() => sealing.open(text, 'row-1')).toThrow(expect.objectContaining(refused));
    const short = { ...sealed, sealed: bytes.subarray(0, index).toString('base64url') };
    expect(() => sealing.open(short, 'row-1')).toThrow(expect.objectContaining(refused));
  }
});
