import { DatabaseSync } from 'node:sqlite';

export interface StoredDocuments {
  /** find returns hash and time of the CVE List's stored document of a CVE, or null. */
  readonly find: (cveId: string) => { readonly hash: Uint8Array; readonly updatedMs: number | null } | null;
  readonly close: () => void;
}

/** openStoredDocuments reads committed documents beside the writer. On an empty catalogue it asks nothing. */
export const openStoredDocuments = (databasePath: string): StoredDocuments => {
  const db = new DatabaseSync(databasePath, { readOnly: true });
  db.exec('pragma cache_size = -32000');
  const empty = db.prepare('select 1 from document limit 1').get() === undefined;
  const statement = db.prepare(
    'select d.hash, d.updated_ms from record r join document d on d.record_id = r.id and d.source = 1 where r.cve_id = ?',
  );
  return {
    find: (cveId) => {
      if (empty) return null;
      const row = statement.get(cveId);
      const hash = row?.['hash'];
      const updatedMs = row?.['updated_ms'];
      return hash instanceof Uint8Array ? { hash, updatedMs: typeof updatedMs === 'number' ? updatedMs : null } : null;
    },
    close: () => db.close(),
  };
};
