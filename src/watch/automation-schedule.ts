import { refusedFields } from '../kernel/index.ts';

export const frequencies = ['daily', 'weekly'] as const;
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Frequency = (typeof frequencies)[number];

/** When reports are made; all null for what reacts to changes. */
export interface Schedule {
  readonly frequency: Frequency | null;
  /** Of the IANA list. */
  readonly timezone: string | null;
  /** `HH:00`: whole hours only. */
  readonly time: string | null;
  readonly weekday: string | null;
}

/** A schedule as it is given: what is absent stays as it was. */
export interface ScheduleInput {
  readonly frequency?: string | null;
  readonly timezone?: string | null;
  readonly time?: string | null;
  readonly weekday?: string | number | null;
}

export const noSchedule: Schedule = { frequency: null, timezone: null, time: null, weekday: null };

const fieldOf = {
  frequency: 'frequency',
  timezone: 'schedule_timezone',
  time: 'schedule_time',
  weekday: 'schedule_weekday',
} as const;
type Member = keyof typeof fieldOf;
const members = ['frequency', 'timezone', 'time', 'weekday'] as const;

/** What a member says, or what is wrong with it; both null where it is absent. */
interface Reading<T> {
  readonly value: T | null;
  readonly wrong: string | null;
}

const absent: Reading<never> = { value: null, wrong: null };
const right = <T>(value: T): Reading<T> => ({ value, wrong: null });
const wrong = (text: string): Reading<never> => ({ value: null, wrong: text });
const noChoice = (given: string | number): Reading<never> =>
  wrong(`${JSON.stringify(String(given).slice(0, 40))} is not a valid choice.`);

const frequencyIn = (given: string | null): Reading<Frequency> => {
  if (given === null) return absent;
  const known = frequencies.find((each) => each === given);
  return known === undefined ? noChoice(given) : right(known);
};

const isTimezone = (text: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '' && /^[A-Z]/i.test(text);
  } catch {
    // Intl names what it does not know by throwing.
    return false;
  }
};

const timezoneIn = (given: string | null): Reading<string> => {
  if (given === null) return absent;
  const text = 'Invalid timezone, please use an IANA timezone (example: Europe/Paris).';
  return isTimezone(given) ? right(given) : wrong(text);
};

const timeIn = (given: string | null): Reading<string> => {
  if (given === null) return absent;
  const [, hour = '', minutes = '', seconds = '00'] = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.0{1,6})?)?$/.exec(given) ?? [];
  if (hour === '' || Number(hour) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
    return wrong('Time has wrong format. Use one of these formats instead: hh:mm[:ss].');
  }
  const isWhole = minutes === '00' && seconds === '00';
  return isWhole ? right(`${hour}:00`) : wrong('Run time must be aligned to a full hour (HH:00).');
};

/** A day by its name, the first three letters of it, or its number from 0 for Monday. */
const weekdayIn = (given: string | number | null): Reading<string> => {
  if (given === null) return absent;
  const text = String(given).trim().toLowerCase();
  const found = weekdays.find((day, index) => day === text || day.slice(0, 3) === text || String(index) === text);
  return found === undefined ? noChoice(given) : right(found);
};

/** What a report cannot be without; a weekday is only for weeks. */
const missingIn = ({
  frequency,
  timezone,
  time,
  weekday,
}: Required<ScheduleInput>): Partial<Record<Member, string>> => ({
  ...(frequency === null ? { frequency: 'Frequency is required when trigger type is report.' } : {}),
  ...(timezone === null ? { timezone: 'Timezone is required when trigger type is report.' } : {}),
  ...(time === null ? { time: 'Run time is required when trigger type is report.' } : {}),
  ...(frequency === 'weekly' && weekday === null
    ? { weekday: 'A weekday is required for weekly report automations.' }
    : {}),
});

/**
 * scheduleOf checks a schedule on top of the one before, all of it before it refuses; an alert has none, whatever is sent.
 * Throws `request.invalid_parameter` that names the fields.
 */
export const scheduleOf = (type: 'alert' | 'report', given: ScheduleInput, before: Schedule = noSchedule): Schedule => {
  const whole = { ...before, ...given };
  const readings = {
    frequency: frequencyIn(whole.frequency),
    timezone: timezoneIn(whole.timezone),
    time: timeIn(whole.time),
    weekday: weekdayIn(whole.weekday),
  };
  const missing = type === 'report' ? missingIn(whole) : {};
  const refusals = members.flatMap((name) => {
    const text = missing[name] ?? readings[name].wrong;
    return text === null ? [] : [[fieldOf[name], [text]] as const];
  });
  if (refusals.length > 0) throw refusedFields(Object.fromEntries(refusals));
  if (type === 'alert') return noSchedule;
  const frequency = readings.frequency.value;
  return {
    frequency,
    timezone: readings.timezone.value,
    time: readings.time.value,
    weekday: frequency === 'weekly' ? readings.weekday.value : null,
  };
};
