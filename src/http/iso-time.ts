/** isoTime shows an instant in UTC to the second: `2025-07-20T12:00:00Z`. */
export const isoTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** isoTimeOrNull keeps null. */
export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));
