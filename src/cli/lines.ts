/**
 * linesOf gives the lines of a UTF-8 file as it is read, without their ends, which are a line feed or a carriage return and
 * a line feed. `node:readline` ends lines at U+2028 and U+2029, too, which JSON texts hold as they are.
 */
export const linesOf = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let begun = '';
  for await (const chunk of chunks) {
    const [first = '', ...more] = decoder.decode(chunk, { stream: true }).split('\n');
    begun += first;
    for (const next of more) {
      yield withoutReturn(begun);
      begun = next;
    }
  }
  begun += decoder.decode();
  if (begun !== '') yield withoutReturn(begun);
};

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
