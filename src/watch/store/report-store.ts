import type { Selectable } from 'kysely';
import type { ControlTables, Db } from '../../storage/index.ts';

export type ReportRow = Omit<Selectable<ControlTables['reports']>, 'number'>;
export type ReportCveRow = Selectable<ControlTables['report_cves']>;
export type Period = ReportRow['period_type'];

const ofProject = (db: Db, projectId: number, period: Period | null) => {
  const query = db.selectFrom('reports').where('project_id', '=', projectId);
  return period === null ? query : query.where('period_type', '=', period);
};

/** listReports returns a page of a project's reports, the latest day first. */
export const listReports = (
  db: Db,
  projectId: number,
  period: Period | null,
  part: { readonly offset: number; readonly limit: number },
): Promise<ReportRow[]> =>
  ofProject(db, projectId, period)
    .selectAll()
    .orderBy('day', 'desc')
    .orderBy('number', 'desc')
    .offset(part.offset)
    .limit(part.limit)
    .execute();

export const countReports = async (db: Db, projectId: number, period: Period | null): Promise<number> => {
  const row = await ofProject(db, projectId, period)
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

export const findReport = (db: Db, projectId: number, id: string): Promise<ReportRow | undefined> =>
  db.selectFrom('reports').selectAll().where('project_id', '=', projectId).where('id', '=', id).executeTakeFirst();

/** findReportOf returns the report of one period that an automation has begun. */
export const findReportOf = (
  tx: Db,
  of: Pick<ReportRow, 'project_id' | 'day' | 'period_type' | 'automation_id'>,
): Promise<ReportRow | undefined> =>
  tx
    .selectFrom('reports')
    .selectAll()
    .where('project_id', '=', of.project_id)
    .where('day', '=', of.day)
    .where('period_type', '=', of.period_type)
    .where('automation_id', '=', of.automation_id)
    .executeTakeFirst();

/** writeReport adds a report, or what has changed of the one of the same period. */
export const writeReport = async (tx: Db, row: ReportRow): Promise<void> => {
  const { period_timezone, ai_summary, updated_at_ms } = row;
  await tx
    .insertInto('reports')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['project_id', 'day', 'period_type', 'automation_id'])
        .doUpdateSet({ period_timezone, ai_summary, updated_at_ms }),
    )
    .execute();
};

/** Rows of one statement: both engines bound the number of its values. */
const chunkLength = 500;

/** insertReportCves adds CVEs to a report, each once. */
export const insertReportCves = async (tx: Db, rows: readonly ReportCveRow[]): Promise<void> => {
  for (let index = 0; index < rows.length; index += chunkLength) {
    await tx
      .insertInto('report_cves')
      .values(rows.slice(index, index + chunkLength))
      .onConflict((conflict) => conflict.columns(['report_id', 'cve_id']).doNothing())
      .execute();
  }
};

/** listReportCves returns the ids of a report's CVEs, the newest first: by year, then by number. */
export const listReportCves = async (db: Db, reportId: string): Promise<string[]> => {
  const rows = await db
    .selectFrom('report_cves')
    .select('cve_id')
    .where('report_id', '=', reportId)
    .orderBy('cve_year', 'desc')
    .orderBy('cve_number', 'desc')
    .execute();
  return rows.map(({ cve_id: id }) => id);
};

/** countReportCves returns how many CVEs some reports have; those without are missing. */
export const countReportCves = async (db: Db, reportIds: readonly string[]): Promise<Map<string, number>> => {
  const rows = await db
    .selectFrom('report_cves')
    .select((expression) => ['report_id', expression.fn.countAll<number>().as('count')])
    .where('report_id', 'in', reportIds)
    .groupBy('report_id')
    .execute();
  return new Map(rows.map(({ report_id: id, count }) => [id, Number(count)]));
};

/** deleteReportsOf deletes all of a project. */
export const deleteReportsOf = async (tx: Db, projectId: number): Promise<void> => {
  await tx
    .deleteFrom('report_cves')
    .where('report_id', 'in', (from) => from.selectFrom('reports').select('id').where('project_id', '=', projectId))
    .execute();
  await tx.deleteFrom('reports').where('project_id', '=', projectId).execute();
};
