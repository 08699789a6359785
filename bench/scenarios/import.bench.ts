import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { corpusOf, noCorpus } from '../corpus.ts';
import type { BareImport } from '../processes/bare-import.ts';
import { runImport, runMeasured, type ImportedSource } from '../program.ts';
import { atMost, type Context, type Scenario } from '../scenario.ts';

const mebibyte = 1024 * 1024;

const total = (sources: readonly ImportedSource[], count: 'read' | 'inserted' | 'updated' | 'unchanged' | 'skipped') =>
  sources.reduce((sum, source) => sum + source[count], 0);

/** Reads every file once, so that no run pays for the disk and the next one does not. */
const warm = (folder: string): void => {
  for (const name of readdirSync(folder)) readFileSync(join(folder, name));
};

const sizeMiB = (path: string): number => statSync(path).size / mebibyte;

const importOnce = async (context: Context, recordFolder: string) => {
  const folder = join(context.folder, 'imported');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const first = await runImport(folder, [recordFolder]);
  const again = await runImport(folder, [recordFolder]);
  const read = total(first.sources, 'read');
  if (total(again.sources, 'unchanged') + total(again.sources, 'skipped') !== read) {
    throw new Error(`the second import changed something: ${JSON.stringify(again.sources)}`);
  }
  return { first, again, read, databaseMiB: sizeMiB(join(folder, 'catalog.db')) };
};

const referenceOnce = async (context: Context, recordFolder: string) => {
  const path = join(context.folder, 'bare.db');
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  const finished = await runMeasured('bench/processes/bare-import.ts', [recordFolder, path]);
  const { records } = JSON.parse(finished.output) as BareImport;
  return { ...finished, records, databaseMiB: sizeMiB(path) };
};

export const importCorpus: Scenario = {
  name: 'import',
  question: 'What does a whole CVE List cost to take in: read, normalised, indexed and logged?',
  reference: 'a process that reads, gunzips, parses and inserts each record bare',
  bound: '≤ 2.5 × its time; peak memory ≤ 700 MB',
  run: async (context) => {
    if (context.data === null) return noCorpus;
    const { recordFolder } = corpusOf(context.data);
    warm(recordFolder);
    const rounds = context.quick ? 1 : 3;
    const runs: Awaited<ReturnType<typeof importOnce>>[] = [];
    const bare: Awaited<ReturnType<typeof referenceOnce>>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      context.say(`round ${round + 1} of ${rounds}`);
      runs.push(await importOnce(context, recordFolder));
      bare.push(await referenceOnce(context, recordFolder));
    }
    const [run] = runs;
    const [other] = bare;
    if (run === undefined || other === undefined) throw new Error('nothing was measured');
    if (run.read !== other.records) throw new Error(`${run.read} records read, but there are ${other.records}`);
    const seconds = (values: readonly number[]) => ({ unit: 's', values }) as const;
    const memory = (values: readonly number[]) =>
      ({ unit: 'MB', values: values.map((bytes) => bytes / mebibyte) }) as const;
    const bareSeconds = seconds(bare.map((each) => each.seconds));
    const perSecond = (each: { readonly seconds: number }) => run.read / each.seconds;
    return {
      kind: 'measured',
      rows: [
        {
          label: 'time',
          measured: seconds(runs.map(({ first }) => first.seconds)),
          reference: bareSeconds,
          bound: atMost(2.5),
        },
        {
          label: 'peak memory',
          measured: memory(runs.map(({ first }) => first.maxRssBytes)),
          reference: memory(bare.map(({ maxRssBytes }) => maxRssBytes)),
          bound: atMost(700, 'measured'),
        },
        {
          label: 'rate',
          measured: { unit: 'records/s', values: runs.map(({ first }) => perSecond(first)) },
          reference: { unit: 'records/s', values: bare.map(perSecond) },
          bound: null,
        },
        {
          label: 'CPU time',
          measured: seconds(runs.map(({ first }) => first.cpuSeconds)),
          reference: seconds(bare.map(({ cpuSeconds }) => cpuSeconds)),
          bound: null,
        },
        {
          label: 'again, unchanged',
          measured: seconds(runs.map(({ again }) => again.seconds)),
          reference: bareSeconds,
          bound: null,
        },
      ],
      notes: [
        `${run.read} records: ${total(run.first.sources, 'inserted')} inserted, ${total(run.first.sources, 'updated')} updated, ${total(run.first.sources, 'unchanged')} unchanged, ${total(run.first.sources, 'skipped')} skipped`,
        `database ${run.databaseMiB.toFixed(0)} MB; the reference’s, uncompressed and without indexes, ${other.databaseMiB.toFixed(0)} MB`,
      ],
    };
  },
};
