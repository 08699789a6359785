import type { Comparison } from './bounds.ts';

/** A stretch of time, both ends included, in epoch milliseconds. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a date in a query stands for: a day or a moment, written as such or as the day so long ago. */
export interface QueryDate extends Span {
  readonly isAge: boolean;
}

const dayMs = 86_400_000;
const ageForm = /^(\d{1,5})([dwmy])$/i;
const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const momentForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/i;
/** Longer ago than anything was published. */
const daysMax = 36_525;
/** As the original counts them. */
const daysIn = { d: 1, w: 7, m: 30, y: 365 } as const;

const isUnit = (letter: string): letter is keyof typeof daysIn => Object.hasOwn(daysIn, letter);

const ageOf = (text: string, nowMs: number): QueryDate | null => {
  const [, digits = '', letter = ''] = ageForm.exec(text.toLowerCase()) ?? [];
  if (!isUnit(letter)) return null;
  const days = Number(digits) * daysIn[letter];
  if (days > daysMax) return null;
  const fromMs = (Math.floor(nowMs / dayMs) - days) * dayMs;
  return { isAge: true, fromMs, toMs: fromMs + dayMs - 1 };
};

/** Date.parse makes 2024-02-30 the first of March; a day that does not exist is a typing error here. */
const isRealDay = (day: string): boolean => {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
};

/**
 * dateOf reads `2024-05-01` (that day in UTC), `2024-05-01T12:00:00Z` (that second, or millisecond when it is written), or
 * an age: `30d`, `2w`, `3m`, `1y`, the day in UTC that many days ago. Null for any other text.
 */
export const dateOf = (text: string, nowMs: number): QueryDate | null => {
  const age = ageOf(text, nowMs);
  if (age !== null) return age;
  const day = text.slice(0, 10);
  if (dayForm.test(text) && isRealDay(day)) {
    const fromMs = Date.parse(`${day}T00:00:00Z`);
    return { isAge: false, fromMs, toMs: fromMs + dayMs - 1 };
  }
  if (!momentForm.test(text) || !isRealDay(day)) return null;
  const fromMs = Date.parse(/(Z|[+-]\d{2}:\d{2})$/i.test(text) ? text : `${text}Z`);
  if (Number.isNaN(fromMs)) return null;
  const lengthMs = text.includes('.') ? 1 : 1000;
  return { isAge: false, fromMs, toMs: fromMs + lengthMs - 1 };
};

const flipped: Readonly<Record<Comparison, Comparison>> = { '>': '>', '>=': '<=', '<': '<', '<=': '>=', '=': '=' };

/**
 * spanOf turns a comparison with a date into included bounds. As in the original, `>=` and `<=` compare ages, so that
 * `<= 30d` is "at most thirty days ago", while `>`, `<` and `=` compare with the day that lies so far back.
 */
export const spanOf = (comparison: Comparison, date: QueryDate): Partial<Span> => {
  switch (date.isAge ? flipped[comparison] : comparison) {
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
