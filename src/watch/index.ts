/**
 * Watch: what projects want to know of the catalogue, and how far they are with it. It owns subscriptions to vendors and
 * products; trackers: status and assignee of a CVE in a project; notifications: where alerts go; automations, their executions
 * and the reports that they make.
 *
 * It does not own projects or people (accounts), nor records (catalogue): it keeps normalised names, so that a product can be
 * subscribed to before it has a record, and CVE ids.
 *
 * Invariants: changes of one project take turns; a name is subscribed to once; a replacement is there as a whole or not at
 * all; a tracker says something or is gone; an assignee belongs to the project or its organisation, and whoever leaves loses
 * what was assigned; what was a project's goes with it; where a notification goes is encrypted, and only its delivery reads it
 * back; nothing is sent to a mail address that has not been confirmed; a notification is there as long as an automation sends to
 * it; every change is audited in its transaction.
 *
 * Fails with `project.not_found`, `permission.refused`, `member.not_found`, `watch.…`, `notification.…`,
 * `automation.…`, `report.not_found`, `confirmation.refused`, and `request.invalid_parameter` with `detail.fields`.
 */
export type { Condition } from './automation-conditions.ts';
export type { AutomationAction, AutomationConfiguration } from './automation-configuration.ts';
export type { Schedule, ScheduleInput } from './automation-schedule.ts';
export type { Automation, AutomationChange } from './automations.ts';
export type { WatchDeps } from './deps.ts';
export type { Execution, ExecutionResult, NewExecution } from './executions.ts';
export { notificationTypes, type NotificationTarget, type ShownTarget } from './notification-targets.ts';
export type { Notification, NotificationChange } from './notifications.ts';
export { periods, type NewReport, type Report } from './reports.ts';
export { expressionFor, type ProjectSubscriptions } from './subscriptions.ts';
export type { Tag, TagFace } from './tags.ts';
export { trackerStatuses, type Tracker, type TrackerStatus } from './tracker.ts';
export { createWatch, type Watch } from './watch.ts';
