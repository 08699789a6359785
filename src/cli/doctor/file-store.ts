import { DatabaseSync } from 'node:sqlite';

/**
 * checkFile runs SQLite's quick check on a file without writing to it and returns the problems of its structure, at most
 * five. A file that cannot be read is a problem too.
 */
export const checkFile = (path: string): readonly string[] => {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    const rows = database.prepare('pragma quick_check(5)').all();
    return rows.map((row) => String(row['quick_check'])).filter((text) => text !== 'ok');
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    database?.close();
  }
};
