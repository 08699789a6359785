/** A JSON object whose members nobody has looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** objectsOf returns the objects of an array; anything else in it, or anything but an array, counts as absent. */
export const objectsOf = (value: unknown): readonly JsonObject[] => {
  if (!Array.isArray(value)) return [];
  const list: readonly unknown[] = value;
  return list.every(isJsonObject) ? list : list.filter(isJsonObject);
};

export const textsOf = (value: unknown): readonly string[] => {
  if (!Array.isArray(value)) return [];
  const list: readonly unknown[] = value;
  return list.filter((item): item is string => typeof item === 'string');
};

/** textOf returns trimmed text without NUL characters (SQL text functions stop at one), or null when nothing is left. */
export const textOf = (value: unknown): string | null => {
  if (typeof value !== 'string') return null;
  const text = (value.includes('\0') ? value.replaceAll('\0', '') : value).trim();
  return text === '' ? null : text;
};

const zoned = /(?:[zZ]|[+-]\d{2}:?\d{2})$/;
const dateOnly = /^\d{4}-\d{2}-\d{2}$/;
const dated = /^\d{4}-\d{2}-\d{2}/;

/** timeOf reads an ISO 8601 date or time as epoch milliseconds; one without a zone is UTC. Null when it is none. */
export const timeOf = (value: unknown): number | null => {
  if (typeof value !== 'string' || !dated.test(value)) return null;
  const ms = Date.parse(zoned.test(value) || dateOnly.test(value) ? value : `${value}Z`);
  return Number.isFinite(ms) ? ms : null;
};
