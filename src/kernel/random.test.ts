/** Risk: identifiers and secrets with less randomness than they have letters. */
import { describe, expect, it } from 'vitest';
import { newId, randomAlphanumeric, seededRandom, systemRandom, type Random } from './index.ts';

describe('seededRandom', () => {
  it('gives the same bytes for the same seed and others for another seed', () => {
    const first = seededRandom('a');
    const second = seededRandom('a');
    const drawn = [first.bytes(5), first.bytes(70)];
    expect([second.bytes(5), second.bytes(70)]).toEqual(drawn);
    expect(seededRandom('b').bytes(5)).not.toEqual(drawn[0]);
  });

  it('gives as many bytes as asked for and never the same ones again', () => {
    const random = seededRandom('length');
    const seen = new Set<string>();
    for (const length of [0, 1, 31, 32, 33, 1000]) {
      const bytes = random.bytes(length);
      expect(bytes).toHaveLength(length);
      if (length > 8) seen.add(bytes.toString('hex'));
    }
    expect(seen.size).toBe(4);
  });
});

describe('randomAlphanumeric', () => {
  it('draws letters and digits only, of the length asked for', () => {
    for (const length of [0, 1, 12, 500]) {
      expect(randomAlphanumeric(systemRandom, length)).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`));
    }
  });

  it('draws every character equally often', () => {
    const counts = new Map<string, number>();
    const drawn = 62_000;
    for (const character of randomAlphanumeric(seededRandom('bias'), drawn)) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).toBe(62);
    // 1,000 of each expected, 31 the standard deviation; taking bytes modulo 62 would give the first eight 25 % more.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(160);
  });

  it('skips bytes that would favour some characters', () => {
    const rounds = [Buffer.from([248, 255, 0, 61]), Buffer.from([254, 62, 247, 1])];
    const random: Random = { bytes: () => rounds.shift() ?? Buffer.alloc(4) };
    expect(randomAlphanumeric(random, 4)).toBe('A9A9');
  });
});

describe('newId', () => {
  it('says what it names', () => {
    expect(newId(systemRandom, 'sub')).toMatch(/^sub_[A-Za-z0-9]{16}$/);
  });
});
