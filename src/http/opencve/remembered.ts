/** An answer as it was written, and what it was true of. */
export interface Written {
  /** The catalogue's version that the text holds at. */
  readonly stamp: number;
  /** Of the record, where it shows one: the text holds at any version that has it. */
  readonly revision?: number;
  /** A wire text. */
  readonly wire: string;
  /** Its entity tag. */
  readonly tag: string;
}

/** A question as text, or the number of a record. */
type Key = number | string;

export interface Remembered {
  /** find returns what was written under that stamp; anything older is gone. */
  find(key: Key, stamp: number): Written | null;
  /** last returns what was written last, under whatever stamp. */
  last(key: Key): Written | null;
  keep(key: Key, written: Written): void;
}

const entriesMax = 4096;
const bytesMax = 131_072;
const bytesTotalMax = 32 * 1024 * 1024;

/**
 * createRemembered keeps whole answers in memory: at most 4,096, of at most 128 KiB each and 32 MiB together, with
 * their keys; the oldest goes first. Whoever asks proves the freshness by the stamp.
 */
export const createRemembered = (): Remembered => {
  const all = new Map<Key, Written>();
  let total = 0;
  const sizeOf = (key: Key, { wire }: Written): number => (typeof key === 'string' ? key.length : 0) + wire.length;
  const forget = (key: Key): void => {
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
      if (size > bytesMax) return;
      while (all.size >= entriesMax || total + size > bytesTotalMax) {
        const oldest = all.keys().next();
        if (oldest.done === true) break;
        forget(oldest.value);
      }
      all.set(key, written);
      total += size;
    },
  };
};
