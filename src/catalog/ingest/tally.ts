import type { ImportedSource, ImportError } from '../import-report.ts';

const namedErrors = 1_000;

/** Tally counts one source while it is taken in. */
export class Tally {
  read = 0;
  inserted = 0;
  updated = 0;
  unchanged = 0;
  skipped = 0;
  failure: string | null = null;
  readonly #errors: ImportError[] = [];
  readonly path: string;
  readonly kind: string;

  constructor(path: string, kind: string) {
    this.path = path;
    this.kind = kind;
  }

  skip(item: string, reason: string): void {
    this.read += 1;
    this.skipped += 1;
    this.name(item, reason);
  }

  name(item: string, reason: string): void {
    if (this.#errors.length < namedErrors) this.#errors.push({ item, reason });
  }

  fail(message: string): void {
    this.failure = message;
    this.#errors.unshift({ item: this.path, reason: message });
  }

  source(): ImportedSource {
    const { path, kind, read, inserted, updated, unchanged, skipped } = this;
    const counted = { path, kind, read, inserted, updated, unchanged, skipped, errors: [...this.#errors] };
    return this.failure === null ? counted : { ...counted, failure: this.failure };
  }
}
