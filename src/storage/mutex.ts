/**
 * Mutex lets one holder in at a time, in order of arrival. SQLite has one writer: a second connection of this process
 * that waited for a transaction of the first would stop the thread that has to finish it.
 */
export class Mutex {
  #held = false;
  readonly #waiting: (() => void)[] = [];

  /** tryAcquire takes the lock if that needs no waiting. */
  tryAcquire(): boolean {
    if (this.#held) return false;
    this.#held = true;
    return true;
  }

  async acquire(): Promise<void> {
    if (this.tryAcquire()) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#held = false;
    else next();
  }

  async run<T>(task: () => T | Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await task();
    } finally {
      this.release();
    }
  }
}
