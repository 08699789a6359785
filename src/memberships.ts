/** Members and invitations of projects and organisations alike, as the routes of people ask for them. */
import { projectOwnerId } from './accounts/index.ts';
import type { PeopleVerbs } from './http/index.ts';
import { fail, systemActor } from './kernel/index.ts';
import type { Parts } from './parts.ts';

/** membershipsOf binds what the routes of members and invitations need. */
export const membershipsOf = ({ accounts }: Pick<Parts, 'accounts'>): PeopleVerbs['memberships'] => {
  const { organizations, projects, projectMembers, invitations } = accounts;
  return {
    findOrganization: (actor, organization) => organizations.find({ actor, organization }),
    requireAccess: (actor, place, needed) =>
      accounts.requireAccess(actor, place.kind === 'project' ? projectOwnerId(place.id) : place.id, needed),
    members: (actor, place) =>
      place.kind === 'project'
        ? projectMembers.list({ actor, projectId: place.id })
        : organizations.members({ actor, organizationId: place.id }),
    setRole: ({ actor, place, email, role }) => {
      if (place.kind === 'project' && (role === 'admin' || role === 'member')) {
        return projectMembers.set({ actor, projectId: place.id, email, role });
      }
      if (place.kind === 'organization' && (role === 'owner' || role === 'member')) {
        return organizations.setMember({ actor, organizationId: place.id, email, role });
      }
      throw fail('request.invalid_parameter', { message: `No role ${role} there` });
    },
    remove: ({ actor, place, userId }) =>
      place.kind === 'project'
        ? projectMembers.remove({ actor, projectId: place.id, userId })
        : organizations.removeMember({ actor, organizationId: place.id, userId }),
    transfer: projectMembers.transfer,
    invite: invitations.invite,
    invitationsOf: invitations.listOf,
    invitationsFor: invitations.listFor,
    accept: invitations.accept,
    decline: invitations.decline,
    withdraw: invitations.withdraw,
    nameOf: async (place) => {
      const actor = systemActor;
      const found =
        place.kind === 'project'
          ? await projects.find({ actor, projectId: place.id })
          : await organizations.find({ actor, organization: place.id });
      return found?.name ?? '';
    },
  };
};
