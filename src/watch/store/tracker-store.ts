import type { Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../../storage/index.ts';

export type TrackerRow = Selectable<ControlTables['cve_trackers']>;
export type TrackerReading = TrackerRow & { readonly assignee_email: string | null };

const readings = (db: Db) =>
  db
    .selectFrom('cve_trackers')
    .leftJoin('users', 'users.id', 'cve_trackers.assignee_user_id')
    .selectAll('cve_trackers')
    .select('users.email as assignee_email');

/** listTrackers returns what a project has noted about some CVEs: a page of them. */
export const listTrackers = (db: Db, projectId: number, cveIds: readonly string[]): Promise<TrackerReading[]> =>
  readings(db).where('cve_trackers.project_id', '=', projectId).where('cve_trackers.cve_id', 'in', cveIds).execute();

/** lockTracker makes changes of one tracker take turns. */
export const lockTracker = (
  engine: Control['engine'],
  tx: Db,
  projectId: number,
  cveId: string,
): Promise<TrackerRow | undefined> =>
  engine
    .lockRows(tx.selectFrom('cve_trackers').selectAll().where('project_id', '=', projectId).where('cve_id', '=', cveId))
    .executeTakeFirst();

/** Which of a project's trackers: with one status, with any, of one person. All that are given must hold. */
export interface TrackerFilter {
  readonly status?: string;
  readonly hasStatus?: true;
  readonly assigneeEmail?: string;
}

/** listTrackedIds returns the CVE ids of a project's trackers, in the order of the texts. */
export const listTrackedIds = async (db: Db, projectId: number, filter: TrackerFilter): Promise<string[]> => {
  let query = db
    .selectFrom('cve_trackers')
    .leftJoin('users', 'users.id', 'cve_trackers.assignee_user_id')
    .select('cve_trackers.cve_id')
    .where('cve_trackers.project_id', '=', projectId);
  if (filter.status !== undefined) query = query.where('cve_trackers.status', '=', filter.status);
  if (filter.hasStatus === true) query = query.where('cve_trackers.status', 'is not', null);
  if (filter.assigneeEmail !== undefined) query = query.where('users.email', '=', filter.assigneeEmail);
  const rows = await query.orderBy('cve_trackers.cve_id').execute();
  return rows.map(({ cve_id: id }) => id);
};

/** writeTracker adds a tracker, or changes the one there is. */
export const writeTracker = async (tx: Db, row: TrackerRow): Promise<void> => {
  const { project_id: _project, cve_id: _cve, ...change } = row;
  await tx
    .insertInto('cve_trackers')
    .values(row)
    .onConflict((conflict) => conflict.columns(['project_id', 'cve_id']).doUpdateSet(change))
    .execute();
};

export const deleteTracker = async (tx: Db, projectId: number, cveId: string): Promise<void> => {
  await tx.deleteFrom('cve_trackers').where('project_id', '=', projectId).where('cve_id', '=', cveId).execute();
};

export const deleteTrackersOf = async (tx: Db, projectId: number): Promise<void> => {
  await tx.deleteFrom('cve_trackers').where('project_id', '=', projectId).execute();
};

/** listProjectsAssigning returns the projects in which a person has something to do. */
export const listProjectsAssigning = async (db: Db, userId: string): Promise<number[]> => {
  const rows = await db
    .selectFrom('cve_trackers')
    .select('project_id')
    .distinct()
    .where('assignee_user_id', '=', userId)
    .orderBy('project_id')
    .execute();
  return rows.map(({ project_id: id }) => Number(id));
};

/** deleteAssignments takes a person's name off a project's trackers; those that say nothing else go. */
export const deleteAssignments = async (tx: Db, projectId: number, userId: string, nowMs: number): Promise<void> => {
  await tx
    .deleteFrom('cve_trackers')
    .where('project_id', '=', projectId)
    .where('assignee_user_id', '=', userId)
    .where('status', 'is', null)
    .execute();
  await tx
    .updateTable('cve_trackers')
    .set({ assignee_user_id: null, assigned_at_ms: null, updated_at_ms: nowMs })
    .where('project_id', '=', projectId)
    .where('assignee_user_id', '=', userId)
    .execute();
};
