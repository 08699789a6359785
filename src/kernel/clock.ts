/** Clock is the only source of time. Times are epoch milliseconds; `monotonicMs` never goes back and is for durations. */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
  /** after runs `task` once after `delayMs`; the timer does not keep the process alive. Returns a cancel function. */
  after(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** ManualClock stands still until `advance` is called; due timers then fire in order. For tests. */
export class ManualClock implements Clock {
  #nowMs: number;
  #timers: { dueMs: number; task: () => void }[] = [];

  constructor(startMs = Date.UTC(2026, 0, 15, 12)) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** set moves the clock to an absolute time, also backwards, without firing timers that lie in the past afterwards. */
  set(nowMs: number): void {
    if (nowMs > this.#nowMs) this.advance(nowMs - this.#nowMs);
    else this.#nowMs = nowMs;
  }

  advance(ms: number): void {
    const targetMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.dueMs <= targetMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      due.task();
    }
    this.#nowMs = targetMs;
  }
}
