import { fail, newUuid } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import type { WatchDeps } from './deps.ts';
import type { Part } from './executions.ts';
import {
  countReportCves,
  countReports,
  findReport,
  findReportOf,
  insertReportCves,
  listReportCves,
  listReports,
  writeReport,
  type Period,
  type ReportRow,
} from './store/report-store.ts';

export const periods = ['daily', 'weekly'] as const satisfies readonly Period[];

/** What of a project's CVEs has changed on a day or in a week. Times are epoch milliseconds. */
export interface Report {
  readonly id: string;
  /** `YYYY-MM-DD` in `timezone`: the day, or the last day of the week. */
  readonly day: string;
  readonly period: Period;
  readonly timezone: string;
  readonly summary: string | null;
  readonly cvesCount: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface NewReport {
  readonly projectId: number;
  /** Null for a report that no automation has made. */
  readonly automationId: string | null;
  readonly day: string;
  readonly period: Period;
  readonly timezone: string;
  readonly summary: string | null;
  readonly cveIds: readonly string[];
}

const reportOf = (row: ReportRow, cvesCount: number): Report => ({
  id: row.id,
  day: row.day,
  period: row.period_type,
  timezone: row.period_timezone,
  summary: row.ai_summary,
  cvesCount,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
});

const partsOf = (cveId: string): { readonly cve_year: number; readonly cve_number: number } => {
  const [, year = '', number = ''] = /^CVE-(\d{4})-(\d{4,15})$/.exec(cveId) ?? [];
  if (year === '') throw fail('request.invalid_parameter', { message: `Not a CVE id: ${cveId.slice(0, 40)}` });
  return { cve_year: Number(year), cve_number: Number(number) };
};

export const reportVerbs = ({ control, clock, random }: Pick<WatchDeps, 'control' | 'clock' | 'random'>) => {
  const { db } = control;
  return {
    /** list returns a page of a project's reports, the latest day first, and how many there are. */
    list: async (projectId: number, period: Period | null, part: Part) => {
      const rows = await listReports(db, projectId, period, part);
      const ids = rows.map(({ id }) => id);
      const counts = await countReportCves(db, ids);
      return {
        rows: rows.map((row) => reportOf(row, counts.get(row.id) ?? 0)),
        total: await countReports(db, projectId, period),
      };
    },
    /** find returns a report of a project with the ids of its CVEs, the newest id first, or null. */
    find: async (projectId: number, id: string): Promise<(Report & { readonly cveIds: readonly string[] }) | null> => {
      const row = await findReport(db, projectId, id);
      if (row === undefined) return null;
      const cveIds = await listReportCves(db, row.id);
      return { ...reportOf(row, cveIds.length), cveIds };
    },
    /**
     * record writes a report, or adds to the one of the same project, day, period and automation, in the transaction of
     * the run; it returns its id. A CVE counts once. Throws `request.invalid_parameter` for what is no CVE id.
     */
    record: (within: Db, given: NewReport): Promise<string> =>
      inTransaction(within, async (tx) => {
        const nowMs = clock.nowMs();
        const period = {
          project_id: given.projectId,
          day: given.day,
          period_type: given.period,
          automation_id: given.automationId ?? '',
        };
        await writeReport(tx, {
          id: newUuid(random),
          ...period,
          period_timezone: given.timezone,
          ai_summary: given.summary,
          created_at_ms: nowMs,
          updated_at_ms: nowMs,
        });
        const row = await findReportOf(tx, period);
        if (row === undefined) throw fail('report.not_found');
        const ids = [...new Set(given.cveIds)];
        await insertReportCves(
          tx,
          ids.map((cve_id) => ({ report_id: row.id, cve_id, ...partsOf(cve_id) })),
        );
        return row.id;
      }),
  };
};
