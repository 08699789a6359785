/** Risk: a bound that leaves out what it names, or takes in what it does not, and a sync that so loses records. */
import { describe, expect, it } from 'vitest';
import { instant } from './parameter.ts';

const notes = { description: 'A bound.' };
const day = Date.UTC(2024, 4, 1);
const dayMs = 86_400_000;
const noon = day + dayMs / 2;

describe('bounds in time', () => {
  it.each([
    ['from', '2024-05-01', day],
    ['from', '2024-05-01T12:00:00Z', noon],
    ['from', '2024-05-01T12:00Z', noon],
    ['to', '2024-05-01', day + dayMs - 1],
    ['to', '2024-05-01T12:00:00Z', noon],
    ['to', '2024-05-01T14:00:00.250+02:00', noon + 250],
    ['to-second', '2024-05-01', day + dayMs - 1],
    ['to-second', '2024-05-01T12:00:00Z', noon + 999],
    ['to-second', '2024-05-01T12:00Z', noon + 999],
    ['to-second', '2024-05-01T14:00:00+02:00', noon + 999],
    ['to-second', '2024-05-01T12:00:00.000Z', noon],
    ['to-second', '2024-05-01T12:00:00.250Z', noon + 250],
  ] as const)('take %s %s as its own millisecond', (bound, text, ms) => {
    expect(instant(bound, notes).parse(text)).toBe(ms);
  });

  it.each(['2024-02-30', '2024-05-01T12:00:00', '2024-05-01 12:00:00Z', 'yesterday'])('refuse %s', (text) => {
    expect(instant('to-second', notes).safeParse(text).success).toBe(false);
  });
});
