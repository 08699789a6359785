import type { DatabaseSync } from 'node:sqlite';
import { sqliteCodeOf } from './sqlite-code.ts';
import { pausesMax, pauseThread } from './thread-pause.ts';

const busyCode = 5;

const isBusy = (error: unknown): boolean => ((sqliteCodeOf(error) ?? 0) & 0xff) === busyCode;

/**
 * enterWriteAhead has an SQLite file write ahead to a log, so that readers and a writer do not wait for each other. Processes
 * that open a new file at once all want to change it, and SQLite's own timeout does not hold there: a reader that becomes
 * a writer is refused at once. So this tries again, for 5 s, holding the thread. Throws SQLite's error after that.
 */
export const enterWriteAhead = (database: DatabaseSync, wait = pauseThread): void => {
  for (let left = pausesMax; ; left -= 1) {
    try {
      database.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (!isBusy(error) || left === 0) throw error;
      wait();
    }
  }
};
