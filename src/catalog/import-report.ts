export interface ImportError {
  /** Which item: a CVE id, a line number, a file name inside the archive. */
  readonly item: string;
  readonly reason: string;
}

/**
 * One imported file or folder. `skipped` counts items that were left out, each named in `errors` (the first 1,000), as are
 * items that were taken without their time because it lies in the future.
 */
export interface ImportedSource {
  readonly path: string;
  readonly kind: string;
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly errors: readonly ImportError[];
  /** Why the source was not taken in whole (damaged, refused, interrupted). What was read before it stays. Absent: it was. */
  readonly failure?: string;
}

export interface ImportReport {
  readonly sources: readonly ImportedSource[];
}
