import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { root } from './child.ts';
import { programVersion, runImport } from './program.ts';
import type { Context, Outcome } from './scenario.ts';
import { realDataHint } from '../test/support/real-data.ts';

/** noCorpus is the outcome of a scenario that needs the real records where there are none. */
export const noCorpus: Outcome = { kind: 'skipped', reason: realDataHint };

const newest = (folder: string, pattern: RegExp): string => {
  const name = readdirSync(folder)
    .filter((file) => pattern.test(file))
    .toSorted()
    .at(-1);
  if (name === undefined) throw new Error(`no file like ${pattern.source} in ${folder}`);
  return join(folder, name);
};

export interface Corpus {
  readonly recordFolder: string;
  readonly kev: string;
  readonly epss: string;
}

export const corpusOf = (data: string): Corpus => ({
  recordFolder: join(data, 'cve5'),
  kev: newest(join(data, 'kev'), /^known_exploited_vulnerabilities-.*\.json\.gz$/),
  epss: newest(join(data, 'epss'), /^epss_scores-.*\.csv\.gz$/),
});

/** What the built catalogue depends on: the program's version, its catalogue code, and the size of every source. */
const keyOf = ({ recordFolder, kev, epss }: Corpus): string => {
  const sources = [
    ...readdirSync(recordFolder)
      .toSorted()
      .map((name) => join(recordFolder, name)),
    kev,
    epss,
  ];
  const hash = createHash('sha256').update(programVersion());
  for (const path of sources) hash.update(`\n${path} ${statSync(path).size}`);
  const code = globSync('src/catalog/**/*.ts', { cwd: root }).filter((file) => !/\.(test|suite)\.ts$/.test(file));
  for (const file of code.toSorted()) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 16);
};

/** Built catalogues that are kept, so that two revisions can be compared without building anew each time. */
const catalogueCount = 3;

const dropOld = (folder: string): void => {
  const names = readdirSync(folder).filter((name) => name.startsWith('catalogue-'));
  const byAge = names.map((name) => ({ path: join(folder, name), builtMs: statSync(join(folder, name)).mtimeMs }));
  for (const { path } of byAge.toSorted((a, b) => b.builtMs - a.builtMs).slice(catalogueCount)) {
    rmSync(path, { recursive: true, force: true });
  }
};

/** One catalogue a run, although somebody may change the code meanwhile. */
const builtInRun = new Map<string, string>();

/** cataloguePath is a catalogue with the whole corpus, built by the real import once and kept between runs. Read only. */
export const cataloguePath = async (context: Context, data: string): Promise<string> => {
  const known = builtInRun.get(data);
  if (known !== undefined) return known;
  const path = await buildCatalogue(context, data);
  builtInRun.set(data, path);
  return path;
};

const buildCatalogue = async (context: Context, data: string): Promise<string> => {
  const corpus = corpusOf(data);
  const folder = join(context.cacheFolder, `catalogue-${keyOf(corpus)}`);
  const path = join(folder, 'catalog.db');
  if (existsSync(path)) return path;
  context.say('building the catalogue from the whole corpus, once');
  const draft = `${folder}.building-${process.pid}`;
  context.cleanup(() => rmSync(draft, { recursive: true, force: true }));
  mkdirSync(draft, { recursive: true });
  const { sources } = await runImport(draft, [corpus.recordFolder, corpus.kev, corpus.epss]);
  if (sources.some(({ read }) => read === 0)) throw new Error(`a source was empty: ${JSON.stringify(sources)}`);
  // Everything into the one file, so that readers need no write-ahead log of another run.
  const database = new DatabaseSync(join(draft, 'catalog.db'));
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  renameSync(draft, folder);
  dropOld(context.cacheFolder);
  return path;
};

/** dataFolder makes a data folder around the built catalogue, which several servers may read at once. */
export const dataFolder = async (context: Context, data: string, name: string): Promise<string> => {
  const path = await cataloguePath(context, data);
  const folder = join(context.folder, name);
  mkdirSync(folder, { recursive: true });
  symlinkSync(path, join(folder, 'catalog.db'));
  return folder;
};

/** sampleIds picks published records, evenly over the catalogue: small and large, old and new. */
export const sampleIds = (databasePath: string, count: number): readonly string[] => {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    const rows = database.prepare('select cve_id from record where state = 0 order by cve_id').all();
    const step = rows.length / count;
    const picked = Array.from({ length: count }, (_, index) => rows[Math.floor(index * step)]);
    return [...new Set(picked.map((row) => String(row?.['cve_id'] ?? '')))].filter((id) => id !== '');
  } finally {
    database.close();
  }
};
