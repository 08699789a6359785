import { DatabaseSync } from 'node:sqlite';

/** What SQLite says of a file: problems of its structure (none: empty), and the version number in its header. */
export interface FileVerdict {
  readonly problems: readonly string[];
  readonly userVersion: number;
}

/** checkFile runs SQLite's quick check on a file without writing to it. A file that cannot be read is a problem too. */
export const checkFile = (path: string): FileVerdict => {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    const rows = database
      .prepare('pragma quick_check(5)')
      .all()
      .flatMap((row) => Object.values(row).map(String));
    const version = Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0);
    return { problems: rows.filter((row) => row !== 'ok'), userVersion: version };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)], userVersion: 0 };
  } finally {
    database?.close();
  }
};
