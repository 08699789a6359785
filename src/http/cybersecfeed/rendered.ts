import type { CatalogReads } from './reads.ts';
import { everything, recordText } from './record-text.ts';

/** A whole record as JSON, and the revision it shows. */
export interface Rendered {
  readonly revision: number;
  readonly epssDate: string | null;
  readonly text: string;
}

const entriesMax = 2048;
const charactersMax = 32_768;

/**
 * createRendered remembers the texts of whole records. The catalogue is asked for the revision every time, which is several
 * times cheaper than reading the record, so a remembered text is never older than the record. At most 2,048 texts of at
 * most 32 Ki characters are kept; the oldest goes first.
 */
export const createRendered = (
  catalog: Pick<CatalogReads, 'find' | 'revisionOf'>,
): ((cveId: string, epssDate: string | null) => Rendered | null) => {
  const remembered = new Map<string, Rendered>();
  return (cveId, epssDate) => {
    const known = remembered.get(cveId);
    if (known !== undefined && known.epssDate === epssDate && known.revision === catalog.revisionOf(cveId))
      return known;
    const record = catalog.find(cveId);
    if (record === null) {
      remembered.delete(cveId);
      return null;
    }
    // A text joined from pieces is put together anew at every use; through a buffer it becomes one piece.
    const text = Buffer.from(recordText(record, epssDate, everything)).toString();
    const rendered = { revision: record.revision, epssDate, text };
    if (text.length <= charactersMax) {
      const oldest = remembered.size >= entriesMax ? remembered.keys().next().value : undefined;
      if (oldest !== undefined) remembered.delete(oldest);
      remembered.set(cveId, rendered);
    }
    return rendered;
  };
};
