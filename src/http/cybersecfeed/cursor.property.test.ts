/** Risk: a cursor that is taken for another place or another question. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindingOf, readCursor, writeCursor } from './cursor.ts';

const cursor = fc.record({
  position: fc.record({
    value: fc.oneof(
      fc.integer({ min: -1, max: 9_007_199_254_740 }),
      fc.integer({ min: -10_000, max: 10_000 }).map((value) => value / 1000),
    ),
    id: fc.nat(),
  }),
  anchorMs: fc.nat({ max: 9_007_199_254_740 }),
});
const binding = fc.string().map((text) => bindingOf({ text }));

describe('a cursor', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(cursor, binding, (given, bound) => {
        expect(readCursor(writeCursor(given, bound), bound)).toEqual(given);
      }),
    );
  });

  it('is refused by every other question', () => {
    fc.assert(
      fc.property(cursor, binding, binding, (given, bound, other) => {
        fc.pre(bound !== other);
        expect(() => readCursor(writeCursor(given, bound), other)).toThrow(/must come with the filters and the sort/);
      }),
    );
  });

  it('is refused when it is anything else', () => {
    fc.assert(
      fc.property(fc.string(), binding, (text, bound) => {
        expect(() => readCursor(text, bound)).toThrow(/Invalid value for parameter 'after'/);
      }),
    );
  });
});
