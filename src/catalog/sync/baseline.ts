import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError, fail } from '../../kernel/index.ts';
import { latestMsAt } from '../ingest/freshness.ts';
import type { CveListCursor } from './cursor.ts';
import { importFetched, type SyncRun } from './sync-run.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** How many days back a dated file is looked for. */
const daysBack = 3;
const maxBytes = 8_000_000_000;

type Spooled = NonNullable<CveListCursor['spooled']>;

/**
 * importBaseline fetches the whole CVE List and imports it. A download that was cut off, or an import that was, is gone
 * on with by the next call. A list with fewer than half of the stored records is refused unread. Returns the cursor that the changes go on from.
 */
export const importBaseline = async (run: SyncRun, cursor: CveListCursor): Promise<CveListCursor> => {
  const spooled = usable(run, cursor.spooled) ?? (await fetchBaseline(run));
  run.store.updateCursor('cve-list', JSON.stringify({ ...cursor, spooled }));
  const file = join(run.feedFolder, spooled.file);
  try {
    await importFetched(run, 'cve-list', file, spooled.url, { storedRecords: run.store.countRecords() });
  } catch (error) {
    // A file that was read and found bad will not get better; one whose import was merely stopped is kept.
    if (error instanceof AppError && run.signal?.aborted !== true && error.code.startsWith('feed.')) {
      await rm(file, { force: true });
      run.store.updateCursor('cve-list', JSON.stringify({ ...cursor, spooled: null }));
    }
    throw error;
  }
  const next: CveListCursor = { fetchedAt: spooled.fetchedAt, pending: {}, log: null, spooled: null };
  run.store.updateCursor('cve-list', JSON.stringify(next));
  await rm(file, { force: true });
  return next;
};

const usable = (run: SyncRun, spooled: CveListCursor['spooled']): Spooled | null =>
  spooled !== null && basename(spooled.file) === spooled.file && existsSync(join(run.feedFolder, spooled.file))
    ? spooled
    : null;

const fetchBaseline = async (run: SyncRun): Promise<Spooled> => {
  const template = run.addresses.cveList;
  if (!template.includes('{date}')) return fetchOne(run, 'cve-list.zip', template, null);
  for (const { date, hour, file } of candidates(run, template.includes('{hour}'))) {
    try {
      // Records change until the file is cut: an hour of overlap costs nothing, a gap would lose a change.
      const fetchedAt = new Date(Date.parse(`${date}T00:00:00Z`) - hourMs).toISOString();
      const url = template.replaceAll('{date}', date).replaceAll('{hour}', hour);
      return await fetchOne(run, file, url, fetchedAt);
    } catch (error) {
      const isAbsent = error instanceof AppError && error.detail?.['status'] === 404;
      if (!isAbsent) throw error;
    }
  }
  throw fail('feed.unreachable', { message: `${template}: there is no file of the last ${daysBack + 1} days` });
};

interface Candidate {
  readonly date: string;
  readonly hour: string;
  readonly file: string;
}

/**
 * The newest first, by days or by hours: a day's file hangs on each of its hourly releases, but not every hour has one. A
 * download that was cut off comes before them all, as the changes catch up with the rest.
 */
const candidates = (run: SyncRun, isHourly: boolean): Candidate[] => {
  const stepMs = isHourly ? hourMs : dayMs;
  const all = Array.from({ length: ((daysBack + 1) * dayMs) / stepMs }, (_, back): Candidate => {
    const time = new Date(run.clock.nowMs() - back * stepMs).toISOString();
    const date = time.slice(0, 10);
    const hour = time.slice(11, 13);
    return { date, hour, file: `cve-list-${date}${isHourly ? `-${hour}` : ''}.zip` };
  });
  const present = readdirSync(run.feedFolder);
  const isBegun = ({ file }: Candidate): boolean => present.includes(`${file}.part`);
  return [...all.filter(isBegun), ...all.filter((each) => !isBegun(each))];
};

const fetchOne = async (run: SyncRun, name: string, url: string, fetchedAt: string | null): Promise<Spooled> => {
  const outcome = await run.outbound.download(url, join(run.feedFolder, name), {
    maxBytes,
    ...(run.signal === undefined ? {} : { signal: run.signal }),
    onProgress: (doneBytes, totalBytes) =>
      run.onProgress?.({ feed: 'cve-list', stage: 'download', doneBytes, totalBytes }),
  });
  const changedMs = outcome.kind === 'downloaded' ? Date.parse(outcome.lastModified ?? '') : Number.NaN;
  // Neither when it is no time at all.
  const isBelieved = changedMs <= latestMsAt(run.clock.nowMs());
  const dated = isBelieved ? new Date(changedMs - dayMs).toISOString() : null;
  return { file: name, url, fetchedAt: fetchedAt ?? dated };
};
