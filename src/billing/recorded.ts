import { z } from 'zod';
import { providerStatuses, type Notice, type RecordedEvent } from './notice.ts';
import type { EventRow } from './store.ts';

const Recorded = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('snapshot'),
    status: z.enum(providerStatuses),
    prices: z.array(z.string()),
    startedAtMs: z.number(),
    periodEndMs: z.number().nullable(),
    cancelAtMs: z.number().nullable(),
    endedAtMs: z.number().nullable(),
    holder: z.object({ userId: z.string(), subscriptionId: z.string().nullable() }).nullable(),
  }),
  z.object({ kind: z.literal('paid') }),
  z.object({ kind: z.literal('payment_failed') }),
]);

/** recordedText is what the record of an event keeps of it. */
export const recordedText = (notice: Notice): string => JSON.stringify(notice);

/** readRecorded reads it again; null for a row that says nothing. */
export const readRecorded = (row: Pick<EventRow, 'id' | 'event_at_ms' | 'effect'>): RecordedEvent | null => {
  const parsed = Recorded.safeParse(JSON.parse(row.effect));
  return parsed.success ? { id: row.id, atMs: row.event_at_ms, notice: parsed.data } : null;
};
