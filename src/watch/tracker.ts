import type { Project } from '../accounts/index.ts';
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

/** What a tracker says; one that is not there says nothing. */
type Noted = Pick<TrackerRow, 'status' | 'assignee_user_id' | 'assigned_at_ms'>;

const nothing: Noted = { status: null, assignee_user_id: null, assigned_at_ms: null };

const isEmpty = ({ status, assignee_user_id: assignee }: Noted): boolean => status === null && assignee === null;

const shown = ({ status, assignee_user_id: assignee }: Noted) => ({ status, assignee });

export const trackerVerbs = ({ control, clock, audit, projects }: WatchDeps) => {
  const of = async (db: Db, projectId: number, cveIds: readonly string[]): Promise<Map<string, Tracker>> =>
    new Map((await listTrackers(db, projectId, cveIds)).map((row) => [row.cve_id, trackerOf(row)]));

  const assigneeOf = async (tx: Db, project: Project, email: string | null): Promise<string | null> => {
    if (email === null) return null;
    const person = await projects.lockPerson(tx, project, email);
    if (person === null) throw fail('member.not_found');
    return person.userId;
  };

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
    set: ({ actor, projectId, cveId, status, assigneeEmail }: TrackerChange): Promise<Tracker | null> =>
      inTransaction(control.db, async (tx) => {
        const project = await projects.lock(tx, { actor, projectId, needed: 'view' });
        const held: Noted = (await lockTracker(control.engine, tx, projectId, cveId)) ?? nothing;
        const assignee =
          assigneeEmail === undefined ? held.assignee_user_id : await assigneeOf(tx, project, assigneeEmail);
        const nowMs = clock.nowMs();
        const isSame = assignee === held.assignee_user_id;
        const noted: Noted = {
          status: status === undefined ? held.status : status,
          assignee_user_id: assignee,
          assigned_at_ms: isSame ? held.assigned_at_ms : assignee === null ? null : nowMs,
        };
        if (noted.status !== held.status || !isSame) {
          const key = { project_id: projectId, cve_id: cveId };
          if (isEmpty(noted)) await deleteTracker(tx, projectId, cveId);
          else await writeTracker(tx, { ...key, ...noted, updated_at_ms: nowMs });
          await audit.record(tx, {
            actor,
            scope: { kind: 'project', id: String(projectId) },
            action: 'tracker.changed',
            object: { kind: 'tracker', id: cveId, name: cveId },
            before: shown(held),
            after: shown(noted),
          });
        }
        return (await of(tx, projectId, [cveId])).get(cveId) ?? null;
      }),
  };
};
