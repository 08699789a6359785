import type { ImportedSource, ImportReport } from '../catalog/index.ts';
import type { CommandContext } from './command.ts';
import { figure, formatTable } from './table.ts';

const errorsShown = 20;

/**
 * writeReport prints a report: with `--json` exactly `{"sources":[…]}`, else a table of counts and the named bad items.
 * `seconds` is how long it took.
 */
export const writeReport = (context: CommandContext, report: ImportReport, seconds: number): void => {
  if (context.json) {
    context.stdout.write(`${JSON.stringify({ sources: report.sources })}\n`);
    return;
  }
  const headings = ['source', 'kind', 'read', 'inserted', 'updated', 'unchanged', 'skipped'];
  const rows = report.sources.map((each) => [
    each.path,
    each.kind,
    each.read,
    each.inserted,
    each.updated,
    each.unchanged,
    each.skipped,
  ]);
  context.stdout.write(formatTable(headings, rows));
  for (const source of report.sources) context.stdout.write(errorText(source));
  const read = report.sources.reduce((sum, each) => sum + each.read, 0);
  const rate = seconds > 0 ? `, ${figure(Math.round(read / seconds))} a second` : '';
  context.stdout.write(`${figure(read)} items in ${seconds.toFixed(1)} s${rate}\n`);
};

const errorText = (source: ImportedSource): string => {
  const failure = source.failure === undefined ? '' : `\nfailed: ${source.path}: ${source.failure}\n`;
  const left = source.errors.filter((error) => error.reason !== source.failure);
  if (left.length === 0) return failure;
  const lines = left.slice(0, errorsShown).map((error) => `  ${error.item}: ${error.reason}\n`);
  const hidden = Math.max(source.skipped, left.length) - lines.length;
  const more = hidden > 0 ? `  … and ${figure(hidden)} more; --json names up to 1,000\n` : '';
  return `${failure}\nnot taken from ${source.path}:\n${lines.join('')}${more}`;
};
