import type { Db } from '../storage/index.ts';
import { projectOwnerId } from './owner.ts';
import { listSubscriptionsOf } from './store/subscription-store.ts';
import { listOrganizationsOf, listProjectsOf, listProjectsOwnedBy } from './store/tenant-store.ts';

/** ownersOfPlan are the owners whose rights follow from a person's plan: the person's keys, and the projects owned. */
export const ownersOfPlan = async (tx: Db, userId: string): Promise<string[]> => {
  const projects = await listProjectsOwnedBy(tx, userId);
  return [userId, ...projects.map(({ id }) => projectOwnerId(id))].toSorted();
};

/**
 * ownersTouchedBy are all owners for which a person's being there matters: what the person has, and every project and
 * organisation in which credentials of the person's making may exist. Sorted, so that fences are locked in one order.
 */
export const ownersTouchedBy = async (tx: Db, userId: string): Promise<string[]> => {
  const subscriptions = await listSubscriptionsOf(tx, userId);
  const organizations = await listOrganizationsOf(tx, userId);
  const projects = await listProjectsOf(tx, userId);
  return [
    ...(await ownersOfPlan(tx, userId)),
    ...subscriptions.map(({ id }) => id),
    ...organizations.map(({ id }) => id),
    ...projects.map(({ id }) => projectOwnerId(id)),
  ]
    .filter((id, index, all) => all.indexOf(id) === index)
    .toSorted();
};
