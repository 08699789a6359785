import { z } from 'zod';

/** Text of people: no control characters. Lengths are checked where the rule is. */
// oxlint-disable-next-line no-control-regex
export const Words = z.string().regex(/^[^\u0000-\u001f\u007f]*$/u, 'no control characters');

/** An instant on the wire: ISO 8601 with a zone. */
export const Instant = z.iso.datetime({ offset: true });

/** A secret that is shown this once. */
export const ShownOnce = z.string().describe('Shown this once.');
