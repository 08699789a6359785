/**
 * Compares two checkouts: `node bench/compare.ts <folder> <folder> [scenario…] [--rounds N] [--quick]`. Both run their own
 * benchmarks in turns on this machine, and what is printed is the second one's figure over the first one's. Each folder
 * needs its packages installed. Nothing is judged here.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { median, spreadOf } from './figures.ts';
import type { JudgedRow } from './figures.ts';

interface Results {
  readonly scenarios: readonly { readonly name: string; readonly rows: readonly JudgedRow[] }[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, quick: { type: 'boolean', default: false } },
});
const [before = '', after = '', ...names] = positionals;
const rounds = Number(values.rounds);
const checkouts = [resolve(before), resolve(after)] as const;
const missing = checkouts.find((folder) => !existsSync(join(folder, 'bench/run.ts')));
if (before === '' || after === '' || missing !== undefined || !(rounds >= 1)) {
  process.stderr.write(
    `${missing === undefined ? '' : `no benchmarks in ${missing}\n`}usage: node bench/compare.ts <folder before> <folder after> [scenario…] [--rounds N] [--quick]\n`,
  );
  process.exit(2);
}

/** measure runs a checkout's benchmarks and gives the figure of each row: its ratio, or else what was measured. */
const measure = async (folder: string, json: string): Promise<Map<string, number>> => {
  const args = [join(folder, 'bench/run.ts'), ...names, '--report-only', '--json', json];
  const child = spawn(process.execPath, values.quick ? [...args, '--quick'] : args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // A failed scenario leaves its rows out; the others still compare.
  await new Promise<void>((done, failed) => {
    child.once('error', failed);
    child.once('close', () => done());
  });
  const { scenarios } = JSON.parse(readFileSync(json, 'utf8')) as Results;
  return new Map(
    scenarios.flatMap(({ name, rows }) =>
      rows.map((row): [string, number] => [
        `${name}: ${row.label}${row.ratio === null ? ` (${row.measured.unit})` : ' (ratio)'}`,
        row.ratio?.median ?? median(row.measured.values),
      ]),
    ),
  );
};

const folder = mkdtempSync(join(tmpdir(), 'vulngate-compare-'));
const figures = new Map<string, { readonly before: number[]; readonly after: number[] }>();
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const side of ['before', 'after'] as const) {
      process.stderr.write(`\nround ${round + 1} of ${rounds}: ${side}\n`);
      const measured = await measure(checkouts[side === 'before' ? 0 : 1], join(folder, `${side}-${round}.json`));
      for (const [name, figure] of measured) {
        const known = figures.get(name) ?? { before: [], after: [] };
        known[side].push(figure);
        figures.set(name, known);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const three = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–');
const lines = [...figures].map(([name, { before: old, after: fresh }]) => {
  const changes = spreadOf(fresh.flatMap((value, round) => (old[round] === undefined ? [] : [value / old[round]])));
  const change = median(fresh) / median(old);
  const range = changes.lowest === changes.highest ? '' : ` (${three(changes.lowest)}–${three(changes.highest)})`;
  return [name, three(median(old)), three(median(fresh)), `${three(change)}${range}`];
});
const cells = [['row', 'before', 'after', 'after / before'], ...lines];
const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
for (const line of cells) {
  process.stdout.write(
    `${line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  );
}
