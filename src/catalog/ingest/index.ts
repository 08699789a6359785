/**
 * Ingest: takes files and folders of feeds into the catalogue.
 *
 * Owns the order of work (a reading thread that unpacks, parses, normalises and packs; a writing side with one
 * transaction open at a time), the rules of replacement (equal hash: unchanged; older: never replaces newer; starter:
 * never replaces real), the refusal of old, empty and shrunken feeds, and the report. Owns no feed format and no network.
 *
 * Invariants: one import at a time a catalogue; an import killed at any moment leaves a catalogue that opens, and running
 * it again continues; every change of a record has a row in the change log, whose number is the record's revision.
 *
 * It fails by throwing `catalog.ingest_running` or `storage.…`. A feed that is damaged or refused is no exception: its
 * source in the report carries `failure`, and each item left out is named.
 */
export { importPaths, loadStarter, type ImportDeps, type ImportOptions, type ImportProgress } from './import.ts';
