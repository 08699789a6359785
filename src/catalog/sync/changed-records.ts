import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fail } from '../../kernel/index.ts';
import type { ImportError } from '../import-report.ts';
import { normaliseCveRecord } from '../record/index.ts';
import { emptySource, importFetched, type SyncRun } from './sync-run.ts';

const parallelFetches = 8;
const recordBytesMax = 16_000_000;
/** So many failures one after the other mean that the other side is gone, not that records are missing. */
const failuresInRowMax = 24;

const Metadata = z.object({ cveMetadata: z.object({ cveId: z.string(), dateUpdated: z.string().optional() }) });

/**
 * importChangedRecords fetches each record and imports them together; it returns the ids that could not be fetched. An
 * address is made from the record's id by the configured template, never taken from the feed. A record that is older than
 * the log says is a failure too: a cache on the way has not caught up. So is one that could not be imported.
 */
export const importChangedRecords = async (
  run: SyncRun,
  records: ReadonlyMap<string, number | null>,
): Promise<readonly string[]> => {
  const file = join(run.feedFolder, 'cve-changes.ndjson');
  const address = run.addresses.cveDeltaLog;
  const left: ImportError[] = [];
  try {
    const fetched = await spoolRecords(run, records, file, left);
    if (fetched === 0) run.sources.push(emptySource('cve-list', address, { left }));
    else await importFetched(run, 'cve-list', file, address, { left });
    return left.map((error) => error.item);
  } finally {
    await rm(file, { force: true });
  }
};

const spoolRecords = async (
  run: SyncRun,
  records: ReadonlyMap<string, number | null>,
  path: string,
  errors: ImportError[],
): Promise<number> => {
  const file = await open(path, 'w');
  const queue = records.entries();
  let fetched = 0;
  let failuresInRow = 0;
  const work = async (): Promise<void> => {
    for (const [id, updatedMs] of queue) {
      run.signal?.throwIfAborted();
      const outcome = await fetchRecord(run, id, updatedMs);
      if (outcome.ok) {
        await file.appendFile(`${outcome.line}\n`);
        fetched += 1;
        failuresInRow = 0;
      } else {
        errors.push({ item: id, reason: outcome.reason });
        failuresInRow += 1;
        if (failuresInRow >= failuresInRowMax) {
          throw fail('feed.unreachable', { message: `Changed CVE records cannot be fetched: ${outcome.reason}` });
        }
      }
      run.onProgress?.({ feed: 'cve-list', stage: 'records', done: fetched + errors.length, total: records.size });
    }
  };
  try {
    await allOrFirstFailure(Array.from({ length: parallelFetches }, async () => work()));
  } finally {
    await file.close();
  }
  return fetched;
};

// All workers must have stopped before the file is closed under them.
const allOrFirstFailure = async (work: readonly Promise<void>[]): Promise<void> => {
  for (const outcome of await Promise.allSettled(work)) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
};

type RecordOutcome = { readonly ok: true; readonly line: string } | { readonly ok: false; readonly reason: string };

const fetchRecord = async (run: SyncRun, id: string, updatedMs: number | null): Promise<RecordOutcome> => {
  try {
    const answer = await run.outbound.fetch(recordAddress(run.addresses.cveRecord, id), {
      maxBytes: recordBytesMax,
      timeoutMs: 60_000,
      ...(run.signal === undefined ? {} : { signal: run.signal }),
    });
    if (answer.status !== 200) {
      answer.discard();
      return { ok: false, reason: `answered with status ${answer.status}` };
    }
    return asLine(await answer.text(), id, updatedMs);
  } catch (error) {
    if (run.signal?.aborted === true) throw error;
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
};

const asLine = (text: string, id: string, updatedMs: number | null): RecordOutcome => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'is not JSON' };
  }
  const { data } = Metadata.safeParse(value);
  if (data?.cveMetadata.cveId !== id) return { ok: false, reason: 'is another record than the one asked for' };
  const haveMs = Date.parse(data.cveMetadata.dateUpdated ?? '');
  if (updatedMs !== null && haveMs < updatedMs) return { ok: false, reason: 'is still the version before the change' };
  // Seen here already, as a file without any good record is refused whole, and the cursor would never get past it.
  const outcome = normaliseCveRecord(value);
  if (!outcome.ok) return { ok: false, reason: outcome.refused.reason };
  // The record as it was sent: a line break in JSON can only be a blank between its parts.
  return { ok: true, line: text.replaceAll(/[\r\n]+/g, ' ') };
};

/** recordAddress fills a template: CVE-2021-44228 has the year 2021 and the group 44xxx. */
export const recordAddress = (template: string, id: string): string => {
  const [, year = '', number = ''] = id.split('-');
  const group = `${number.slice(0, -3)}xxx`;
  return template.replaceAll('{id}', id).replaceAll('{year}', year).replaceAll('{group}', group);
};
