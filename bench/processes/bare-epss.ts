/**
 * The reference of the EPSS refresh: gunzip and parse the file, keep the figures in memory, and nothing else. Argument:
 * the file. Prints how long that took, without the start of the process, and the count.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

export interface Timed {
  readonly seconds: number;
  readonly records: number;
}

const startedMs = performance.now();
const figures = new Map<string, number>();
let rest = '';
const take = (line: string): void => {
  if (!line.startsWith('CVE-')) return;
  const [id = '', score, percentile] = line.split(',');
  figures.set(id, Math.round(Number(score) * 100_000) * 131_072 + Math.round(Number(percentile) * 100_000));
};
const unzipped = createReadStream(process.argv[2] ?? '', { highWaterMark: 262_144 }).pipe(
  createGunzip({ chunkSize: 262_144 }),
);
for await (const chunk of unzipped) {
  if (!Buffer.isBuffer(chunk)) throw new Error('expected bytes');
  const lines = (rest + chunk.toString('latin1')).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) take(line);
}
take(rest);
const timed: Timed = { seconds: (performance.now() - startedMs) / 1000, records: figures.size };
process.stdout.write(`${JSON.stringify(timed)}\n`);
