import type { JudgedRow, Spread } from './figures.ts';
import { spreadOf } from './figures.ts';
import type { Bound, Series, Unit } from './scenario.ts';

/** A row of the table with the scenario it belongs to. */
export interface TableRow extends JudgedRow {
  readonly scenario: string;
}

const digits = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
};

/** figureText shows a median and, when there were several rounds, their range in percent of it. */
export const figureText = (series: Series | null): string => {
  if (series === null) return '';
  const spread = spreadOf(series.values);
  return `${digits(spread.median)} ${series.unit}${rangeText(spread, series.values.length)}`;
};

const rangeText = ({ median, lowest, highest }: Spread, rounds: number): string => {
  if (rounds < 2 || median === 0) return '';
  const percent = (value: number): string => `${Math.round((value / median - 1) * 100)}`;
  return ` (${percent(lowest)}…+${percent(highest)} %)`;
};

const ratioText = (ratio: Spread | null): string =>
  ratio === null ? '' : `${ratio.median.toFixed(2)} (${ratio.lowest.toFixed(2)}–${ratio.highest.toFixed(2)})`;

const boundText = (bound: Bound | null, unit: Unit): string => {
  if (bound === null) return '';
  const sign = bound.kind === 'at-least' ? '≥' : '≤';
  return bound.of === 'ratio' ? `${sign} ${bound.value}` : `${sign} ${bound.value} ${unit}`;
};

const okText = (ok: boolean | null): string => (ok === null ? '' : ok ? 'ok' : 'BROKEN');

/** tableText lays the rows out in columns: scenario, measured, reference, ratio, bound, ok. */
export const tableText = (rows: readonly TableRow[]): string => {
  const cells = [
    ['scenario', 'measured', 'reference', 'ratio', 'bound', 'ok'],
    ...rows.map((row) => [
      `${row.scenario}: ${row.label}`,
      figureText(row.measured),
      figureText(row.reference),
      ratioText(row.ratio),
      boundText(row.bound, row.measured.unit),
      okText(row.ok),
    ]),
  ];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return `${lines.join('\n')}\n`;
};
