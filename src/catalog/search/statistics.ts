import type { CatalogStatistics, Severity } from '../types.ts';
import type { Columns } from './columns.ts';

const severities = ['unknown', 'low', 'medium', 'high', 'critical'] as const satisfies readonly Severity[];

/** countRows counts records by state, origin and severity (published ones only). */
export const countRows = (
  columns: Columns,
): Pick<CatalogStatistics, 'records' | 'published' | 'rejected' | 'starter' | 'severities'> => {
  const counts: Record<Severity, number> = { unknown: 0, low: 0, medium: 0, high: 0, critical: 0 };
  let rejected = 0;
  let starter = 0;
  for (const [id, flags] of columns.flags.entries()) {
    if (!columns.present.has(id)) continue;
    if ((flags & 1) === 1) rejected++;
    else counts[severities[(flags >>> 2) & 7] ?? 'unknown']++;
    if ((flags & 2) === 0) starter++;
  }
  return { records: columns.count, published: columns.count - rejected, rejected, starter, severities: counts };
};
