import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './figures.ts';
import type { Machine } from './machine.ts';
import type { TableRow } from './table.ts';

/**
 * The figures of the last measurement that was kept, by `<scenario>: <label>`: the ratio, or the measured figure where
 * there is no reference.
 */
export interface Baseline {
  readonly machine: Pick<Machine, 'cpu' | 'cores' | 'system' | 'node' | 'fsyncMs'>;
  readonly rows: Readonly<Record<string, number>>;
}

const path = join(import.meta.dirname, 'baseline.json');

export const readBaseline = (): Baseline | null =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Baseline) : null;

const nameOf = (row: TableRow): string => `${row.scenario}: ${row.label}`;
const figureOf = (row: TableRow): number => row.ratio?.median ?? median(row.measured.values);

/** saveBaseline keeps the figures of this run; rows that were not measured stay as they were. */
export const saveBaseline = (machine: Machine, rows: readonly TableRow[]): void => {
  const figures = rows.map((row): [string, number] => [nameOf(row), Number(figureOf(row).toPrecision(3))]);
  const kept: Baseline = {
    machine: {
      cpu: machine.cpu,
      cores: machine.cores,
      system: machine.system,
      node: machine.node,
      fsyncMs: Number(machine.fsyncMs.toPrecision(3)),
    },
    rows: { ...readBaseline()?.rows, ...Object.fromEntries(figures) },
  };
  writeFileSync(path, `${JSON.stringify(kept, null, 2)}\n`);
};

/** From here on a figure is told to have moved: about what noise does on a quiet machine. */
const movedShare = 0.1;

/** movedLines names the rows whose figure differs from the kept one by more than a tenth. */
export const movedLines = (rows: readonly TableRow[], baseline: Baseline | null): readonly string[] =>
  rows.flatMap((row) => {
    const before = baseline?.rows[nameOf(row)];
    const now = figureOf(row);
    if (before === undefined || before === 0 || Math.abs(now / before - 1) <= movedShare) return [];
    return [`${nameOf(row)}: ${before} in the baseline, ${Number(now.toPrecision(3))} now`];
  });
