import { AppError, asAppError } from '../../kernel/index.ts';
import { compressDocument } from '../compression.ts';
import {
  countRecords,
  looksLikeRecord,
  readHead,
  type FeedBatch,
  type FeedFile,
  type RawDocument,
} from '../feeds/index.ts';
import type { ImportError } from '../import-report.ts';
import { openStoredDocuments, type StoredDocuments } from '../store/ingest-hash-store.ts';
import { refuseFewer, smallestOf } from './freshness.ts';
import { prepareRecord, prepareStarter, type Preparation } from './preparation.ts';
import { planSources, type PlannedSource } from './source-plan.ts';
import type { PreparedRecord, ReadingMessage, ReadingTask } from './messages.ts';

/** A chunk is sent when it has this many records or bytes; the bytes bound what a few large records take while they wait. */
const chunkRecords = 256;
const chunkBytes = 2 * 1024 * 1024;

/** The way out of the reading thread. `send` resolves when more may be sent, and to false when reading should stop. */
export interface Outlet {
  readonly send: (message: ReadingMessage, moved?: readonly ArrayBuffer[]) => Promise<boolean>;
  /** Messages that were sent and not yet worked off. */
  readonly underWay: () => number;
}

/** readSources reads every path of the task and sends what it finds. It throws only on a defect; feed failures are messages. */
export const readSources = async (task: ReadingTask, outlet: Outlet): Promise<void> => {
  for (const path of task.paths) {
    let sources: readonly PlannedSource[];
    try {
      sources = await planSources(path);
    } catch (error) {
      await outlet.send({ type: 'begin', path, kind: null, bytesTotal: 0 });
      await outlet.send({ type: 'end', failure: failureOf(error) });
      continue;
    }
    for (const source of sources) {
      const proceed = await readSource(source, task, outlet);
      if (!proceed) return;
    }
  }
};

const failureOf = (error: unknown): { code: string; message: string } => {
  const known = asAppError(error);
  return {
    code: known.code,
    message:
      error instanceof AppError ? error.message : `${known.message}: ${error instanceof Error ? error.message : ''}`,
  };
};

class Stopped extends Error {}

const readSource = async (source: PlannedSource, task: ReadingTask, outlet: Outlet): Promise<boolean> => {
  await outlet.send({ type: 'begin', path: source.path, kind: source.feed.kind, bytesTotal: source.bytesTotal });
  const stored = openStoredDocuments(task.databasePath);
  const chunk = new ChunkBuilder(source, stored, outlet, task);
  try {
    if (task.storedRecords > 0) await refuseSmallList(source, task);
    for (const file of source.files) await readFile(file, source, task, chunk);
    await chunk.flush();
    await outlet.send({ type: 'end', failure: null });
    return true;
  } catch (error) {
    if (error instanceof Stopped) return false;
    await chunk.flush();
    await outlet.send({ type: 'end', failure: failureOf(error) });
    return true;
  } finally {
    stored.close();
  }
};

/** Before anything is written, as records that were taken in stay. */
const refuseSmallList = async (source: PlannedSource, task: ReadingTask): Promise<void> => {
  const context = { limits: task.limits, spoolFolder: task.spoolFolder, advance: () => undefined };
  let found = 0;
  for (const file of source.files) found += await countRecords(file, context, smallestOf(task.storedRecords) - found);
  refuseFewer(task.storedRecords, found);
};

const readFile = async (
  planned: FeedFile,
  source: PlannedSource,
  task: ReadingTask,
  chunk: ChunkBuilder,
): Promise<void> => {
  const inFolder = source.path !== planned.path;
  const file = inFolder ? { path: planned.path, head: await readHead(planned.path) } : planned;
  const prefix = inFolder ? `${planned.path.slice(source.path.length).replace(/^[/\\]+/, '')}: ` : '';
  const context = {
    limits: task.limits,
    spoolFolder: task.spoolFolder,
    advance: (bytes: number) => {
      chunk.bytesDone += bytes;
    },
  };
  for await (const batch of source.feed.read(file, context)) await chunk.take(batch, prefix);
};

