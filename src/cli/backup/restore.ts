import { AppError, fail, type Log } from '../../kernel/index.ts';
import {
  clearUnused,
  controlSchemaVersion,
  inTransaction,
  insertRows,
  openControl,
  readSchemaVersion,
  resumeNumbers,
  type ControlSettings,
} from '../../storage/index.ts';
import { readBackup, type BackupContent } from './read-backup.ts';

/**
 * restoreInto loads a backup into an empty control plane, in one transaction, after the whole file was checked; an older
 * schema is brought up to date. Throws `backup.unreadable`, `backup.target_in_use` and `storage.newer_schema`: nothing was
 * changed then.
 */
export const restoreInto = async (path: string, settings: ControlSettings, log: Log): Promise<BackupContent> => {
  const content = await readBackup(path, { rows: async () => undefined });
  const version = content.header.schema_version;
  if (version > controlSchemaVersion) {
    throw fail('storage.newer_schema', {
      message: `The backup has schema version ${version}; this program knows up to ${controlSchemaVersion}`,
    });
  }
  const control = await openControl(settings, log, version);
  try {
    await inTransaction(control.db, async (tx) => {
      if ((await readSchemaVersion(tx)) !== version) {
        throw fail('backup.target_in_use', {
          message: `The backup has schema version ${version}: restore it into a database that was never started`,
        });
      }
      await clearUnused(tx, content.tables);
      await readBackup(path, {
        rows: (table, columns, rows) => {
          const place = columns.indexOf('key');
          const kept = table === 'settings' ? rows.filter((row) => row[place] !== 'schema_version') : rows;
          return insertRows(tx, table, columns, kept);
        },
      });
      await resumeNumbers(tx, control.engine, content.tables);
    });
  } catch (error) {
    if (error instanceof AppError && error.code === 'storage.unique') {
      throw fail('backup.unreadable', { message: 'Not a whole backup: a row stands in it twice', cause: error });
    }
    throw error;
  } finally {
    await control.close();
  }
  return content;
};
