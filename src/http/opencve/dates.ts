/** secondsDate shows an instant as this product dates CVEs: `2024-07-24T17:08:24Z`. */
export const secondsDate = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** microsDate shows an instant as this product dates everything else: `2024-09-06T12:31:29.697000Z`. */
export const microsDate = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`;
