import { fail } from '../../kernel/index.ts';
import { isCveId, timeOf } from '../record/index.ts';
import { readBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import type { Feed, FeedBatch, FeedFile, FeedHead, ReadContext } from './feed.ts';

const headerLine = /^cve\s*,\s*epss\s*,\s*percentile\b/im;

/** EPSS scores of one day: FIRST's CSV, also gzipped. The comment line names model and day. */
export const epssFeed: Feed = {
  kind: 'epss',
  title: 'EPSS scores, CSV',

  recognises: ({ text }: FeedHead): boolean => text.startsWith('#model_version') || headerLine.test(text.slice(0, 512)),

  async *read(file: FeedFile, context: ReadContext): AsyncGenerator<FeedBatch> {
    let headerSeen = false;
    for await (const lines of splitLines(readBytes(file, context), 4_096)) {
      const ids: string[] = [];
      const scores = new Int32Array(lines.length);
      const percentiles = new Int32Array(lines.length);
      for (const { number, bytes } of lines) {
        const text = bytes?.toString('latin1') ?? '';
        if (text.startsWith('#')) {
          yield releaseOf(text);
          continue;
        }
        if (!headerSeen) {
          headerSeen = true;
          if (headerLine.test(text)) continue;
        }
        const first = text.indexOf(',');
        const second = text.indexOf(',', first + 1);
        const third = text.indexOf(',', second + 1);
        const id = text.slice(0, first);
        const score = unitsOf(text.slice(first + 1, second));
        const percentile = unitsOf(text.slice(second + 1, third === -1 ? text.length : third));
        if (first < 1 || second < 0 || score < 0 || percentile < 0 || !isCveId(id)) {
          yield { type: 'skipped', item: `line ${number}`, reason: 'is not "cve,epss,percentile" with figures from 0 to 1' };
          continue;
        }
        scores[ids.length] = score;
        percentiles[ids.length] = percentile;
        ids.push(id);
      }
      if (ids.length > 0) yield { type: 'scores', ids, scores: scores.slice(0, ids.length), percentiles: percentiles.slice(0, ids.length) };
    }
    if (!headerSeen) throw fail('feed.refused', { message: 'the file has no scores' });
  },
};

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
