import { readBytes } from './file-bytes.ts';
import { splitLines } from './lines.ts';
import type { FeedBatch, FeedFile, RawDocument, ReadContext } from './feed.ts';

const batchBytes = 1024 * 1024;

/** readRecordLines yields each line of an NDJSON file as a document called `line N`. */
export async function* readRecordLines(file: FeedFile, context: ReadContext): AsyncGenerator<FeedBatch> {
  for await (const lines of splitLines(readBytes(file, context), context.limits.recordBytes)) {
    const documents: RawDocument[] = [];
    for (const { number, bytes } of lines) {
      if (bytes !== null) documents.push({ name: `line ${number}`, bytes });
      else
        yield { type: 'skipped', item: `line ${number}`, reason: `is longer than ${context.limits.recordBytes} bytes` };
    }
    if (documents.length > 0) yield { type: 'documents', documents };
  }
}

/** batched gathers documents until a batch is worth handing over. */
export class DocumentBatch {
  #documents: RawDocument[] = [];
  #bytes = 0;

  add(document: RawDocument): FeedBatch | null {
    this.#documents.push(document);
    this.#bytes += document.bytes.length;
    return this.#bytes < batchBytes ? null : this.take();
  }

  take(): FeedBatch | null {
    if (this.#documents.length === 0) return null;
    const documents = this.#documents;
    this.#documents = [];
    this.#bytes = 0;
    return { type: 'documents', documents };
  }
}
