/**
 * Membership: who belongs to an organisation, who is invited, and the invitations of whoever is signed in.
 *
 * It owns the wire of `/api/organizations/{name}/members` and `…/invitations` and of `/api/invitations`, and the rows of
 * members and invitations that projects show on their own paths too. Roles, limits of plans, mails and the audit log are
 * the accounts module's.
 *
 * Invariants: an organisation that a person does not belong to cannot be told from one that never was; an invitation is
 * nothing to everybody but whom it is for and those who may take it back; credentials never change who belongs where.
 *
 * Fails with the codes that its operations list, as `{detail}`.
 */
import { membershipOperations, OrganizationInvitationBody, OrganizationRoleBody } from '../../contract/index.ts';
import { fail } from '../../kernel/index.ts';
import { presentBearer } from '../bearer.ts';
import { detailEnvelope } from '../detail-envelope.ts';
import { emptyAnswer, jsonAnswer } from '../json.ts';
import { actorOf } from '../person.ts';
import { rowNameIn } from '../row-name.ts';
import type { Exchange, Handler, Surface } from '../surface.ts';
import { invitationRow, memberHandlers } from '../member-rows.ts';
import type { MembershipDeps } from '../membership-verbs.ts';

export type { MembershipVerbs } from '../membership-verbs.ts';

/** createMembership builds the surface. */
export const createMembership = (deps: MembershipDeps): Surface => {
  const { memberships } = deps;
  const ofOrganization = memberHandlers(deps, {
    placeOf: async (exchange) => {
      const found = await memberships.findOrganization(actorOf(exchange), exchange.params['name'] ?? '');
      if (found === null) throw fail('organization.not_found');
      return { kind: 'organization', id: found.id };
    },
    role: OrganizationRoleBody,
    invitation: OrganizationInvitationBody,
  });

  const answering = (exchange: Exchange) => ({
    actor: actorOf(exchange),
    invitationId: rowNameIn(exchange, 'invitation_id'),
  });

  const handlers: Readonly<Record<string, Handler>> = {
    ...Object.fromEntries(Object.entries(ofOrganization).map(([name, handler]) => [`organization.${name}`, handler])),
    'invitations.own': async (exchange) => {
      const rows = await memberships.invitationsFor(actorOf(exchange).id);
      const invitations = await Promise.all(
        rows.map(async (row) => ({
          ...(await invitationRow(deps, row)),
          to: { kind: row.target.kind, id: String(row.target.id), name: await memberships.nameOf(row.target) },
        })),
      );
      return jsonAnswer(200, { invitations });
    },
    'invitation.accept': async (exchange) =>
      jsonAnswer(200, await invitationRow(deps, await memberships.accept(answering(exchange)))),
    'invitation.decline': async (exchange) => {
      await memberships.decline(answering(exchange));
      return emptyAnswer();
    },
  };

  return {
    name: 'membership',
    prefixes: ['/api/invitations'],
    operations: membershipOperations,
    handlers: Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [`membership.${name}`, handler])),
    present: presentBearer('organization-token'),
    fail: detailEnvelope('Bearer realm="api"', {
      'organization.not_found': 'Not found.',
      'session.required': 'A token cannot change who belongs where. Sign in.',
    }),
  };
};
