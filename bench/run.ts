/**
 * `npm run bench`: measures every promise about speed against a reference in the same run. bench/README.md says how to
 * read the table. Exit code 1 when a bound is broken, a scenario fails, or a name is unknown.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { realData } from '../test/support/real-data.ts';
import { movedLines, readBaseline, saveBaseline } from './baseline.ts';
import { killAll } from './child.ts';
import { judge } from './figures.ts';
import { describeMachine, machineLines } from './machine.ts';
import { scenarios } from './registry.ts';
import type { Context, Outcome, Scenario } from './scenario.ts';
import { tableText, type TableRow } from './table.ts';

const usage = `usage: npm run bench -- [scenario…] [--quick] [--json FILE] [--report-only] [--save-baseline] [--work DIR]

scenarios: ${scenarios.map(({ name }) => name).join(', ')}
--quick          fewer and shorter rounds: to see that it works, not to compare
--json FILE      where the results go (default: bench/results/<time>.json)
--report-only    exit 0 although a bound is broken
--save-baseline  keep the figures in bench/baseline.json
--work DIR       where to work and to keep built catalogues (default: the folder for temporary files)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    'report-only': { type: 'boolean', default: false },
    'save-baseline': { type: 'boolean', default: false },
    work: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (values.help || unknown.length > 0) {
  say(unknown.length > 0 ? `unknown scenario: ${unknown.join(', ')}\n\n${usage}` : usage);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const work = resolve(values.work ?? tmpdir());
const cacheFolder = join(work, 'vulngate-bench');
mkdirSync(cacheFolder, { recursive: true });
const runFolder = mkdtempSync(join(cacheFolder, 'run-'));
type Undo = () => Promise<void> | void;

/** What the running scenario has started and written, in that order. */
let undo: Undo[] = [];

const undoAll = async (): Promise<void> => {
  const steps = undo.toReversed();
  undo = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      say(`  not cleaned up: ${String(error)}`);
    }
  }
};

const abandon = async (): Promise<void> => {
  killAll();
  await undoAll();
  rmSync(runFolder, { recursive: true, force: true });
  process.exit(130);
};
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void abandon());

interface Finished {
  readonly scenario: Scenario;
  readonly outcome: Outcome | { readonly kind: 'failed'; readonly reason: string };
}

const runOne = async (scenario: Scenario): Promise<Finished> => {
  const folder = join(runFolder, scenario.name);
  mkdirSync(folder);
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const context: Context = {
    quick: values.quick,
    rounds: values.quick ? 2 : 5,
    turns: values.quick ? 2 : 16,
    loadSeconds: values.quick ? 1 : 1.2,
    folder,
    cacheFolder,
    data: realData(),
    say: (text) => say(`  ${text}`),
    cleanup: (step) => void undo.push(step),
  };
  say(`${scenario.name}: ${scenario.question}`);
  try {
    return { scenario, outcome: await scenario.run(context) };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(`  failed: ${reason}`);
    return { scenario, outcome: { kind: 'failed', reason } };
  } finally {
    await undoAll();
  }
};

const machine = describeMachine(runFolder);
for (const line of machineLines(machine)) say(line);
const finished: Finished[] = [];
for (const scenario of scenarios) {
  if (positionals.length === 0 || positionals.includes(scenario.name)) finished.push(await runOne(scenario));
}
rmSync(runFolder, { recursive: true, force: true });

const rows: TableRow[] = finished.flatMap(({ scenario, outcome }) =>
  outcome.kind === 'measured' ? outcome.rows.map((row) => ({ ...judge(row), scenario: scenario.name })) : [],
);
const broken = rows.filter(({ ok }) => ok === false);
const failed = finished.filter(({ outcome }) => outcome.kind === 'failed');

process.stdout.write(`\n${machineLines(machine).join('\n')}\n\n${tableText(rows)}\n`);
for (const { scenario, outcome } of finished) {
  const lines = outcome.kind === 'measured' ? outcome.notes : [`${outcome.kind}: ${outcome.reason.split('\n', 1)[0]}`];
  process.stdout.write(`${scenario.name}\n${lines.map((line) => `  ${line}\n`).join('')}`);
}
const moved = movedLines(rows, readBaseline());
if (moved.length > 0)
  process.stdout.write(`\nmoved from the baseline:\n${moved.map((line) => `  ${line}\n`).join('')}`);
if (values.quick) process.stdout.write('\n--quick: these figures show that it works; they are too few to compare\n');

const at = new Date().toISOString();
const json = resolve(values.json ?? join(import.meta.dirname, 'results', `${at.replaceAll(':', '')}.json`));
mkdirSync(dirname(json), { recursive: true });
const results = finished.map(({ scenario, outcome }) => ({
  name: scenario.name,
  question: scenario.question,
  reference: scenario.reference,
  bound: scenario.bound,
  kind: outcome.kind,
  ...(outcome.kind === 'measured' ? { notes: outcome.notes } : { reason: outcome.reason }),
  rows: rows.filter((row) => row.scenario === scenario.name),
}));
writeFileSync(json, `${JSON.stringify({ at, quick: values.quick, machine, scenarios: results }, null, 2)}\n`);
if (values['save-baseline']) saveBaseline(machine, rows);

process.stdout.write(
  `\n${rows.filter(({ ok }) => ok === true).length} bounds hold, ${broken.length} broken, ${failed.length} scenarios failed\n`,
);
process.exitCode = failed.length > 0 || (broken.length > 0 && !values['report-only']) ? 1 : 0;
