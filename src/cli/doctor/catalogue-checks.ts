import { existsSync, statSync } from 'node:fs';
import { openCatalog, type FeedState } from '../../catalog/index.ts';
import type { CommandContext } from '../command.ts';
import { byteFigure, figure } from '../table.ts';
import type { Check, Finding } from './check.ts';
import { checkFile } from './file-store.ts';

const hourMs = 3_600_000;
/** How old the content of a feed may become before it is worth a warning. */
const lagMsMax: Readonly<Record<string, number>> = {
  'cve-list': 48 * hourMs,
  kev: 21 * 24 * hourMs,
  epss: 72 * hourMs,
};

const databaseCheck: Check = {
  name: 'catalogue',
  isInFolder: () => true,
  run: async (context) => {
    const path = context.config.catalogue.databasePath;
    if (!existsSync(path))
      return { status: 'ok', message: 'no catalogue yet; the first start, import or sync makes it' };
    const problems = checkFile(path);
    if (problems.length > 0) {
      return {
        status: 'failed',
        message: `${path}: ${problems.join('; ')}`,
        help: 'Delete the file and run sync or import: the catalogue is rebuilt from its feeds.',
      };
    }
    return withFeedStates(context, () => ({
      status: 'ok',
      message: `${path}, ${byteFigure(statSync(path).size)}`,
      facts: { bytes: statSync(path).size },
    }));
  },
};

const withFeedStates = async (
  context: CommandContext,
  look: (states: readonly FeedState[]) => Finding,
): Promise<Finding> => {
  const { config, clock, log } = context;
  const catalog = openCatalog({ databasePath: config.catalogue.databasePath, clock, log });
  try {
    return look(catalog.feedStates());
  } finally {
    await catalog.close();
  }
};

const feedCheck = (feed: string, title: string): Check => ({
  name: `feed ${feed}`,
  isInFolder: () => true,
  run: async (context) => {
    const help = `Run: vulngate sync ${feed}`;
    if (!existsSync(context.config.catalogue.databasePath))
      return { status: 'warning', message: `${title}: not loaded yet`, help };
    return withFeedStates(context, (states) => {
      const state = states.find((each) => each.feed === feed);
      return state === undefined || (state.succeededMs === null && state.error === null)
        ? { status: 'warning', message: `${title}: not loaded yet`, help }
        : feedFinding(state, title, context.clock.nowMs(), help);
    });
  },
});

const feedFinding = (state: FeedState, title: string, nowMs: number, help: string): Finding => {
  const { feed, attemptedMs, succeededMs, dataMs, records, inserted, updated, unchanged, skipped, error } = state;
  const lagMs = dataMs === null ? null : Math.max(0, nowMs - dataMs);
  const facts = { attemptedMs, succeededMs, dataMs, lagMs, records, inserted, updated, unchanged, skipped, error };
  if (error !== null) {
    const last = succeededMs === null ? 'never' : timeText(succeededMs);
    return { status: 'warning', message: `${title}: last try failed (${error}); last success ${last}`, help, facts };
  }
  const counts = `${figure(records ?? 0)} items, ${figure(skipped ?? 0)} skipped`;
  const age = lagMs === null ? '' : `, content of ${timeText(nowMs - lagMs)} (${ageText(lagMs)} old)`;
  const message = `${title}: ${counts}; last success ${succeededMs === null ? 'never' : timeText(succeededMs)}${age}`;
  const isOld = lagMs !== null && lagMs > (lagMsMax[feed] ?? Number.POSITIVE_INFINITY);
  return isOld ? { status: 'warning', message, help, facts } : { status: 'ok', message, facts };
};

const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

const ageText = (ms: number): string =>
  ms < 48 * hourMs ? `${Math.floor(ms / hourMs)} h` : `${Math.floor(ms / (24 * hourMs))} d`;

/** catalogueChecks look at the catalogue's file and at each feed. */
export const catalogueChecks: readonly Check[] = [
  databaseCheck,
  feedCheck('cve-list', 'CVE List'),
  feedCheck('kev', 'KEV'),
  feedCheck('epss', 'EPSS'),
];
