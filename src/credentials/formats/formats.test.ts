/** Risk: a mistyped credential reaches the database, or a good one is refused. Every family passes this suite. */
import { describe, expect, it } from 'vitest';
import { seededRandom, systemRandom } from '../../kernel/index.ts';
import { base62Checksum, hexChecksum } from './checksum.ts';
import { organizationToken } from './organization-token.ts';
import { projectToken } from './project-token.ts';
import { credentialFormats, formatOf } from './registry.ts';
import { subscriptionKey } from './subscription-key.ts';
import { userKey } from './user-key.ts';

const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));

describe.each(credentialFormats.map((format) => [format.family, format] as const))('format of %s', (family, format) => {
  const minted = format.mint(seededRandom(family));
  const { presented } = minted;

  it('is found by its family', () => {
    expect(formatOf(family)).toBe(format);
  });

  it('reads every credential that it mints, with the same lookup part', () => {
    const lookups = new Set<string>();
    for (let count = 0; count < 500; count += 1) {
      const made = format.mint(systemRandom);
      expect(format.parse(made.presented)).toEqual({ lookup: made.lookup });
      lookups.add(made.lookup);
    }
    expect(lookups.size).toBe(500);
  });

  it('shows in the mask and the lookup part only a little of the credential', () => {
    const plain = presented.replace(/^(cvefeed_|cvf_|opc_org\.)/, '').replaceAll(/[-_.]/g, '');
    const shown = minted.masked.replace(/^(cvefeed_|cvf_|opc_org\.)/, '').replaceAll(/[^A-Za-z0-9]/g, '');
    expect(shown.length).toBeLessThanOrEqual(12);
    expect(minted.lookup.length).toBeLessThanOrEqual(plain.length / 3);
    expect(minted.masked).not.toContain(presented.slice(0, 22));
  });

  it('is found by its shape in the middle of other text, and by no other family', () => {
    expect(format.shape.exec(`"key": "${presented}", ...`)?.[0]).toBe(presented);
    expect(presented).toHaveLength(format.length);
    const parsing = credentialFormats.filter((other) => other.parse(presented) !== null);
    expect(parsing).toEqual([format]);
  });

  it('refuses every change of a single character', () => {
    for (let at = 0; at < presented.length; at += 1) {
      for (const character of printable) {
        if (character === presented[at]) continue;
        const changed = presented.slice(0, at) + character + presented.slice(at + 1);
        expect(format.parse(changed), `${character} at ${at}`).toBeNull();
      }
    }
  });

  it('refuses every swap of two neighbours, every missing character and every surplus one', () => {
    for (let at = 0; at < presented.length; at += 1) {
      const [left = '', right = ''] = [presented[at], presented[at + 1]];
      const swapped = presented.slice(0, at) + right + left + presented.slice(at + 2);
      if (left !== right && right !== '') expect(format.parse(swapped)).toBeNull();
      expect(format.parse(presented.slice(0, at) + presented.slice(at + 1))).toBeNull();
      for (const surplus of ['0', 'a', '-', ' ', '\n']) {
        expect(format.parse(presented.slice(0, at) + surplus + presented.slice(at))).toBeNull();
      }
    }
    for (const surplus of ['0', '-', ' ', '\n', '\0']) expect(format.parse(presented + surplus)).toBeNull();
  });

  it.each(['', ' ', '-', 'null', '../../etc/passwd', 'x'.repeat(100_000), '\u0000'.repeat(73), '０'.repeat(73)])(
    'refuses what is no credential: %j',
    (text) => {
      expect(format.parse(text)).toBeNull();
    },
  );
});

describe('the documented shapes', () => {
  it.each([
    [projectToken, /^cvefeed_[A-Za-z0-9]{8}_[0-9a-f]{64}$/, /^cvefeed_[A-Za-z0-9]{8}_…$/],
    [userKey, /^cvf_[0-9a-f]{48}$/, /^cvf_[0-9a-f]{6}•••••[0-9a-f]{6}$/],
    [organizationToken, /^opc_org\.[A-Za-z0-9]{12}\.[A-Za-z0-9]{32}$/, /^opc_org\.[A-Za-z0-9]{12}\.…$/],
  ])('hold: %#', (format, shape, mask) => {
    for (let count = 0; count < 50; count += 1) {
      const { presented, masked } = format.mint(systemRandom);
      expect(presented).toMatch(shape);
      expect(masked).toMatch(mask);
    }
  });

  it('refuse the made-up examples of the documentation', () => {
    expect(userKey.parse('cvf_a1b2c3d4e5f6789012345678901234567890abcdef123456')).toBeNull();
  });

  it('carry the CRC-32 in base 62, leading zeros included', () => {
    expect(base62Checksum('')).toBe('000000');
    expect(base62Checksum('123456789')).toBe(digitsOf(0xcbf43926));
  });
});

const digitsOf = (value: number): string => {
  const digits = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
  return Array.from({ length: 6 }, (_, place) => digits[Math.floor(value / 62 ** (5 - place)) % 62]).join('');
};

describe('subscriptionKey', () => {
  const { presented } = subscriptionKey.mint(seededRandom('shape'));

  it('has the documented shape: two lower-case UUIDs, 73 characters', () => {
    const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
    expect(presented).toHaveLength(73);
    expect(presented).toMatch(new RegExp(`^${uuid}-${uuid}$`));
  });

  it('refuses another case, other hyphens and none', () => {
    expect(subscriptionKey.parse(presented.toUpperCase())).toBeNull();
    expect(subscriptionKey.parse(presented.replaceAll('-', ''))).toBeNull();
    expect(subscriptionKey.parse(presented.replaceAll('-', '_'))).toBeNull();
    expect(subscriptionKey.parse(presented.replaceAll('-', '\u2010'))).toBeNull();
    const digits = presented.replaceAll('-', '');
    const moved = `${digits.slice(0, 9)}-${digits.slice(9, 12)}${presented.slice(13)}`;
    expect(moved).toHaveLength(73);
    expect(subscriptionKey.parse(moved)).toBeNull();
  });

  it('carries the CRC-32 of its other digits, leading zeros included', () => {
    const digits = presented.replaceAll('-', '');
    expect(digits.slice(-8)).toBe(hexChecksum(digits.slice(0, -8)));
    // The check value of CRC-32 for this text is public.
    expect(hexChecksum('123456789')).toBe('cbf43926');
    expect(hexChecksum('')).toBe('00000000');
  });

  it('is masked as its first 8 and last 4 digits', () => {
    const { masked, lookup } = subscriptionKey.mint(seededRandom('shape'));
    expect(masked).toBe(`${presented.slice(0, 8)}…${presented.slice(-4)}`);
    expect(lookup).toBe(presented.replaceAll('-', '').slice(0, 16));
  });
});
