/**
 * The contract: every operation of every surface as data, with the schemas of what goes over the wire.
 *
 * It owns paths, prices, parameters, answers and the errors an operation may give. It owns no behaviour: the guard, the
 * OpenAPI document, the price table, `credential explain` and the derived security tests all read it. It imports zod and
 * the names of the error codes, nothing else, so that a browser can use it.
 *
 * Invariants: ids are unique over all surfaces; a path is written with `{name}` and without a trailing slash; an operation
 * without a resource refuses every credential that carries scopes.
 */
import { authOperations } from './auth.ts';
import { billingOperations } from './billing.ts';
import { cvefeedOperations } from './cvefeed.ts';
import { cvefinderOperations } from './cvefinder.ts';
import { cybersecfeedOperations } from './cybersecfeed.ts';
import { leakOperations } from './leaks.ts';
import { membershipOperations } from './memberships.ts';
import { opencveOperations } from './opencve.ts';
import { opencveV2Operations } from './opencve-v2/index.ts';
import type { Operation } from './operation.ts';
import { siteOperations } from './site.ts';

export { isPublic, type Family, type Level, type Operation, type SurfaceName } from './operation.ts';
export { isPermitted } from './permission.ts';
export { allowedMethods, matchRoute, type RouteMatch } from './routes.ts';
export { parameterNotes, type ParameterNotes } from './parameter.ts';
export {
  BatchBody,
  batchConstraints,
  batchWire,
  CveQuery,
  CvesQuery,
  EmptyQuery,
  KevQuery,
  RecentQuery,
  type FieldName,
  type IncludeName,
} from './cybersecfeed-parameters.ts';
export { Failure } from './cybersecfeed-answers.ts';
export { cybersecfeedExamples, exampleMeta } from './cybersecfeed-examples.ts';
export { CodeBody, CodeRequestBody } from './auth.ts';
export { KeyBody, NewKeyBody } from './cvefinder.ts';
export { ActivityQuery } from './cvefeed.ts';
export {
  OrganizationInvitationBody,
  OrganizationRoleBody,
  ProjectInvitationBody,
  ProjectRoleBody,
  TransferBody,
} from './memberships.ts';
export { PageQuery } from './page-query.ts';
export { NewProjectTokenBody, ProjectTokenChangeBody, RotationBody } from './cvefeed-tokens.ts';
export { NewOrganizationTokenBody, organizationScopes, OrganizationTokenChangeBody } from './opencve-tokens.ts';
export {
  OpencveChosenQuery,
  OpencveCvesQuery,
  OpencveDetailQuery,
  opencveFields,
  OpencveNamesQuery,
  OpencvePageQuery,
} from './opencve-parameters.ts';
export {
  AuditLogParameters,
  AutomationChangeBody,
  ErrorBody,
  CveListParameters,
  IncludeParameters,
  InvitationBody,
  NewAutomationBody,
  NewNotificationBody,
  NewProjectBody,
  NotificationChangeBody,
  OrganizationChangeBody,
  PageParameters,
  ProjectChangeBody,
  ProjectCvesParameters,
  QueryParameters,
  ReportParameters,
  RoleBody,
  SearchParameters,
  SubscriptionBody,
  SubscriptionParameters,
  SubscriptionsBody,
  TrackerBody,
} from './opencve-v2/index.ts';
export { NewTagBody, TagChangeBody, TagsOfCveBody } from './opencve-tags.ts';
export { GithubReportBody, GitlabReportBody, RevocationBody } from './leaks.ts';
export { ClaimBody, ConfirmationBody } from './site.ts';
export {
  authOperations,
  billingOperations,
  cvefeedOperations,
  cvefinderOperations,
  cybersecfeedOperations,
  leakOperations,
  membershipOperations,
  opencveOperations,
  opencveV2Operations,
  siteOperations,
};

/** Every operation there is. */
export const operations: readonly Operation[] = [
  ...cybersecfeedOperations,
  ...cvefinderOperations,
  ...cvefeedOperations,
  ...opencveOperations,
  ...opencveV2Operations,
  ...membershipOperations,
  ...authOperations,
  ...leakOperations,
  ...billingOperations,
  ...siteOperations,
];
