import type { Dependants } from '../accounts/index.ts';
import { automationVerbs } from './automations.ts';
import type { WatchDeps } from './deps.ts';
import { executionVerbs } from './executions.ts';
import { notificationVerbs } from './notifications.ts';
import { reportVerbs } from './reports.ts';
import { deleteAutomationsOf } from './store/automation-store.ts';
import { deleteNotificationsOf } from './store/notification-store.ts';
import { deleteReportsOf } from './store/report-store.ts';
import { deleteSubscriptionsOf } from './store/subscription-store.ts';
import { deleteAssignments, deleteTrackersOf, listProjectsAssigning } from './store/tracker-store.ts';
import { subscriptionVerbs } from './subscriptions.ts';
import { tagVerbs } from './tags.ts';
import { trackerVerbs } from './tracker.ts';

export interface Watch {
  readonly subscriptions: ReturnType<typeof subscriptionVerbs>;
  readonly tracker: ReturnType<typeof trackerVerbs>;
  readonly notifications: ReturnType<typeof notificationVerbs>;
  readonly automations: ReturnType<typeof automationVerbs>;
  readonly executions: ReturnType<typeof executionVerbs>;
  readonly reports: ReturnType<typeof reportVerbs>;
  /** The own tags of people. */
  readonly tags: ReturnType<typeof tagVerbs>;
  /** What goes with a project or a person, in the transaction that takes it away. */
  readonly dependants: Dependants;
}

/** createWatch binds what projects watch to the control plane. */
export const createWatch = (deps: WatchDeps): Watch => ({
  subscriptions: subscriptionVerbs(deps),
  tracker: trackerVerbs(deps),
  notifications: notificationVerbs(deps),
  automations: automationVerbs(deps),
  executions: executionVerbs(deps),
  reports: reportVerbs(deps),
  tags: tagVerbs(deps),
  dependants: {
    projectDeleted: async (tx, projectId) => {
      await deleteSubscriptionsOf(tx, projectId);
      await deleteTrackersOf(tx, projectId);
      await deleteNotificationsOf(tx, projectId);
      await deleteAutomationsOf(tx, projectId);
      await deleteReportsOf(tx, projectId);
    },
    personDeleted: (tx, userId) => tagVerbs(deps).forget(tx, userId),
    memberLeft: async (tx, userId) => {
      for (const projectId of await listProjectsAssigning(tx, userId)) {
        if (await deps.projects.belongs(tx, projectId, userId)) continue;
        await deleteAssignments(tx, projectId, userId, deps.clock.nowMs());
      }
    },
  },
});
