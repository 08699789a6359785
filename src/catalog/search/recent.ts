/** Recent keeps the values that were used last, at most `limit` of them. */
export class Recent<Value> {
  readonly #limit: number;
  readonly #values = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** take returns the kept value, or makes and keeps it. A `make` that throws leaves nothing behind. */
  take(key: string, make: () => Value): Value {
    const kept = this.#values.get(key);
    const value = kept === undefined ? make() : kept;
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#limit) {
      for (const oldest of this.#values.keys()) {
        this.#values.delete(oldest);
        break;
      }
    }
    return value;
  }

  clear(): void {
    this.#values.clear();
  }
}
