import type { CatalogReads } from './reads.ts';
import { everything, recordText } from './record-text.ts';

/** A whole record as JSON, and the revision it shows. */
export interface Rendered {
  /** The catalogue's version that it was last found to hold at. */
  version: number;
  readonly revision: number;
  readonly epssDate: string | null;
  readonly text: string;
  /** Length of the text in UTF-8. */
  readonly bytes: number;
}

export interface RenderedRecords {
  /** recall returns the text from memory, or null. */
  recall(cveId: string, epssDate: string | null): Rendered | null;
  /** render reads the record and remembers its text. Null when there is no such record. */
  render(cveId: string, epssDate: string | null): Rendered | null;
}

const entriesMax = 2048;
const charactersMax = 32_768;

/**
 * createRendered remembers the texts of whole records. The catalogue is asked for its version every time, and for the
 * record's revision when that has moved, which is several times cheaper than reading the record: a remembered text is never
 * older than the record. At most 2,048 texts of at most 32 Ki characters are kept; the oldest goes first.
 */
export const createRendered = (catalog: Pick<CatalogReads, 'find' | 'revisionOf' | 'version'>): RenderedRecords => {
  const remembered = new Map<string, Rendered>();
  const recall: RenderedRecords['recall'] = (cveId, epssDate) => {
    const known = remembered.get(cveId);
    if (known === undefined || known.epssDate !== epssDate) return null;
    const version = catalog.version();
    if (known.version === version) return known;
    if (known.revision !== catalog.revisionOf(cveId)) return null;
    known.version = version;
    return known;
  };
  const render: RenderedRecords['render'] = (cveId, epssDate) => {
    // Read before the record: a commit in between makes the text newer than its version, never older.
    const version = catalog.version();
    const record = catalog.find(cveId);
    if (record === null) {
      remembered.delete(cveId);
      return null;
    }
    // A text joined from pieces is put together anew at every use; through a buffer it becomes one piece.
    const bytes = Buffer.from(recordText(record, epssDate, everything));
    const text = bytes.toString();
    const rendered = { version, revision: record.revision, epssDate, text, bytes: bytes.length };
    if (text.length <= charactersMax) {
      const oldest = remembered.size >= entriesMax ? remembered.keys().next().value : undefined;
      if (oldest !== undefined) remembered.delete(oldest);
      remembered.set(cveId, rendered);
    }
    return rendered;
  };
  return { recall, render };
};
