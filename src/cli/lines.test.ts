import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

// Risk: a file that this program wrote cannot be read back, because something in a text is taken for the end of a line.

const read = (bytes: Buffer, cuts: readonly number[] = []): Promise<string[]> => {
  const ends = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const chunks = ends.slice(1).map((end, at) => bytes.subarray(ends[at], end));
  return Array.fromAsync(linesOf(Readable.from(chunks, { objectMode: true })));
};

test('JSON lines come back whole, wherever the file was cut into chunks', async () => {
  const letter = fc.oneof(fc.constantFrom('\u2028', '\u2029', '\u0085', '\r', '\n', '🔑'), fc.string({ maxLength: 3 }));
  const value = fc.array(letter).map((letters) => letters.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(value), fc.array(fc.nat()), async (values, cuts) => {
      const bytes = Buffer.from(values.map((each) => `${JSON.stringify(each)}\n`).join(''));
      expect((await read(bytes, cuts)).map((line): unknown => JSON.parse(line))).toEqual(values);
    }),
  );
});

test.each([
  ['', []],
  ['\n', ['']],
  ['a\n\nb', ['a', '', 'b']],
  ['a\r\nb\r\n', ['a', 'b']],
  ['a\rb\n', ['a\rb']],
])('%j has the lines %j', async (text, lines) => {
  expect(await read(Buffer.from(text))).toEqual(lines);
  expect(await read(Buffer.from(text), [1, 2, 3])).toEqual(lines);
});
