import { fail } from '../../kernel/index.ts';
import { isCveId, isJsonObject, textOf, timeOf, type JsonObject } from '../record/index.ts';
import { parseWhole } from './whole-file.ts';
import type { Feed, FeedBatch, FeedFile, FeedHead, KevEntry, ReadContext } from './feed.ts';

/** CISA's catalogue of known exploited vulnerabilities: the JSON file, also gzipped. It is taken whole or not at all. */
export const kevFeed: Feed = {
  kind: 'kev',
  title: 'CISA Known Exploited Vulnerabilities, JSON',

  recognises: ({ text }: FeedHead): boolean =>
    /^\s*\{/.test(text) && /"(?:catalogVersion|cveID)"\s*:/.test(text) && !/"cveMetadata"\s*:/.test(text),

  async *read(file: FeedFile, context: ReadContext): AsyncGenerator<FeedBatch> {
    const catalogue = await parseWhole(file, context, context.limits.documentBytes);
    const listed = isJsonObject(catalogue) ? catalogue['vulnerabilities'] : undefined;
    if (!isJsonObject(catalogue) || !Array.isArray(listed))
      throw fail('feed.unreadable', { message: 'the file has no list of vulnerabilities' });
    const items: readonly unknown[] = listed;
    const count = catalogue['count'];
    if (typeof count === 'number' && count !== items.length) {
      throw fail('feed.refused', {
        message: `the file says ${count} entries and holds ${items.length}: it is truncated`,
      });
    }
    if (items.length === 0) throw fail('feed.refused', { message: 'the file has no entries' });
    yield {
      type: 'release',
      dataMs: timeOf(catalogue['dateReleased']),
      version: textOf(catalogue['catalogVersion']) ?? '',
    };
    const entries = new Map<string, KevEntry>();
    for (const [index, item] of items.entries()) {
      const entry = isJsonObject(item) ? entryOf(item) : null;
      if (entry !== null) entries.set(entry.cveId, entry);
      else yield { type: 'skipped', item: nameOf(item, index), reason: 'has no proper cveID or dateAdded' };
    }
    yield { type: 'kev', entries: [...entries.values()] };
  },
};

const entryOf = (item: JsonObject): KevEntry | null => {
  const cveId = textOf(item['cveID'])?.toUpperCase() ?? '';
  const addedMs = timeOf(item['dateAdded']);
  if (!isCveId(cveId) || addedMs === null) return null;
  return {
    cveId,
    addedMs,
    ransomware: textOf(item['knownRansomwareCampaignUse'])?.toLowerCase() === 'known',
    entry: JSON.stringify(item),
  };
};

const nameOf = (item: unknown, index: number): string =>
  (isJsonObject(item) ? textOf(item['cveID'])?.slice(0, 64) : undefined) ?? `entry ${index + 1}`;
