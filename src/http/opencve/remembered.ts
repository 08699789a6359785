/** An answer as it was written, and what it was true of. */
export interface Written {
  /** The catalogue's version that the text holds at. */
  readonly stamp: number;
  /** Of the record, where it shows one: the text holds at any version that has it. */
  readonly revision?: number;
  readonly text: string;
  /** Length of the text in UTF-8. */
  readonly bytes: number;
  /** Its entity tag. */
  readonly tag: string;
}

export interface Remembered {
  /** find returns what was written under that stamp; anything older is gone. */
  find(key: string, stamp: number): Written | null;
  /** last returns what was written last, under whatever stamp. */
  last(key: string): Written | null;
  keep(key: string, written: Written): void;
}

const entriesMax = 4096;
const charactersMax = 131_072;
const charactersTotalMax = 32 * 1024 * 1024;

/**
 * createRemembered keeps whole answers in memory: at most 4,096, of at most 128 Ki characters each and 32 Mi together, with
 * their keys; the oldest goes first. Whoever asks proves the freshness by the stamp.
 */
export const createRemembered = (): Remembered => {
  const all = new Map<string, Written>();
  let total = 0;
  const sizeOf = (key: string, { text }: Written): number => key.length + text.length;
  const forget = (key: string): void => {
    const written = all.get(key);
    if (written === undefined) return;
    total -= sizeOf(key, written);
    all.delete(key);
  };
  return {
    find: (key, stamp) => {
      const written = all.get(key);
      return written !== undefined && written.stamp === stamp ? written : null;
    },
    last: (key) => all.get(key) ?? null,
    keep: (key, written) => {
      forget(key);
      const size = sizeOf(key, written);
      if (size > charactersMax) return;
      while (all.size >= entriesMax || total + size > charactersTotalMax) {
        const oldest = all.keys().next();
        if (oldest.done === true) break;
        forget(oldest.value);
      }
      all.set(key, written);
      total += size;
    },
  };
};
