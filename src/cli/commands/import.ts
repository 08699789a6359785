import { mkdirSync } from 'node:fs';
import { importPaths, type ImportProgress } from '../../catalog/index.ts';
import { fail } from '../../kernel/index.ts';
import { makeDataFolder } from '../../parts.ts';
import { parseArguments } from '../arguments.ts';
import type { Command, CommandContext } from '../command.ts';
import { writeReport } from '../import-report.ts';
import { createProgress, type ProgressState } from '../progress.ts';

/** importCommand loads files and folders into the catalogue. Exit code 1 when a source failed as a whole. */
export const importCommand: Command = {
  name: 'import',
  summary: 'load files or folders of CVE records, KEV or EPSS into the catalogue',
  usage: `import <file|folder>… [--force] [--data DIR] [--json]

Takes the CVE List (release zip, delta zip, folder, NDJSON, NDJSON.gz or one record), the KEV
catalogue (JSON) and EPSS scores (CSV), each also gzipped. What a file is, is seen from its content.

--force   take a feed although it is older or much smaller than what is stored
--json    print {"sources":[{path,kind,read,inserted,updated,unchanged,skipped,errors}]} only

While it runs it shows how much is read, how fast, and what was inserted (+), updated (~),
unchanged (=) and skipped (!). It may be stopped at any time; the same command goes on. It works
while the server runs.`,
  run: async (context, args) => {
    const { values, positionals } = parseArguments(args, { force: { type: 'boolean' } }, true);
    if (positionals.length === 0) throw fail('cli.usage', { message: 'name at least one file or folder' });
    const startedMs = context.clock.monotonicMs();
    const progress = createProgress(context.json ? null : context.stderr, context.isTty, context.clock);
    try {
      const report = await importPaths(importDeps(context), positionals, {
        signal: context.signal,
        force: values.force === true,
        onProgress: (state) => progress.show(asProgress(state)),
      });
      progress.clear();
      writeReport(context, report, (context.clock.monotonicMs() - startedMs) / 1000);
      // A stopped import ends with its report all the same, which was shown above.
      context.signal.throwIfAborted();
      return report.sources.some((source) => source.failure !== undefined) ? 1 : 0;
    } finally {
      progress.clear();
    }
  },
};

/** importDeps are the deps of `importPaths` for the configured data folder, which is made when it is missing. */
export const importDeps = (context: CommandContext): Parameters<typeof importPaths>[0] => {
  const { catalogue, dataFolder } = context.config;
  makeDataFolder(dataFolder);
  mkdirSync(catalogue.tempFolder, { recursive: true });
  return {
    databasePath: catalogue.databasePath,
    tempFolder: catalogue.tempFolder,
    clock: context.clock,
    log: context.log,
  };
};

/** asProgress shows an import's state: percentage by bytes, rate by items. */
export const asProgress = (state: ImportProgress): ProgressState => ({
  label: state.path.split(/[\\/]/).at(-1) ?? state.path,
  done: state.bytesDone,
  total: state.bytesTotal,
  items: state.read,
  note: `+${state.inserted} ~${state.updated} =${state.unchanged} !${state.skipped}`,
});
