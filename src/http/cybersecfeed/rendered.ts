import type { CatalogReads } from './reads.ts';
import { everything, recordText } from './record-text.ts';

/** A whole record as JSON, and the revision it shows. */
export interface Rendered {
  /** The catalogue's version that it was last found to hold at. */
  version: number;
  readonly revision: number;
  readonly epssDate: string | null;
  readonly text: string;
}

const entriesMax = 2048;
const charactersMax = 32_768;

/**
 * createRendered remembers the texts of whole records. The catalogue is asked for its version every time, and for the
 * record's revision when that has moved, which is several times cheaper than reading the record: a remembered text is never
 * older than the record. At most 2,048 texts of at most 32 Ki characters are kept; the oldest goes first.
 */
export const createRendered = (
  catalog: Pick<CatalogReads, 'find' | 'revisionOf' | 'version'>,
): ((cveId: string, epssDate: string | null) => Rendered | null) => {
  const remembered = new Map<string, Rendered>();
  return (cveId, epssDate) => {
    const known = remembered.get(cveId);
    const version = catalog.version();
    if (known !== undefined && known.epssDate === epssDate) {
      if (known.version === version) return known;
      if (known.revision === catalog.revisionOf(cveId)) {
        known.version = version;
        return known;
      }
    }
    const record = catalog.find(cveId);
    if (record === null) {
      remembered.delete(cveId);
      return null;
    }
    // A text joined from pieces is put together anew at every use; through a buffer it becomes one piece.
    const text = Buffer.from(recordText(record, epssDate, everything)).toString();
    const rendered = { version, revision: record.revision, epssDate, text };
    if (text.length <= charactersMax) {
      const oldest = remembered.size >= entriesMax ? remembered.keys().next().value : undefined;
      if (oldest !== undefined) remembered.delete(oldest);
      remembered.set(cveId, rendered);
    }
    return rendered;
  };
};
