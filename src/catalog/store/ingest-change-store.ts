import type { DatabaseSync } from 'node:sqlite';
import type { FieldChanges } from '../ingest/record-changes.ts';

export type ChangeKind = 'created' | 'updated' | 'rejected' | 'kev' | 'epss';

/** Appends to the change log; the returned number is the record's new revision. */
export type ChangeLog = (recordId: number, atMs: number, kind: ChangeKind, fields: FieldChanges) => number;

export const createChangeLog = (db: DatabaseSync): ChangeLog => {
  const add = db.prepare('insert into change (record_id, at_ms, kind, fields) values (?, ?, ?, ?)');
  return (recordId, atMs, kind, fields) =>
    Number(add.run(recordId, atMs, kind, kind === 'created' ? '{}' : JSON.stringify(fields)).lastInsertRowid);
};
