import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { fail, type Clock, type Log } from '../../kernel/index.ts';
import type { Answer, AnswerMessage, Answers, Question, QuestionMessage } from './messages.ts';

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** More questions than this in the queue are refused: they would be answered long after anybody waits for them. */
const maximumPending = 512;
/** After the thread has died, so long questions are refused before it is started again. */
const restartPauseMs = 1000;

/** The search thread's own limits. Typed arrays and SQLite's memory are not part of the heap and come on top. */
const resourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 };

/** A thread has its own compile cache; it uses that of the process only when its environment names the folder. */
const threadEnvironment = (): Record<string, string> => {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
};

/**
 * SearchClient asks the search thread. It starts the thread with the first question, starts a dead one again, and never
 * leaves a question without an answer: those that a dying thread had open fail with `catalog.unavailable`.
 */
export class SearchClient {
  readonly #path: string;
  readonly #entry: URL;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | null = null;
  #sequence = 0;
  #diedAtMs = -Infinity;
  #closed = false;

  constructor(path: string, clock: Clock, log: Log, entry: URL = new URL('./worker.ts', import.meta.url)) {
    this.#path = path;
    this.#entry = entry;
    this.#clock = clock;
    this.#log = log;
  }

  /** Throws `catalog.unavailable`, and whatever the search itself throws (`storage.…`). */
  async ask<Kind extends keyof Answers>(question: Extract<Question, { kind: Kind }>): Promise<Answers[Kind]> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      const worker = this.#running();
      const sequence = this.#sequence++;
      this.#pending.set(sequence, { resolve, reject });
      worker.ref();
      worker.postMessage({ sequence, question } satisfies QuestionMessage);
    });
    if (!isOfKind(answer, question.kind))
      throw fail('internal.unexpected', { internal: `search answered ${answer.kind} to ${question.kind}` });
    return answer.value;
  }

  /** close ends the thread; open questions fail. Harmless when called again. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    this.#failPending('the catalogue is closing');
    await worker?.terminate();
  }

  #running(): Worker {
    if (this.#closed) throw fail('catalog.unavailable', { internal: 'the catalogue is closed' });
    if (this.#pending.size >= maximumPending)
      throw fail('catalog.unavailable', { message: 'Too many searches at once' });
    if (this.#worker !== null) return this.#worker;
    if (this.#clock.monotonicMs() - this.#diedAtMs < restartPauseMs) {
      throw fail('catalog.unavailable', { internal: 'the search thread died a moment ago' });
    }
    const worker = new Worker(this.#entry, {
      workerData: this.#path,
      resourceLimits,
      env: threadEnvironment(),
      execArgv: [],
      name: 'catalogue-search',
    });
    worker.unref();
    worker.on('message', (message: AnswerMessage) => this.#settle(message));
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', (code) => this.#died(worker, new Error(`exit code ${code}`)));
    this.#worker = worker;
    return worker;
  }

  #settle(message: AnswerMessage): void {
    const pending = this.#pending.get(message.sequence);
    this.#pending.delete(message.sequence);
    if (this.#pending.size === 0) this.#worker?.unref();
    if (pending === undefined) return;
    if ('answer' in message) {
      pending.resolve(message.answer);
      return;
    }
    const { code, message: text, internal } = message.failure;
    pending.reject(fail(code, { message: text, ...(internal === undefined ? {} : { internal }) }));
  }

  #died(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#diedAtMs = this.#clock.monotonicMs();
    this.#log.error('catalog.search_thread_died', { error, openQuestions: this.#pending.size });
    this.#failPending('the search thread died');
  }

  #failPending(internal: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(fail('catalog.unavailable', { internal }));
  }
}

const isOfKind = <Kind extends keyof Answers>(
  answer: Answer,
  kind: Kind,
): answer is Extract<Answer, { kind: Kind }> & { readonly value: Answers[Kind] } => answer.kind === kind;
