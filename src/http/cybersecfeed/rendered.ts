import { textTag } from '../entity-tag.ts';
import { recordKey } from '../record-key.ts';
import { wireText } from '../wire-text.ts';
import type { CatalogReads } from './reads.ts';
import { everything, recordText } from './record-text.ts';

/** A whole record as JSON, and the revision it shows. */
export interface Rendered {
  /** The catalogue's version that it was last found to hold at. */
  version: number;
  readonly revision: number;
  readonly epssDate: string | null;
  /** A wire text. */
  readonly wire: string;
  readonly tag: string;
}

export interface RenderedRecords {
  /** recall returns the text from memory, or null. */
  recall(cveId: string, epssDate: string | null): Rendered | null;
  /** render reads the record and remembers its text. Null when there is no such record. */
  render(cveId: string, epssDate: string | null): Rendered | null;
}

const entriesMax = 2048;
const bytesMax = 32_768;

/**
 * createRendered remembers the texts of whole records. The catalogue is asked for its version every time, and for the
 * record's revision when that has moved, which is several times cheaper than reading the record: a remembered text is never
 * older than the record. At most 2,048 texts of at most 32 KiB are kept; the oldest goes first.
 */
export const createRendered = (catalog: Pick<CatalogReads, 'find' | 'revisionOf' | 'version'>): RenderedRecords => {
  const remembered = new Map<number | string, Rendered>();
  const recall: RenderedRecords['recall'] = (cveId, epssDate) => {
    const known = remembered.get(recordKey(cveId));
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
      remembered.delete(recordKey(cveId));
      return null;
    }
    const { revision } = record;
    const text = recordText(record, epssDate, everything);
    const wire = wireText(text);
    // Of what it shows: a revision is a number of this catalogue alone, and another node's or a rebuilt one counts anew.
    const rendered = { version, revision, epssDate, wire, tag: textTag(text) };
    if (wire.length <= bytesMax) {
      const oldest = remembered.size >= entriesMax ? remembered.keys().next().value : undefined;
      if (oldest !== undefined) remembered.delete(oldest);
      remembered.set(recordKey(cveId), rendered);
    }
    return rendered;
  };
  return { recall, render };
};
