import { z } from 'zod';
import type { ErrorCode } from '../kernel/error-catalogue.ts';
import { page } from './cvefeed-tokens.ts';
import { PageQuery } from './page-query.ts';
import type { Operation } from './operation.ts';
import { inBody, ofSession } from './refusals.ts';
import { Instant } from './wire.ts';

const Email = z.string().min(3).max(254);
const ProjectRole = z.enum(['admin', 'member']);
const OrganizationRole = z.enum(['owner', 'member']);

export const ProjectRoleBody = z.strictObject({ role: ProjectRole });
export const OrganizationRoleBody = z.strictObject({ role: OrganizationRole });
export const ProjectInvitationBody = z.strictObject({ email: Email, role: ProjectRole.default('member') });
export const OrganizationInvitationBody = z.strictObject({ email: Email, role: OrganizationRole.default('member') });
/** A member of the project. */
export const TransferBody = z.strictObject({ user_id: z.string().min(1).max(64) });

/** A person who belongs to a project or an organisation. */
export const MemberRow = z.object({
  user_id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(['owner', 'admin', 'member']),
  joined_at: Instant,
});

/** An invitation that may still be answered. */
export const InvitationRow = z.object({
  id: z.string(),
  email: z.string(),
  role: z.enum(['owner', 'admin', 'member']),
  invited_by: z.string().nullable(),
  created_at: Instant,
  expires_at: Instant,
});

const OwnInvitationRow = InvitationRow.extend({
  to: z.object({ kind: z.enum(['project', 'organization']), id: z.string(), name: z.string() }),
});

type Row = Pick<Operation, 'method' | 'summary' | 'response'> &
  Partial<Pick<Operation, 'body' | 'query' | 'errors'>> & {
    readonly name: string;
    /** Below the project or organisation. */
    readonly path: string;
    /** Of the path below, besides that of the tenant. */
    readonly parameter?: 'user_id' | 'invitation_id';
  };

/** What members of a project or organisation may do with the members: the same rows for both, in each one's words. */
export const membershipRows = (
  bodies: { readonly role: z.ZodType; readonly invitation: z.ZodType },
  limits: readonly ErrorCode[],
): readonly Row[] => [
  {
    name: 'members.list',
    method: 'GET',
    path: '/members',
    summary: 'The members, in the order in which they joined',
    query: PageQuery,
    response: page(MemberRow),
    errors: ['request.invalid_parameter'],
  },
  {
    name: 'member.change',
    method: 'PATCH',
    path: '/members/{user_id}',
    parameter: 'user_id',
    summary: 'Change the role of a member',
    body: bodies.role,
    response: MemberRow,
    errors: ['permission.refused', 'member.not_found', 'member.last_owner', ...inBody],
  },
  {
    name: 'member.remove',
    method: 'DELETE',
    path: '/members/{user_id}',
    parameter: 'user_id',
    summary: 'Remove a member; with `me`, leave',
    response: z.void(),
    errors: ['permission.refused', 'member.not_found', 'member.last_owner'],
  },
  {
    name: 'invitations.list',
    method: 'GET',
    path: '/invitations',
    summary: 'The open invitations',
    query: PageQuery,
    response: page(InvitationRow),
    errors: ['permission.refused', 'request.invalid_parameter'],
  },
  {
    name: 'invitation.create',
    method: 'POST',
    path: '/invitations',
    summary: 'Invite a person by mail',
    body: bodies.invitation,
    response: InvitationRow,
    errors: ['permission.refused', 'member.exists', 'mail.limited', ...limits, ...inBody],
  },
  {
    name: 'invitation.withdraw',
    method: 'DELETE',
    path: '/invitations/{invitation_id}',
    parameter: 'invitation_id',
    summary: 'Take an open invitation back',
    response: z.void(),
    errors: ['permission.refused', 'invitation.not_found'],
  },
];

type Place = Pick<Operation, 'method' | 'summary' | 'response' | 'path'> &
  Partial<Pick<Operation, 'body' | 'query' | 'params' | 'errors'>>;

const declare = (name: string, { errors = [], ...row }: Place): Operation => ({
  id: `membership.${name}`,
  surface: 'membership',
  families: [],
  sessions: true,
  resource: null,
  level: row.method === 'GET' ? 'read' : 'write',
  priceMillicredits: 0,
  rateClass: 'none',
  ...row,
  errors: [...ofSession, ...errors],
});

const InvitationParams = z.object({ invitation_id: z.string() });

/** Who belongs to an organisation, and the invitations of whoever is signed in. For people only. */
export const membershipOperations: readonly Operation[] = [
  ...membershipRows({ role: OrganizationRoleBody, invitation: OrganizationInvitationBody }, []).map(
    ({ name, parameter, path, errors = [], ...row }) =>
      declare(`organization.${name}`, {
        ...row,
        path: `/api/organizations/{name}${path}`,
        params: z.object({ name: z.string(), ...(parameter === undefined ? {} : { [parameter]: z.string() }) }),
        errors: ['organization.not_found', ...errors],
      }),
  ),
  declare('invitations.own', {
    method: 'GET',
    path: '/api/invitations',
    summary: 'The own invitations that may still be answered',
    response: z.object({ invitations: z.array(OwnInvitationRow) }),
  }),
  declare('invitation.accept', {
    method: 'POST',
    path: '/api/invitations/{invitation_id}/accept',
    summary: 'Accept an invitation',
    params: InvitationParams,
    response: InvitationRow,
    errors: ['invitation.not_found', 'member.exists', 'plan.limit_reached'],
  }),
  declare('invitation.decline', {
    method: 'POST',
    path: '/api/invitations/{invitation_id}/decline',
    summary: 'Decline an invitation',
    params: InvitationParams,
    response: z.void(),
    errors: ['invitation.not_found'],
  }),
];
