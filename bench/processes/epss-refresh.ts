/**
 * Imports one file into a catalogue as the program does, and prints how long that took without the start of the process.
 * Arguments: the data folder, the file.
 */
import { mkdirSync } from 'node:fs';
import { importPaths } from '../../src/catalog/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { silentLog, systemClock } from '../../src/kernel/index.ts';
import type { ImportedSource } from '../program.ts';

export interface TimedImport {
  readonly seconds: number;
  readonly source: ImportedSource;
}

const [folder = '', file = ''] = process.argv.slice(2);
const { catalogue } = loadConfig({ env: {}, overrides: { data: folder } });
mkdirSync(catalogue.tempFolder, { recursive: true });
const startedMs = performance.now();
const { sources } = await importPaths(
  { databasePath: catalogue.databasePath, tempFolder: catalogue.tempFolder, clock: systemClock, log: silentLog },
  [file],
);
const seconds = (performance.now() - startedMs) / 1000;
const [source] = sources;
if (source?.failure !== undefined || source === undefined) throw new Error(source?.failure ?? 'nothing was imported');
const timed: TimedImport = { seconds, source };
process.stdout.write(`${JSON.stringify(timed)}\n`);
