/** Risk: a remembered answer that is sent with other bytes or another length than it was written with. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wireText } from './wire-text.ts';

describe('wireText', () => {
  it('is the bytes of the text in UTF-8, one character each', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const wire = wireText(text);
        expect(wire.length).toBe(Buffer.byteLength(text));
        expect(Buffer.from(wire, 'latin1').equals(Buffer.from(text))).toBe(true);
      }),
    );
  });
});
