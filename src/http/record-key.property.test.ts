/** Risk: two records that share a key, so that one is answered for the other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordKey } from './record-key.ts';

describe('recordKey', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 4, maxLength: 19 });
  const id = fc.tuple(fc.integer({ min: 0, max: 9999 }), digits).map(([year, number]) => {
    return `CVE-${String(year).padStart(4, '0')}-${number}`;
  });

  it('is the same for the same id only', () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        expect(recordKey(one) === recordKey(other)).toBe(one === other);
      }),
    );
    const alike = ['CVE-2021-0044', 'CVE-2021-00044', 'CVE-2021-000000044', 'CVE-2021-0000000044', 'CVE-0000-0000'];
    expect(new Set(alike.map(recordKey)).size).toBe(alike.length);
  });

  it('is an exact number for every id of up to nine digits', () => {
    fc.assert(
      fc.property(id, (one) => {
        const key = recordKey(one);
        expect(Number.isSafeInteger(key)).toBe(one.length <= 'CVE-2021-123456789'.length);
      }),
    );
  });
});
