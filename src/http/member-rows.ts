import type { z } from 'zod';
import { PageQuery } from '../contract/index.ts';
import { fail } from '../kernel/index.ts';
import { isoTime } from './iso-time.ts';
import { emptyAnswer, jsonAnswer, parseBody } from './json.ts';
import { listPage, slicePage } from './list-page.ts';
import { actorOf } from './person.ts';
import { parseQuery } from './query.ts';
import { rowNameIn } from './row-name.ts';
import type { Answer, Exchange, Handler } from './surface.ts';
import type { Invitation, Member, MembershipDeps, Place } from './membership-verbs.ts';

const memberRow = (member: Member) => ({
  user_id: member.userId,
  email: member.email,
  name: member.name,
  role: member.role,
  joined_at: isoTime(member.joinedAtMs),
});

/** invitationRow is an invitation as the wire has it. */
export const invitationRow = async ({ emailOf }: Pick<MembershipDeps, 'emailOf'>, invitation: Invitation) => ({
  id: invitation.id,
  email: invitation.email,
  role: invitation.role,
  invited_by: invitation.invitedBy === '' ? null : await emailOf(invitation.invitedBy),
  created_at: isoTime(invitation.createdAtMs),
  expires_at: isoTime(invitation.expiresAtMs),
});

/** The words of one kind of tenant. */
export interface Tenancy {
  /** The project or organisation of the path. Throws for those who may not see it. */
  readonly placeOf: (exchange: Exchange) => Promise<Place>;
  readonly role: z.ZodType<{ readonly role: string }>;
  readonly invitation: z.ZodType<{ readonly email: string; readonly role: string }>;
}

/** memberHandlers are the members and invitations of a project or an organisation, by the names of the contract. */
export const memberHandlers = (deps: MembershipDeps, tenancy: Tenancy): Readonly<Record<string, Handler>> => {
  const { memberships } = deps;

  /** Strangers get 404 and those who may only look 403, before anything of the request is looked at. */
  const enter = async (exchange: Exchange, needed: 'view' | 'manage'): Promise<Place> => {
    const place = await tenancy.placeOf(exchange);
    await memberships.requireAccess(actorOf(exchange), place, needed);
    return place;
  };

  const memberOf = async (exchange: Exchange, place: Place): Promise<Member> => {
    const rows = await memberships.members(actorOf(exchange), place);
    const found = rows.find(({ userId }) => userId === exchange.params['user_id']);
    if (found === undefined) throw fail('member.not_found');
    return found;
  };

  const pageOf = async <Row>(
    exchange: Exchange,
    rows: readonly Row[],
    write: (row: Row) => unknown,
  ): Promise<Answer> => {
    const { page = 1, page_size: pageSize = 25 } = parseQuery(PageQuery, exchange.query);
    const results = await Promise.all(slicePage(rows, page, pageSize).map(write));
    return jsonAnswer(200, listPage(exchange, deps.publicUrl, { results, count: rows.length, page, pageSize }));
  };

  return {
    'members.list': async (exchange) => {
      const place = await enter(exchange, 'view');
      return pageOf(exchange, await memberships.members(actorOf(exchange), place), memberRow);
    },
    'member.change': async (exchange) => {
      const place = await enter(exchange, 'manage');
      const { role } = parseBody(tenancy.role, exchange.body);
      const { email } = await memberOf(exchange, place);
      await memberships.setRole({ actor: actorOf(exchange), place, email, role });
      return jsonAnswer(200, memberRow(await memberOf(exchange, place)));
    },
    'member.remove': async (exchange) => {
      const place = await enter(exchange, 'view');
      const actor = actorOf(exchange);
      const named = rowNameIn(exchange, 'user_id');
      await memberships.remove({ actor, place, userId: named === 'me' ? actor.id : named });
      return emptyAnswer();
    },
    'invitations.list': async (exchange) => {
      const target = await enter(exchange, 'manage');
      const rows = await memberships.invitationsOf({ actor: actorOf(exchange), target });
      return pageOf(exchange, rows, (row) => invitationRow(deps, row));
    },
    'invitation.create': async (exchange) => {
      const target = await enter(exchange, 'manage');
      const { email, role } = parseBody(tenancy.invitation, exchange.body);
      const made = await memberships.invite({ actor: actorOf(exchange), target, email, role });
      return jsonAnswer(201, await invitationRow(deps, made));
    },
    'invitation.withdraw': async (exchange) => {
      const target = await enter(exchange, 'manage');
      const actor = actorOf(exchange);
      const invitationId = rowNameIn(exchange, 'invitation_id');
      // One of another tenant is no invitation of this one, whoever asks.
      const own = await memberships.invitationsOf({ actor, target });
      if (!own.some(({ id }) => id === invitationId)) throw fail('invitation.not_found');
      await memberships.withdraw({ actor, invitationId });
      return emptyAnswer();
    },
  };
};
