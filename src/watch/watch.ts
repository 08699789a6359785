import type { Dependants } from '../accounts/index.ts';
import type { WatchDeps } from './deps.ts';
import { deleteSubscriptionsOf } from './store/subscription-store.ts';
import { deleteAssignments, deleteTrackersOf, listProjectsAssigning } from './store/tracker-store.ts';
import { subscriptionVerbs } from './subscriptions.ts';
import { trackerVerbs } from './tracker.ts';

export interface Watch {
  readonly subscriptions: ReturnType<typeof subscriptionVerbs>;
  readonly tracker: ReturnType<typeof trackerVerbs>;
  /** What goes with a project or a person, in the transaction that takes it away. */
  readonly dependants: Dependants;
}

/** createWatch binds what projects watch to the control plane. */
export const createWatch = (deps: WatchDeps): Watch => ({
  subscriptions: subscriptionVerbs(deps),
  tracker: trackerVerbs(deps),
  dependants: {
    projectDeleted: async (tx, projectId) => {
      await deleteSubscriptionsOf(tx, projectId);
      await deleteTrackersOf(tx, projectId);
    },
    memberLeft: async (tx, userId) => {
      for (const projectId of await listProjectsAssigning(tx, userId)) {
        if (await deps.projects.belongs(tx, projectId, userId)) continue;
        await deleteAssignments(tx, projectId, userId, deps.clock.nowMs());
      }
    },
  },
});
