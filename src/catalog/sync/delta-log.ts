import { z } from 'zod';
import { fail } from '../../kernel/index.ts';
import { parseCveId } from '../cve-id.ts';

const Item = z.object({ cveId: z.string(), dateUpdated: z.string().optional() });
const Entry = z.object({
  fetchTime: z.string().refine((text) => !Number.isNaN(Date.parse(text))),
  new: z.array(z.unknown()).default([]),
  updated: z.array(z.unknown()).default([]),
});

/** Changes are what a log of changes says has changed since a moment. */
export interface Changes {
  /** CVE id → the time of its last change in epoch milliseconds, or null when the log does not tell. */
  readonly records: ReadonlyMap<string, number | null>;
  /** fetchTime of the newest entry of the whole log whose time is believed; null when there is none. */
  readonly newest: string | null;
  /** Whether the log reaches back to the moment: otherwise changes before its oldest entry are unknown. */
  readonly isComplete: boolean;
}

/**
 * changesSince reads a `deltaLog.json` (an array of `{fetchTime, new[], updated[]}` in any order) and returns what its
 * entries after `since` (ISO time; null for all) name. Damaged entries and items are left out; times after `latestMs` are
 * not believed, as going on from one would pass over every later change.
 * @throws `feed.refused` when there is not one usable entry.
 */
export const changesSince = (text: string, since: string | null, latestMs: number): Changes => {
  const entries = entriesOf(text).toSorted((a, b) => Date.parse(a.fetchTime) - Date.parse(b.fetchTime));
  const oldest = entries[0];
  const newest = entries.findLast((entry) => Date.parse(entry.fetchTime) <= latestMs);
  if (oldest === undefined) {
    throw fail('feed.refused', { message: 'The log of changes of the CVE List is empty or not what it should be' });
  }
  const sinceMs = since === null ? Number.NEGATIVE_INFINITY : Date.parse(since);
  const records = new Map<string, number | null>();
  for (const entry of entries.filter((each) => Date.parse(each.fetchTime) > sinceMs)) {
    for (const item of [...entry.new, ...entry.updated]) {
      const { data } = Item.safeParse(item);
      const id = data === undefined ? null : parseCveId(data.cveId);
      if (id === null) continue;
      const updatedMs = Date.parse(data?.dateUpdated ?? '');
      // Neither when it is no time at all.
      const isBelieved = updatedMs <= latestMs;
      records.set(id.id, latest(records.get(id.id) ?? null, isBelieved ? updatedMs : null));
    }
  }
  return { records, newest: newest?.fetchTime ?? null, isComplete: Date.parse(oldest.fetchTime) <= sinceMs };
};

const latest = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.max(left, right);

const entriesOf = (text: string): z.infer<typeof Entry>[] => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((each) => Entry.safeParse(each).data ?? []);
};
