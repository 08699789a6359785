import { importPaths, syncableFeeds, syncFeeds, type SyncProgress } from '../../catalog/index.ts';
import { fail } from '../../kernel/index.ts';
import { createOutbound } from '../../outbound/index.ts';
import { parseArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { writeReport } from '../import-report.ts';
import { createProgress, type ProgressState } from '../progress.ts';
import { byteFigure } from '../table.ts';
import { asProgress, importDeps } from './import.ts';

/** syncCommand fetches the feeds from their configured addresses. Exit code 1 when a feed failed. */
export const syncCommand: Command = {
  name: 'sync',
  summary: 'fetch the feeds from their configured addresses',
  usage: `sync [feed…] [--force] [--data DIR] [--json]

Feeds: ${syncableFeeds.join(', ')}; default: all of them. Only what changed is fetched, except the
first time. A feed that fails keeps its old content.

--force   fetch although nothing changed, and take a feed although it is older or much smaller
--json    print {"sources":[…]} as import does

It may be stopped at any time; the same command goes on.`,
  run: async (context, args) => {
    const { values, positionals } = parseArguments(args, { force: { type: 'boolean' } }, true);
    for (const feed of positionals) {
      if (syncableFeeds.some((known) => known === feed)) continue;
      throw fail('cli.usage', { message: `there is no feed '${feed}'; the feeds are ${syncableFeeds.join(', ')}` });
    }
    const { catalogue, outbound: section } = context.config;
    const startedMs = context.clock.monotonicMs();
    const progress = createProgress(context.json ? null : context.stderr, context.isTty, context.clock);
    const outbound = createOutbound({ config: section, log: context.log, clock: context.clock });
    const deps = importDeps(context);
    try {
      const { report, failed } = await syncFeeds(
        {
          databasePath: catalogue.databasePath,
          feedFolder: catalogue.feedFolder,
          addresses: catalogue.feeds,
          outbound,
          clock: context.clock,
          log: context.log,
          importFiles: async (paths, options) =>
            importPaths(deps, paths, { ...options, onProgress: (state) => progress.show(asProgress(state)) }),
        },
        positionals.length === 0 ? undefined : positionals,
        {
          signal: context.signal,
          force: values.force === true,
          onProgress: (state) => {
            const shown = asLine(state);
            if (shown !== null) progress.show(shown);
          },
        },
      );
      progress.clear();
      writeReport(context, report, (context.clock.monotonicMs() - startedMs) / 1000);
      return failed.length > 0 ? 1 : 0;
    } finally {
      progress.clear();
      await outbound.close();
    }
  },
};

const asLine = (state: SyncProgress): ProgressState | null => {
  if (state.stage === 'import') return null;
  if (state.stage === 'records') {
    return {
      label: `${state.feed}: changed records`,
      done: state.done,
      total: state.total,
      items: state.done,
      note: '',
    };
  }
  return {
    label: `${state.feed}: download`,
    done: state.doneBytes,
    total: state.totalBytes,
    items: null,
    note: `${byteFigure(state.doneBytes)}${state.totalBytes === null ? '' : ` of ${byteFigure(state.totalBytes)}`}`,
  };
};
