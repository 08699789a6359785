import { inspect } from 'node:util';

/** Secret holds a value that must not be printed: every way of turning it into text gives `***`. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** reveal is the one way to the value; each call site is a place to review. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect.custom](): string {
    return '***';
  }
}
