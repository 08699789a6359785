/** sqliteCodeOf is the extended result code of an error of `node:sqlite`, whose low byte is the primary one; null for others. */
export const sqliteCodeOf = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null;
