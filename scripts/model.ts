/**
 * The long run of the credential model: `node scripts/model.ts [--steps N] [--seed S] [--burst N] [--world N]`.
 *
 * Random sequences of issuing, using, rotating, re-scoping, suspending, plans, members and time, on two nodes of one
 * database, each outcome compared with an independent model. It goes from world to world, so that memory and files stay
 * small however many steps there are; `--world N` runs the one world of which a difference was reported.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runModel } from '../test/model/model-run.ts';

const stepsOfWorld = 10_000;

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { steps: text, seed: text, burst: text, world: text } });
const whole = (name: string, given: string): number => {
  if (/^[1-9]\d{0,11}$/.test(given)) return Number(given);
  throw new Error(`--${name} needs a whole number, not '${given}'`);
};
const steps = whole('steps', values.steps ?? '1000000');
const burstMax = whole('burst', values.burst ?? '48');
const seed = values.seed ?? String(Date.now() % 1_000_000_000);
const only = values.world === undefined ? null : whole('world', values.world);

const startedMs = performance.now();
const outcomes = new Map<string, number>();
let [done, changes, clockMoves, differences, worlds] = [0, 0, 0, 0, 0];

const seconds = (): number => (performance.now() - startedMs) / 1000;
const figures = (): string =>
  [
    `${done} steps (${changes} changes, ${clockMoves} moves of the clock) in ${worlds} worlds`,
    `${Math.round(done / seconds())} steps/s`,
    `${Math.round(process.memoryUsage.rss() / 1_048_576)} MB`,
    `seed ${seed}`,
    `${differences} differences`,
  ].join(', ');

for (let world = only ?? 1; done < steps && (only === null || world === only); world += 1) {
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-model-'));
  try {
    const report = await runModel(
      { engine: 'sqlite', path: join(folder, 'control.db') },
      {
        seed: `${seed}/${world}`,
        steps: only === null ? Math.min(stepsOfWorld, steps - done) : stepsOfWorld,
        burstMax,
      },
    );
    worlds += 1;
    done += report.steps;
    changes += report.changes;
    clockMoves += report.clockMoves;
    for (const [outcome, count] of report.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
    if (report.difference !== null) {
      differences += 1;
      process.stdout.write(`\nDIFFERENCE in world ${world}: ${report.difference}\n\n`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  if (worlds % 10 === 0) process.stdout.write(`${figures()}\n`);
}

for (const [outcome, count] of [...outcomes].toSorted(([, a], [, b]) => b - a)) {
  process.stdout.write(`${String(count).padStart(9)}  ${outcome}\n`);
}
process.stdout.write(`${figures()}\n`);
process.exitCode = differences === 0 ? 0 : 1;
