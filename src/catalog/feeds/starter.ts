import { readRecordLines } from './record-lines.ts';
import type { Feed, FeedBatch, FeedFile, FeedHead, ReadContext } from './feed.ts';

/** The starter catalogue that ships with the product: one compact entry a line, see `starter-record.ts`. */
export const starterFeed: Feed = {
  kind: 'starter',
  title: 'Starter catalogue',

  recognises: ({ text }: FeedHead): boolean =>
    /^\s*\{\s*"id"\s*:\s*"CVE-/.test(text) && /"affected"\s*:/.test(text) && !/"cveMetadata"\s*:/.test(text),

  async *read(file: FeedFile, context: ReadContext): AsyncGenerator<FeedBatch> {
    yield* readRecordLines(file, context);
  },
};
