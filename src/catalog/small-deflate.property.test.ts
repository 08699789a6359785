import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSmallDeflate } from './small-deflate.ts';

const dictionary = Buffer.from(
  '{"lang":"en","value":"A vulnerability was found in the kernel"},"references":[{"url":"https://',
);
const { longest, pack } = createSmallDeflate(dictionary);
const unpacked = (packed: Uint8Array): Buffer => inflateRawSync(packed, { dictionary });

/** Pieces that repeat, at all distances, between bytes that do not. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 40 }).map((piece) => Buffer.from(piece)),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('"value":"A vulnerability', '{"url":"https://', '\0\0\0\0\0').map((piece) => Buffer.from(piece)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 200 }))
        .map(([piece, times]) => Buffer.concat(Array.from({ length: times }, () => piece))),
    ),
    { maxLength: 60 },
  )
  .map((pieces) => Buffer.concat(pieces));

describe('small deflate', () => {
  it('gives back every text', () => {
    fc.assert(fc.property(text, (original) => original.length > longest || unpacked(pack(original)).equals(original)));
  });

  it.each([0, 1, 2, 3, 4, 5, 257, 258, 259, 260, 261, 262, 520])('gives back %i equal bytes', (length) => {
    const original = Buffer.alloc(length, 0x61);
    expect(unpacked(pack(original)).equals(original)).toBe(true);
  });

  it('gives back every length of a match, and matches as far back as there can be', () => {
    const noise = Uint8Array.from(
      { length: longest },
      (_, index) => (Math.imul(index + 1, 0x9e_37_79_b1) >>> 13) & 0xff,
    );
    for (let length = 3; length <= 300; length += 1) {
      const original = Buffer.concat([noise.subarray(0, 400), noise.subarray(0, length), Buffer.from('.')]);
      expect(unpacked(pack(original)).equals(original)).toBe(true);
    }
    for (const far of [1, 255, 256, 257, 258, 4_000, 20_000, longest - 2 * dictionary.length]) {
      const original = Buffer.concat([dictionary, noise.subarray(0, far), dictionary.subarray(1)]);
      expect(unpacked(pack(original)).equals(original)).toBe(true);
    }
  });

  it('packs the longest text, however little repeats in it', () => {
    const noise = Buffer.from(Uint8Array.from({ length: longest }, (_, index) => 144 + ((index * index) % 111)));
    for (const original of [noise, Buffer.alloc(longest)]) expect(unpacked(pack(original)).equals(original)).toBe(true);
  });

  it('keeps nothing of the text before', () => {
    const first = pack(Buffer.from('a text, and a text again, and a text for the third time'));
    pack(Buffer.from('something else altogether, of about the same length as the first'));
    expect(pack(Buffer.from('a text, and a text again, and a text for the third time'))).toEqual(first);
  });
});
