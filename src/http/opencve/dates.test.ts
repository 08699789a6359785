/** Risk: clients parse dates by their exact form. */
import { expect, it } from 'vitest';
import { microsDate, secondsDate } from './dates.ts';

const atMs = Date.UTC(2024, 8, 6, 12, 31, 29, 697);

it('shows CVE dates to the second and all others to the microsecond', () => {
  expect(secondsDate(atMs)).toBe('2024-09-06T12:31:29Z');
  expect(microsDate(atMs)).toBe('2024-09-06T12:31:29.697000Z');
});
