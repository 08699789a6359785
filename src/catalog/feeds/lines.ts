/** A line without its end, or one that was too long to keep. Numbers start at 1. */
export type Line =
  | { readonly number: number; readonly bytes: Buffer }
  | { readonly number: number; readonly bytes: null };

/**
 * splitLines cuts a byte stream into lines, one array a chunk. A line over `limitBytes` is dropped as it streams by, so a
 * file that is one endless line needs no memory. Empty lines are left out but counted.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>, limitBytes: number): AsyncGenerator<readonly Line[]> {
  let number = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let overlong = false;

  const take = (end: Buffer): Line | null => {
    number += 1;
    const tooLong = overlong || heldBytes + end.length > limitBytes;
    const bytes = tooLong ? null : trimmed(held.length === 0 ? end : Buffer.concat([...held, end]));
    held = [];
    heldBytes = 0;
    overlong = false;
    return bytes !== null && bytes.length === 0 ? null : { number, bytes };
  };

  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = take(chunk.subarray(start, end));
      if (line !== null) lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length && !overlong) {
      held.push(chunk.subarray(start));
      heldBytes += chunk.length - start;
      if (heldBytes > limitBytes) {
        overlong = true;
        held = [];
      }
    }
    if (lines.length > 0) yield lines;
  }
  if (heldBytes > 0) {
    const line = take(Buffer.alloc(0));
    if (line !== null) yield [line];
  }
}

const trimmed = (bytes: Buffer): Buffer => {
  const end = bytes.at(-1) === 13 ? bytes.length - 1 : bytes.length;
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
};
