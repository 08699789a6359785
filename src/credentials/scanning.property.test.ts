/** Risk: a credential in a file is missed, or noise is taken for one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, systemClock, systemRandom } from '../kernel/index.ts';
import { credentialFormats } from './formats/registry.ts';
import { subscriptionKey } from './formats/subscription-key.ts';
import { createSecretScanner, withoutCredentials, type ScanHit } from './scanning.ts';

const scan = (bytes: Buffer, pieceBytes: number): ScanHit[] => {
  const scanner = createSecretScanner();
  const hits: ScanHit[] = [];
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    hits.push(...scanner.push(bytes.subarray(from, from + pieceBytes)));
  }
  return hits;
};

const anyFormat = fc.constantFrom(...credentialFormats);
const minted = fc.tuple(anyFormat, fc.string()).map(([format, seed]) => format.mint(seededRandom(seed)).presented);
/** Text between credentials: no letter, digit or hyphen may touch one, or it would be another text. */
const noise = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => Buffer.concat([Buffer.from(bytes), Buffer.from('\n')]).toString('latin1'));

describe('createSecretScanner', () => {
  it('finds every credential once, with its line and place, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(noise, minted, noise), { maxLength: 5 }),
        fc.integer({ min: 1, max: 400 }),
        (parts, cut) => {
          let text = '';
          const expected: { presented: string; offset: number; line: number }[] = [];
          for (const [before, presented, after] of parts) {
            text += before;
            expected.push({ presented, offset: text.length, line: text.split('\n').length });
            text += `${presented}\n${after}`;
          }
          const hits = scan(Buffer.from(text, 'latin1'), cut);
          expect(hits.map(({ presented, offset, line }) => ({ presented, offset, line }))).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes no noise for a credential: random bytes, hex, UUIDs, and credentials with a wrong digit', () => {
    const bytes = Buffer.concat([
      systemRandom.bytes(200_000),
      Buffer.from(systemRandom.bytes(200_000).toString('hex')),
      Buffer.from(systemRandom.bytes(100_000).toString('base64')),
    ]);
    expect(scan(bytes, 65_536)).toEqual([]);
    const lookalikes: string[] = [];
    for (let made = 0; made < 20_000; made += 1) {
      const hex = systemRandom.bytes(32).toString('hex');
      const uuid = subscriptionKey.mint(systemRandom).presented.slice(0, 36);
      lookalikes.push(`cvf_${hex.slice(0, 48)}`, `cvefeed_${hex.slice(0, 8)}_${hex}`, `${uuid}-${uuid}`);
      lookalikes.push(`opc_org.${hex.slice(0, 12)}.${hex.slice(0, 32)}`);
    }
    expect(scan(Buffer.from(lookalikes.join('\n')), 65_536)).toEqual([]);
  });

  it('finds a key that stands behind another UUID, and credentials side by side', () => {
    const key = subscriptionKey.mint(systemRandom).presented;
    const uuid = '01234567-89ab-4cde-8f01-23456789abcd';
    expect(scan(Buffer.from(`${uuid}-${key}`), 1000).map(({ presented }) => presented)).toEqual([key]);
    const all = credentialFormats.map((format) => format.mint(systemRandom).presented);
    expect(scan(Buffer.from(all.join(',')), 7).map(({ presented }) => presented)).toEqual(all);
  });

  it('reads 20 MB in a time that nobody minds', () => {
    const line = 'const id = "0123abcd-4567"; // cvf_ and cvefeed_ and some-more-words-with-hyphens 0123456789abcdef\n';
    const text = line.repeat(Math.ceil(10_000_000 / line.length));
    const bytes = Buffer.from(text + systemRandom.bytes(5_000_000).toString('hex'));
    const startedMs = systemClock.monotonicMs();
    expect(scan(bytes, 1 << 20)).toEqual([]);
    // A fraction of a second. What grows with the square of the length takes hours; a slow machine takes its time.
    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(60_000);
  });
});

describe('withoutCredentials', () => {
  it('leaves nothing of a credential in a text', () => {
    for (const format of credentialFormats) {
      const { presented } = format.mint(systemRandom);
      expect(withoutCredentials(`https://a.example/?k=${presented}&x`)).toBe('https://a.example/?k=***&x');
    }
  });
});
