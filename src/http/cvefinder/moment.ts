/** momentOf shows an instant as this product does: `2026-01-31 10:30:00`, in UTC. */
export const momentOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
