import { fail, type Actor } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import type { WatchDeps } from './deps.ts';
import {
  deleteTracker,
  listTrackedIds,
  listTrackers,
  lockTracker,
  writeTracker,
  type TrackerReading,
  type TrackerRow,
} from './store/tracker-store.ts';

/** How far a project is with a CVE. */
export const trackerStatuses = [
  'to_evaluate',
  'pending_review',
  'analysis_in_progress',
  'remediation_in_progress',
  'evaluated',
  'resolved',
  'not_applicable',
  'risk_accepted',
] as const;
export type TrackerStatus = (typeof trackerStatuses)[number];

/** What a project has noted about a CVE: a status, an assignee, or both. Times are epoch milliseconds. */
export interface Tracker {
  readonly cveId: string;
  readonly status: TrackerStatus | null;
  readonly assignee: { readonly userId: string; readonly email: string } | null;
  /** When the assignee was given; null without one. */
  readonly assignedAtMs: number | null;
  readonly updatedAtMs: number;
}

export interface TrackerChange {
  readonly actor: Actor;
  readonly projectId: number;
  readonly cveId: string;
  /** Absent: as it is; null: none. */
  readonly status?: TrackerStatus | null;
  /** By address. Absent: as it is; null: nobody. */
  readonly assigneeEmail?: string | null;
}

const trackerOf = (row: TrackerReading): Tracker => ({
  cveId: row.cve_id,
  // The column is written from a TrackerStatus only.
  status: row.status as TrackerStatus | null,
  assignee:
    row.assignee_user_id === null || row.assignee_email === null
      ? null
      : { userId: row.assignee_user_id, email: row.assignee_email },
  assignedAtMs: row.assigned_at_ms,
  updatedAtMs: row.updated_at_ms,
});

const isEmpty = ({ status, assignee_user_id: assignee }: TrackerRow): boolean => status === null && assignee === null;

export const trackerVerbs = ({ control, clock, audit, projects }: WatchDeps) => {
  const of = async (db: Db, projectId: number, cveIds: readonly string[]): Promise<Map<string, Tracker>> =>
    new Map((await listTrackers(db, projectId, cveIds)).map((row) => [row.cve_id, trackerOf(row)]));

  return {
    /** of returns the trackers of some CVEs, by CVE id. It asks nobody who asks. */
    of: (projectId: number, cveIds: readonly string[]): Promise<ReadonlyMap<string, Tracker>> =>
      of(control.db, projectId, cveIds),
    /** cveIds returns the CVEs that a project has noted something about: any status, that status, that assignee. */
    cveIds: (
      projectId: number,
      filter: { readonly status?: TrackerStatus | 'any'; readonly assigneeEmail?: string },
    ): Promise<readonly string[]> => {
      const { status, assigneeEmail } = filter;
      return listTrackedIds(control.db, projectId, {
        ...(status === undefined ? {} : status === 'any' ? { hasStatus: true } : { status }),
        ...(assigneeEmail === undefined ? {} : { assigneeEmail: assigneeEmail.trim().toLowerCase() }),
      });
    },
    /**
     * set notes a status, an assignee or both, and forgets the CVE when neither is left: then it returns null. Throws
     * `project.not_found`, `permission.refused`, and `member.not_found` for an address of nobody who belongs to the project
     * or its organisation. The CVE id is taken as it is.
     */
    set: ({ actor, projectId, cveId, ...change }: TrackerChange): Promise<Tracker | null> =>
      inTransaction(control.db, async (tx) => {
        const project = await projects.lock(tx, { actor, projectId, needed: 'view' });
        const held = await lockTracker(control.engine, tx, projectId, cveId);
        const nowMs = clock.nowMs();
        const row: TrackerRow = {
          project_id: projectId,
          cve_id: cveId,
          status: held?.status ?? null,
          assignee_user_id: held?.assignee_user_id ?? null,
          assigned_at_ms: held?.assigned_at_ms ?? null,
          updated_at_ms: nowMs,
        };
        if (change.status !== undefined) row.status = change.status;
        if (change.assigneeEmail !== undefined) {
          const email = change.assigneeEmail;
          const person = email === null ? null : await projects.lockPerson(tx, project, email);
          if (email !== null && person === null) throw fail('member.not_found');
          row.assignee_user_id = person?.userId ?? null;
          if (row.assignee_user_id !== (held?.assignee_user_id ?? null)) {
            row.assigned_at_ms = person === null ? null : nowMs;
          }
        }
        const before = { status: held?.status ?? null, assignee: held?.assignee_user_id ?? null };
        const after = { status: row.status, assignee: row.assignee_user_id };
        if (before.status !== after.status || before.assignee !== after.assignee) {
          if (isEmpty(row)) await deleteTracker(tx, projectId, cveId);
          else await writeTracker(tx, row);
          await audit.record(tx, {
            actor,
            scope: { kind: 'project', id: String(projectId) },
            action: 'tracker.changed',
            object: { kind: 'tracker', id: cveId, name: cveId },
            before,
            after,
          });
        }
        return (await of(tx, projectId, [cveId])).get(cveId) ?? null;
      }),
  };
};
