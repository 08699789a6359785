import { fail, type Actor } from '../kernel/index.ts';
import type { AccountsDeps } from './deps.ts';
import type { invitationVerbs } from './invitations.ts';
import type { organizationVerbs } from './organizations.ts';
import { requireAccess } from './permission.ts';
import { listOpenInvitations } from './store/invitation-store.ts';
import { listOrganizationMembers } from './store/member-store.ts';
import { listPlaces } from './store/place-store.ts';
import type { OrganizationRole } from './store/tenant-store.ts';

/** A place in an organisation: a member's, or that of somebody who is invited. Times are epoch milliseconds. */
export interface Place {
  /** Stays when the invited person joins. */
  readonly number: number;
  readonly email: string;
  readonly role: OrganizationRole;
  readonly invitedAtMs: number;
  /** Null while the invitation is open. */
  readonly joinedAtMs: number | null;
  /** The user id of a member, the id of an invitation. */
  readonly holder: string;
}

interface Target {
  readonly actor: Actor;
  readonly organizationId: string;
}

/** placeVerbs treat members and invited people of an organisation alike, by number. */
export const placeVerbs = (
  deps: Pick<AccountsDeps, 'control' | 'clock'>,
  organizations: Pick<ReturnType<typeof organizationVerbs>, 'setMember' | 'removeMember'>,
  invitations: Pick<ReturnType<typeof invitationVerbs>, 'invite' | 'withdraw'>,
) => {
  const { control, clock } = deps;

  /** list returns members and open invitations in the order in which they came. */
  const list = async ({ actor, organizationId }: Target): Promise<Place[]> => {
    await requireAccess(control.db, actor, organizationId, 'view');
    const target = { target_kind: 'organization', target_id: organizationId } as const;
    const members = await listOrganizationMembers(control.db, organizationId);
    const invited = await listOpenInvitations(control.db, target, clock.nowMs());
    const people = new Map<string, Pick<Place, 'email' | 'role' | 'joinedAtMs'>>();
    for (const { user_id, email, role, joined_at_ms } of members) {
      people.set(user_id, { email, role, joinedAtMs: joined_at_ms });
    }
    for (const { id, email, role } of invited) {
      people.set(id, { email, role: role === 'owner' ? 'owner' : 'member', joinedAtMs: null });
    }
    const rows = await listPlaces(control.db, organizationId);
    return rows.flatMap(({ number, holder, invited_at_ms: invitedAtMs }) => {
      const person = people.get(holder);
      return person === undefined ? [] : [{ number, holder, invitedAtMs, ...person }];
    });
  };

  const find = async (target: Target, number: number): Promise<Place> => {
    const place = (await list(target)).find((each) => each.number === number);
    if (place === undefined) throw fail('member.not_found');
    return place;
  };

  return {
    list,
    /** invite asks somebody to join, and returns the new place. Throws `member.exists`, and as `invitations.invite` does. */
    invite: async (target: Target & { readonly email: string; readonly role: string }): Promise<Place> => {
      const { actor, organizationId, email, role } = target;
      const { id } = await invitations.invite({
        actor,
        target: { kind: 'organization', id: organizationId },
        email,
        role,
      });
      const place = (await list(target)).find(({ holder }) => holder === id);
      if (place === undefined) throw fail('member.not_found');
      return place;
    },
    /** change gives a member another role. Throws `member.invited` for somebody who has not joined, `member.last_owner`. */
    change: async (target: Target & { readonly number: number; readonly role: OrganizationRole }): Promise<Place> => {
      const { actor, organizationId, number, role } = target;
      const { email, joinedAtMs } = await find(target, number);
      if (joinedAtMs === null) throw fail('member.invited');
      await organizations.setMember({ actor, organizationId, email, role });
      return find(target, number);
    },
    /** remove takes a member out or an invitation back. Throws `member.not_found`, `member.last_owner`. */
    remove: async (target: Target & { readonly number: number }): Promise<void> => {
      const { actor, organizationId, number } = target;
      const { holder, joinedAtMs } = await find(target, number);
      if (joinedAtMs === null) await invitations.withdraw({ actor, invitationId: holder });
      else await organizations.removeMember({ actor, organizationId, userId: holder });
    },
  };
};