/** ChunkBuilder prepares documents and sends them in chunks; other batches pass through in order. */
class ChunkBuilder {
  bytesDone = 0;
  #records: PreparedRecord[] = [];
  #hashes: Buffer[] = [];
  #documents: Uint8Array[] = [];
  #bytes = 0;
  #unchanged = 0;
  #notes: ImportError[] = [];
  readonly #source: PlannedSource;
  readonly #stored: StoredDocuments;
  readonly #outlet: Outlet;
  readonly #farAhead: number;
  readonly #latestMs: number;

  constructor(source: PlannedSource, stored: StoredDocuments, outlet: Outlet, task: ReadingTask) {
    this.#source = source;
    this.#stored = stored;
    this.#outlet = outlet;
    this.#farAhead = task.chunksAhead / 2;
    this.#latestMs = task.latestMs;
  }

  async take(batch: FeedBatch, prefix: string): Promise<void> {
    if (batch.type === 'documents') {
      for (const document of batch.documents) await this.#prepare(document, prefix);
    } else if (batch.type === 'skipped') {
      await this.#pass({ ...batch, item: `${prefix}${batch.item}` });
    } else {
      await this.#pass(batch);
    }
  }

  async flush(): Promise<void> {
    if (this.#records.length === 0 && this.#unchanged === 0) return;
    // Whichever thread is ahead packs: this one while the writing side has much to work on.
    const packed = this.#outlet.underWay() >= this.#farAhead;
    if (packed) this.#documents = this.#documents.map(compressDocument);
    const ends = new Uint32Array(this.#documents.length);
    let size = 0;
    for (const [index, document] of this.#documents.entries()) ends[index] = size += document.length;
    const documents = new Uint8Array(size);
    for (const [index, document] of this.#documents.entries())
      documents.set(document, index === 0 ? 0 : (ends[index - 1] ?? 0));
    const hashes = new Uint8Array(32 * this.#hashes.length);
    for (const [index, hash] of this.#hashes.entries()) hashes.set(hash, 32 * index);
    const message = {
      type: 'records',
      chunk: { records: this.#records, hashes, documents, ends, packed },
      unchanged: this.#unchanged,
      notes: this.#notes,
      position: { bytesDone: this.bytesDone, bytesTotal: this.#source.bytesTotal },
    } as const;
    this.#records = [];
    this.#hashes = [];
    this.#documents = [];
    this.#bytes = 0;
    this.#unchanged = 0;
    this.#notes = [];
    if (!(await this.#outlet.send(message, [hashes.buffer, documents.buffer, ends.buffer]))) throw new Stopped();
  }

  async #pass(batch: Exclude<FeedBatch, { type: 'documents' }>): Promise<void> {
    await this.flush();
    const position = { bytesDone: this.bytesDone, bytesTotal: this.#source.bytesTotal };
    if (!(await this.#outlet.send({ type: 'feed', batch, position }))) throw new Stopped();
  }

  async #prepare(document: RawDocument, prefix: string): Promise<void> {
    const outcome = this.#preparation(document);
    if (outcome.kind === 'prepared') {
      this.#records.push(outcome.record);
      this.#hashes.push(outcome.hash);
      this.#documents.push(outcome.document);
      this.#bytes += outcome.document.length;
      if (outcome.note !== null) this.#notes.push({ ...outcome.note, item: `${prefix}${outcome.note.item}` });
    } else if (outcome.kind === 'unchanged') {
      this.#unchanged += 1;
    } else if (outcome.kind === 'refused') {
      await this.#pass({ type: 'skipped', item: `${prefix}${outcome.item}`, reason: outcome.reason });
    }
    if (this.#records.length >= chunkRecords || this.#bytes >= chunkBytes || this.#unchanged >= 16 * chunkRecords)
      await this.flush();
  }

  #preparation(document: RawDocument): Preparation {
    if (this.#source.feed.kind === 'starter') return prepareStarter(document, this.#latestMs);
    return looksLikeRecord(document.bytes) || document.name.startsWith('line ')
      ? prepareRecord(document, this.#stored.find, this.#latestMs)
      : { kind: 'ignored' };
  }
}
