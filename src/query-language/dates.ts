import type { Comparison } from './bounds.ts';

/** A stretch of time, both ends included, in epoch milliseconds. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a date in a query stands for: a stretch of the calendar, or a moment so long ago. */
export type QueryDate = ({ readonly kind: 'calendar' } & Span) | { readonly kind: 'age'; readonly momentMs: number };

const dayMs = 86_400_000;
const ageForm = /^(\d{1,5})([dwmy])$/i;
const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const momentForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/i;
const units = { d: 'days', w: 'weeks', m: 'months', y: 'years' } as const;
/** Longer ago than anything was published. */
const daysMax = 36_525;
const daysIn = { d: 1, w: 7, m: 30, y: 365 } as const;

const isUnit = (letter: string): letter is keyof typeof units => Object.hasOwn(units, letter);

const ageOf = (text: string, nowMs: number): QueryDate | null => {
  const [, digits = '', letter = ''] = ageForm.exec(text.toLowerCase()) ?? [];
  if (!isUnit(letter)) return null;
  const count = Number(digits);
  if (count * daysIn[letter] > daysMax) return null;
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO('UTC');
  return { kind: 'age', momentMs: now.subtract({ [units[letter]]: count }).epochMilliseconds };
};

/** Date.parse makes 2024-02-30 the first of March; a day that does not exist is a typing error here. */
const isRealDay = (day: string): boolean => {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
};

/**
 * dateOf reads `2024-05-01` (that day in UTC), `2024-05-01T12:00:00Z` (that second, or millisecond when it is written), or
 * an age: `30d`, `2w`, `3m`, `1y` before now, months and years by the calendar. Null for any other text.
 */
export const dateOf = (text: string, nowMs: number): QueryDate | null => {
  const age = ageOf(text, nowMs);
  if (age !== null) return age;
  const day = text.slice(0, 10);
  if (dayForm.test(text) && isRealDay(day)) {
    const fromMs = Date.parse(`${day}T00:00:00Z`);
    return { kind: 'calendar', fromMs, toMs: fromMs + dayMs - 1 };
  }
  if (!momentForm.test(text) || !isRealDay(day)) return null;
  const fromMs = Date.parse(/(Z|[+-]\d{2}:\d{2})$/i.test(text) ? text : `${text}Z`);
  if (Number.isNaN(fromMs)) return null;
  const lengthMs = text.includes('.') ? 1 : 1000;
  return { kind: 'calendar', fromMs, toMs: fromMs + lengthMs - 1 };
};

const flipped: Readonly<Record<Comparison, Comparison>> = { '>': '<', '>=': '<=', '<': '>', '<=': '>=', '=': '=' };

/**
 * spanOf turns a comparison with a date into included bounds. An age compares as an age: `<= 30d` is "at most thirty days
 * ago", so the moment is the lower bound; `= 30d` is the day on which that moment lies.
 */
export const spanOf = (comparison: Comparison, date: QueryDate): Partial<Span> => {
  if (date.kind === 'age') {
    const { momentMs } = date;
    const dayStartMs = Math.floor(momentMs / dayMs) * dayMs;
    return comparison === '='
      ? { fromMs: dayStartMs, toMs: dayStartMs + dayMs - 1 }
      : spanOf(flipped[comparison], { kind: 'calendar', fromMs: momentMs, toMs: momentMs });
  }
  switch (comparison) {
    case '>':
      return { fromMs: date.toMs + 1 };
    case '>=':
      return { fromMs: date.fromMs };
    case '<':
      return { toMs: date.fromMs - 1 };
    case '<=':
      return { toMs: date.toMs };
    case '=':
      return { fromMs: date.fromMs, toMs: date.toMs };
  }
};
