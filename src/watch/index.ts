/**
 * Watch: what projects want to know of the catalogue, and how far they are with it. It owns subscriptions to vendors and
 * products, and trackers: status and assignee of a CVE in a project.
 *
 * It does not own projects or people (accounts), nor records (catalogue): it keeps normalised names, so that a product can be
 * subscribed to before it has a record, and CVE ids.
 *
 * Invariants: changes of one project take turns; a name is subscribed to once; a replacement is there as a whole or not at
 * all; a tracker says something or is gone; an assignee belongs to the project or its organisation, and whoever leaves loses
 * what was assigned; what was a project's goes with it; every change is audited in its transaction.
 *
 * Fails with `project.not_found`, `permission.refused`, `member.not_found` and `watch.…`.
 */
export type { WatchDeps } from './deps.ts';
export { expressionFor, isWatched, type ProjectSubscriptions } from './subscriptions.ts';
export { trackerStatuses, type Tracker, type TrackerStatus } from './tracker.ts';
export { createWatch, type Watch } from './watch.ts';
