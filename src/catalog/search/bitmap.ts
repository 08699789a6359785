/** Bitmap is a set of record ids below `size`, one bit each. */
export class Bitmap {
  readonly words: Uint32Array;

  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >>> 5);
  }

  get size(): number {
    return this.words.length * 32;
  }

  add(id: number): void {
    const word = id >>> 5;
    if (word < this.words.length) this.words[word] = (this.words[word] ?? 0) | (1 << (id & 31));
  }

  has(id: number): boolean {
    return (((this.words[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1;
  }

  /** keep removes every id that is not in `other`. */
  keep(other: Bitmap): void {
    const { words } = this;
    for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) & (other.words[at] ?? 0);
  }

  /** include adds every id of `other`, which must not be larger. */
  include(other: Bitmap): void {
    const { words } = this;
    for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) | (other.words[at] ?? 0);
  }

  /** remove takes every id of `other` out. */
  remove(other: Bitmap): void {
    const { words } = this;
    for (let at = 0; at < words.length; at++) words[at] = (words[at] ?? 0) & ~(other.words[at] ?? 0);
  }

  /** each calls `take` with every id, ascending. */
  each(take: (id: number) => void): void {
    const { words } = this;
    for (let at = 0; at < words.length; at++) {
      for (let rest = words[at] ?? 0; rest !== 0; rest &= rest - 1) take(at * 32 + 31 - Math.clz32(rest & -rest));
    }
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  copy(): Bitmap {
    const copy = new Bitmap(this.size);
    copy.words.set(this.words);
    return copy;
  }

  count(): number {
    let total = 0;
    for (const word of this.words) {
      let bits = word - ((word >>> 1) & 0x55555555);
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
      total += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return total;
  }
}

/** retain keeps the ids for which `matches` holds. */
export const retain = (bitmap: Bitmap, matches: (id: number) => boolean): void => {
  const { words } = bitmap;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? 0;
    let rest = word;
    let kept = word;
    while (rest !== 0) {
      const low = rest & -rest;
      if (!matches(at * 32 + 31 - Math.clz32(low))) kept &= ~low;
      rest ^= low;
    }
    words[at] = kept;
  }
};
