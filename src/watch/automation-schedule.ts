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

const required = (name: keyof typeof fieldOf) =>
  refusedFields({ [fieldOf[name]]: ['This field is required for report automations.'] });

const isTimezone = (text: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '' && /^[A-Z]/i.test(text);
  } catch {
    // Intl names what it does not know by throwing.
    return false;
  }
};

const timeOf = (text: string): string => {
  const [, hour = '', minutes = '', seconds = '00'] = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.0{1,6})?)?$/.exec(text) ?? [];
  if (hour === '' || Number(hour) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
    throw refusedFields({ schedule_time: ['A time is written HH:MM.'] });
  }
  if (minutes !== '00' || seconds !== '00') throw refusedFields({ schedule_time: 'Only whole hours are allowed.' });
  return `${hour}:00`;
};

/** A day by its name, the first three letters of it, or its number from 0 for Monday. */
const weekdayOf = (given: string | number): string => {
  const text = String(given).trim().toLowerCase();
  const found = weekdays.find((day, index) => day === text || day.slice(0, 3) === text || String(index) === text);
  if (found === undefined) throw refusedFields({ schedule_weekday: [`One of ${weekdays.join(', ')}.`] });
  return found;
};

/** A report's schedule is whole; a weekday is only for weeks. */
const reportSchedule = (given: Required<ScheduleInput>): Schedule => {
  const frequency = frequencies.find((each) => each === given.frequency);
  if (given.frequency === null) throw required('frequency');
  if (frequency === undefined) throw refusedFields({ frequency: [`One of ${frequencies.join(', ')}.`] });
  if (given.timezone === null) throw required('timezone');
  if (!isTimezone(given.timezone)) throw refusedFields({ schedule_timezone: ['Not a known time zone.'] });
  if (given.time === null) throw required('time');
  const time = timeOf(given.time);
  if (frequency === 'daily') return { frequency, timezone: given.timezone, time, weekday: null };
  if (given.weekday === null) {
    throw refusedFields({ schedule_weekday: ['This field is required for weekly reports.'] });
  }
  return { frequency, timezone: given.timezone, time, weekday: weekdayOf(given.weekday) };
};

/** scheduleOf checks a schedule on top of the one before. Throws `request.invalid_parameter` that names the field. */
export const scheduleOf = (type: 'alert' | 'report', given: ScheduleInput, before: Schedule = noSchedule): Schedule => {
  if (type === 'report') return reportSchedule({ ...before, ...given });
  const names = ['frequency', 'timezone', 'time', 'weekday'] as const;
  const set = names.find((name) => given[name] !== undefined && given[name] !== null);
  if (set !== undefined) throw refusedFields({ [fieldOf[set]]: 'Only report automations have a schedule.' });
  return noSchedule;
};
