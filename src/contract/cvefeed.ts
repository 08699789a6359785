import { z } from 'zod';
import type { ErrorCode } from '../kernel/error-catalogue.ts';
import {
  IssuedProjectToken,
  NewProjectTokenBody,
  page,
  ProjectToken,
  ProjectTokenChangeBody,
  RotationBody,
} from './cvefeed-tokens.ts';
import { membershipRows, ProjectInvitationBody, ProjectRoleBody, TransferBody } from './memberships.ts';
import type { Operation } from './operation.ts';
import { PageQuery } from './page-query.ts';
import { choice, instant, text, whole } from './parameter.ts';
import { inBody } from './refusals.ts';
import { Instant } from './wire.ts';

const ProjectParams = z.object({ project_id: z.string() });
const TokenParams = z.object({ project_id: z.string(), token_id: z.string() });
const MemberParams = z.object({ project_id: z.string(), user_id: z.string() });
const InvitationParams = z.object({ project_id: z.string(), invitation_id: z.string() });

const Project = z.object({
  id: z.int(),
  name: z.string(),
  slug: z.string(),
  tier: z.object({
    name: z.string(),
    priority: z.int(),
    features: z.object({ mcp_access: z.object({ enabled: z.boolean(), limit: z.int().nullable() }) }),
  }),
  /** The token that asked; null for people. */
  token: z
    .object({ prefix: z.string(), scopes: z.record(z.string(), z.string()), is_mcp_enabled: z.boolean() })
    .nullable(),
  product_subscriptions: z.object({ current_usage: z.int(), max_limit: z.int().nullable() }),
});

const ActivityRow = z.object({
  id: z.int(),
  created_at: Instant,
  action: z.string(),
  actor_type: z.enum(['user', 'api_token', 'system', 'operator']),
  actor_id: z.string(),
  actor_email: z.string().nullable(),
  actor_name: z.string().nullable(),
  object_type: z.string(),
  object_id: z.string(),
  object_name: z.string().nullable(),
  old_values: z.record(z.string(), z.unknown()).nullable(),
  new_values: z.record(z.string(), z.unknown()).nullable(),
  ip_address: z.string().nullable(),
  user_agent: z.string().nullable(),
  request_id: z.string().nullable(),
});

export const ActivityQuery = z.object({
  action: text(100, { description: 'Only this action.', example: 'credential.issued' }),
  actor_email: text(254, { description: 'Only what the person with this address did.' }),
  actor_type: choice(['user', 'api_token', 'system', 'operator'], { description: 'Only what this kind of actor did.' }),
  created_after: instant('from', { description: 'From then on.' }),
  created_before: instant('from', { description: 'Before then.' }),
  page: whole(1, 1_000_000, { description: 'Page, from 1.' }, 1),
  page_size: whole(1, 100, { description: 'Rows of a page.' }, 25),
});

const way: readonly ErrorCode[] = [
  'request.insecure_transport',
  'request.credential_exposed',
  'request.credential_repeated',
  'credential.missing',
  'session.missing',
  'session.csrf',
];
const gate: readonly ErrorCode[] = [
  ...way,
  'credential.invalid',
  'credential.expired',
  'credential.revoked',
  'credential.suspended',
  'credential.address_refused',
  'owner.disabled',
  'scope.missing',
  'admission.rate_limited',
  'admission.unavailable',
];

type Row = Pick<Operation, 'method' | 'summary' | 'response'> &
  Partial<Pick<Operation, 'body' | 'query' | 'params' | 'resource' | 'showsSecret' | 'errors'>> & {
    readonly name: string;
    /** Below the project. */
    readonly path: string;
  };

/** declare gives an operation on both of its paths; with a resource tokens may call it, without it people only. */
const declare = ({ name, path, errors = [], ...row }: Row): Operation[] => {
  const resource = row.resource ?? null;
  return (['', 'v1.'] as const).map((version) => ({
    id: `cvefeed.${version}${name}`,
    surface: 'cvefeed',
    path: `/api/${version === '' ? '' : 'v1/'}projects/{project_id}${path}`,
    families: resource === null ? [] : ['project-token'],
    sessions: true,
    level: row.method === 'GET' ? 'read' : 'write',
    priceMillicredits: 0,
    rateClass: resource === null ? 'none' : 'request',
    params: ProjectParams,
    ...row,
    resource,
    errors: [...(resource === null ? [...way, 'session.required' as const] : gate), 'project.not_found', ...errors],
  }));
};

/** What a project's tokens and members may call, and the management of its tokens, which is for people only. */
export const cvefeedOperations: readonly Operation[] = [
  declare({
    name: 'project.read',
    method: 'GET',
    path: '',
    summary: 'The project, its tier, and the token that asks',
    resource: 'project',
    response: Project,
  }),
  declare({
    name: 'activity.list',
    method: 'GET',
    path: '/activity-log',
    summary: 'The activity log of the project',
    resource: 'activity_log',
    query: ActivityQuery,
    response: page(ActivityRow),
    errors: ['plan.required', 'permission.refused', 'request.invalid_parameter'],
  }),
  declare({
    name: 'tokens.list',
    method: 'GET',
    path: '/tokens',
    summary: 'The tokens of the project, revoked ones too',
    query: PageQuery,
    response: page(ProjectToken),
    errors: ['permission.refused', 'request.invalid_parameter'],
  }),
  declare({
    name: 'token.create',
    method: 'POST',
    path: '/tokens',
    summary: 'Create a token',
    body: NewProjectTokenBody,
    response: IssuedProjectToken,
    showsSecret: true,
    errors: ['permission.refused', ...inBody],
  }),
  declare({
    name: 'token.read',
    method: 'GET',
    path: '/tokens/{token_id}',
    summary: 'One token',
    params: TokenParams,
    response: ProjectToken,
    errors: ['permission.refused', 'credential.not_found'],
  }),
  declare({
    name: 'token.change',
    method: 'PATCH',
    path: '/tokens/{token_id}',
    summary: 'Change, suspend or resume a token',
    params: TokenParams,
    body: ProjectTokenChangeBody,
    response: ProjectToken,
    errors: ['permission.refused', 'credential.not_found', 'credential.state_conflict', ...inBody],
  }),
  declare({
    name: 'token.revoke',
    method: 'DELETE',
    path: '/tokens/{token_id}',
    summary: 'Revoke a token',
    params: TokenParams,
    response: z.void(),
    errors: ['permission.refused', 'credential.not_found'],
  }),
  declare({
    name: 'token.rotate',
    method: 'POST',
    path: '/tokens/{token_id}/rotate',
    summary: 'Replace a token; the old one works on for the overlap',
    params: TokenParams,
    body: RotationBody,
    response: IssuedProjectToken,
    showsSecret: true,
    errors: ['permission.refused', 'credential.not_found', 'credential.state_conflict', ...inBody],
  }),
  ...membershipRows({ role: ProjectRoleBody, invitation: ProjectInvitationBody }, ['plan.limit_reached']).map(
    ({ parameter, ...row }) =>
      declare({
        ...row,
        ...(parameter === undefined ? {} : { params: parameter === 'user_id' ? MemberParams : InvitationParams }),
      }),
  ),
  declare({
    name: 'owner.change',
    method: 'POST',
    path: '/transfer',
    summary: 'Make another member the owner; the old one stays as admin',
    body: TransferBody,
    response: z.void(),
    errors: ['permission.refused', 'member.not_found', 'account.not_found', 'plan.limit_reached', ...inBody],
  }),
].flat();
