import { fail } from '../../kernel/index.ts';
import { isCveId, timeOf } from '../record/index.ts';
import { readBytes } from './file-bytes.ts';
import type { Feed, FeedBatch, FeedFile, FeedHead, ReadContext } from './feed.ts';

const headerLine = /^cve\s*,\s*epss\s*,\s*percentile\b/im;

/** EPSS scores of one day: FIRST's CSV, also gzipped. The comment line names model and day. */
export const epssFeed: Feed = {
  kind: 'epss',
  title: 'EPSS scores, CSV',

  recognises: ({ text }: FeedHead): boolean => text.startsWith('#model_version') || headerLine.test(text.slice(0, 512)),

  async *read(file: FeedFile, context: ReadContext): AsyncGenerator<FeedBatch> {
    let number = 0;
    let headerSeen = false;
    for await (const lines of readTextLines(file, context)) {
      const ids: string[] = [];
      const scores = new Int32Array(lines.length);
      const percentiles = new Int32Array(lines.length);
      for (const line of lines) {
        number += 1;
        if (line === '') continue;
        if (line.startsWith('#')) {
          yield releaseOf(line);
          continue;
        }
        if (!headerSeen) {
          headerSeen = true;
          if (headerLine.test(line)) continue;
        }
        const first = line.indexOf(',');
        const second = line.indexOf(',', first + 1);
        const third = line.indexOf(',', second + 1);
        const id = line.slice(0, first);
        const score = unitsOf(line.slice(first + 1, second));
        const percentile = unitsOf(line.slice(second + 1, third === -1 ? line.length : third));
        if (first < 1 || second < 0 || score < 0 || percentile < 0 || !isCveId(id)) {
          yield {
            type: 'skipped',
            item: `line ${number}`,
            reason: 'is not "cve,epss,percentile" with figures from 0 to 1',
          };
          continue;
        }
        scores[ids.length] = score;
        percentiles[ids.length] = percentile;
        ids.push(id);
      }
      if (ids.length > 0) {
        yield {
          type: 'scores',
          ids: ids.join(','),
          scores: scores.slice(0, ids.length),
          percentiles: percentiles.slice(0, ids.length),
        };
      }
    }
    if (!headerSeen) throw fail('feed.refused', { message: 'the file has no scores' });
  },
};

/** Lines of a score file are short; what is longer is cut to this and then refused as no score. */
const longestLine = 4_096;

/** Whole blocks are turned into text at once: with a third of a million short lines, a buffer a line would cost the most. */
async function* readTextLines(file: FeedFile, context: ReadContext): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of readBytes(file, context)) {
    const lines = (rest + chunk.toString('latin1')).split(/\r?\n/);
    rest = (lines.pop() ?? '').slice(0, longestLine);
    yield lines;
  }
  if (rest !== '') yield [rest];
}

/** A figure from 0 to 1 × 100,000, or -1. */
const unitsOf = (text: string): number => {
  const value = text === '' ? Number.NaN : Number(text);
  return value >= 0 && value <= 1 ? Math.round(value * 100_000) : -1;
};

const releaseOf = (comment: string): FeedBatch => ({
  type: 'release',
  version: /model_version:([^,\s]+)/.exec(comment)?.[1] ?? '',
  dataMs: timeOf(/score_date:([^,\s]+)/.exec(comment)?.[1] ?? null),
});
