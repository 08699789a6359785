/** Members and invitations over the wire: who may change who belongs where, and what everybody else is told. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operatorActor } from '../../src/kernel/index.ts';
import { openPeopleApp, type PeopleApp, type SignedIn } from '../support/people-app.ts';
import { at, type WireAnswer } from '../support/wire.ts';

let server: PeopleApp;
let turn = 0;
let owner: SignedIn;
let guest: SignedIn;
let stranger: SignedIn;
beforeAll(async () => {
  server = await openPeopleApp();
});
afterAll(() => server.close());

/** People, a project and an organisation of their own for every test. */
let project: string;
let organization: string;
beforeEach(async () => {
  turn += 1;
  owner = await server.person(`owner${turn}@example.org`, 'enterprise');
  guest = await server.person(`guest${turn}@example.org`, 'enterprise');
  stranger = await server.person(`stranger${turn}@example.org`, 'enterprise');
  project = `/api/projects/${await server.project(owner)}`;
  organization = `/api/organizations/${encodeURIComponent(`org of ${owner.email}`)}`;
});

const idOf = (answer: WireAnswer): string => String(at(answer.json, 'id'));
const roles = async (place: string, by = owner): Promise<unknown> => {
  const rows = at((await by.call('GET', `${place}/members`)).json, 'results');
  return Array.isArray(rows) ? rows.map((row: unknown) => [at(row, 'email'), at(row, 'role')]) : rows;
};
const join = async (place: string, role: string, person = guest): Promise<void> => {
  const invited = await owner.call('POST', `${place}/invitations`, { email: person.email, role });
  expect(invited.status, invited.text).toBe(201);
  expect((await person.call('POST', `/api/invitations/${idOf(invited)}/accept`)).status).toBe(200);
};
const places = () => [
  { place: project, kind: 'project', name: 'Perimeter', more: 'admin' },
  { place: organization, kind: 'organization', name: `org of ${owner.email}`, more: 'owner' },
];

describe('an invitation', () => {
  it('is mailed, listed on both sides, accepted by whom it is for, and then gone', async () => {
    for (const { place, kind, name, more } of places()) {
      const invited = await owner.call('POST', `${place}/invitations/`, { email: guest.email, role: more });
      expect([invited.status, invited.json]).toEqual([
        201,
        {
          id: expect.stringMatching(/^inv_/),
          email: guest.email,
          role: more,
          invited_by: owner.email,
          created_at: expect.any(String),
          expires_at: expect.any(String),
        },
      ]);
      expect((await server.lastMail(guest.email)).text).toContain(name);
      expect(at((await owner.call('GET', `${place}/invitations`)).json, 'results')).toEqual([invited.json]);
      const own = await guest.call('GET', '/api/invitations');
      expect(at(own.json, 'invitations')).toEqual([
        { ...Object(invited.json), to: { kind, id: expect.any(String), name } },
      ]);
      expect((await guest.call('GET', `${place}/members`)).status).toBe(404);
      expect((await guest.call('POST', `/api/invitations/${idOf(invited)}/accept`)).status).toBe(200);
      expect(await roles(place, guest)).toEqual([
        [owner.email, 'owner'],
        [guest.email, more],
      ]);
      expect((await guest.call('POST', `/api/invitations/${idOf(invited)}/accept`)).status).toBe(404);
      expect(at((await guest.call('GET', '/api/invitations')).json, 'invitations')).toEqual([]);
      expect(at((await owner.call('GET', `${place}/invitations`)).json, 'count')).toBe(0);
    }
  });

  it('is nothing to anybody else, and ends when it is declined or taken back', async () => {
    for (const { place } of places()) {
      const invite = () => owner.call('POST', `${place}/invitations`, { email: guest.email });
      const first = idOf(await invite());
      for (const verb of ['accept', 'decline']) {
        const answer = await stranger.call('POST', `/api/invitations/${first}/${verb}`);
        expect([verb, answer.status]).toEqual([verb, 404]);
      }
      expect((await stranger.call('DELETE', `${place}/invitations/${first}`)).status).toBe(404);
      expect((await guest.call('DELETE', `${place}/invitations/${first}`)).status).toBe(404);
      expect((await invite()).status).toBe(409);
      expect((await guest.call('POST', `/api/invitations/${first}/decline`)).status).toBe(204);
      const second = idOf(await invite());
      expect((await owner.call('DELETE', `${place}/invitations/${second}`)).status).toBe(204);
      expect((await owner.call('DELETE', `${place}/invitations/${second}`)).status).toBe(404);
      expect((await guest.call('POST', `/api/invitations/${second}/accept`)).status).toBe(404);
      expect(await roles(place)).toEqual([[owner.email, 'owner']]);
    }
  });

  it('of one tenant cannot be taken back on the path of another, even by the owner of both', async () => {
    const invited = idOf(await owner.call('POST', `${organization}/invitations`, { email: guest.email }));
    expect((await owner.call('DELETE', `${project}/invitations/${invited}`)).status).toBe(404);
    expect((await guest.call('POST', `/api/invitations/${invited}/accept`)).status).toBe(200);
  });

  it('is refused beyond the plan, with a wrong role, address or member, and without one', async () => {
    const invite = (body: unknown, place = project) => owner.call('POST', `${place}/invitations`, body);
    for (const body of [
      { email: 'no address' },
      { email: guest.email, role: 'owner' },
      { email: guest.email, extra: 1 },
      { role: 'member' },
      [],
    ]) {
      expect((await invite(body)).status, JSON.stringify(body)).toBe(400);
    }
    expect((await invite({ email: guest.email, role: 'admin' }, organization)).status).toBe(400);
    expect((await invite({ email: owner.email })).status).toBe(409);
    await server.app.parts.accounts.plans.set({ actor: operatorActor, userId: owner.id, plan: 'free' });
    const beyond = await invite({ email: guest.email });
    expect([beyond.status, typeof at(beyond.json, 'detail')]).toEqual([403, 'string']);
  });
});

describe('a member', () => {
  it('is given another role or taken out by who manages the place, and is told', async () => {
    for (const { place, name, more } of places()) {
      await join(place, 'member');
      const changed = await owner.call('PATCH', `${place}/members/${guest.id}`, { role: more });
      expect([changed.status, at(changed.json, 'role'), at(changed.json, 'user_id')]).toEqual([200, more, guest.id]);
      expect((await owner.call('PATCH', `${place}/members/${stranger.id}`, { role: more })).status).toBe(404);
      expect((await owner.call('PATCH', `${place}/members/${guest.id}`, { role: 'king' })).status).toBe(400);
      expect((await owner.call('DELETE', `${place}/members/${guest.id}`)).status).toBe(204);
      expect((await server.lastMail(guest.email)).text).toContain(name);
      expect((await owner.call('DELETE', `${place}/members/${guest.id}`)).status).toBe(404);
      expect((await guest.call('GET', `${place}/members`)).status).toBe(404);
    }
  });

  it('sees the others and may leave, and can change nothing else', async () => {
    for (const { place } of places()) {
      await join(place, 'member');
      expect(await roles(place, guest)).toHaveLength(2);
      const tries = [
        ['POST', `${place}/invitations`, { email: stranger.email }],
        ['GET', `${place}/invitations`],
        ['PATCH', `${place}/members/${guest.id}`, { role: 'admin' }],
        ['DELETE', `${place}/members/${owner.id}`],
        ['DELETE', `${place}/invitations/inv_none`],
      ] as const;
      for (const [method, path, body] of tries) {
        expect([method, path, (await guest.call(method, path, body)).status]).toEqual([method, path, 403]);
      }
      expect((await guest.call('DELETE', `${place}/members/me`)).status).toBe(204);
      expect((await guest.call('GET', `${place}/members`)).status).toBe(404);
    }
  });

  it('who is the last owner cannot leave', async () => {
    for (const { place } of places()) {
      expect((await owner.call('DELETE', `${place}/members/me`)).status).toBe(409);
      expect(await roles(place)).toEqual([[owner.email, 'owner']]);
    }
  });
});

describe('a project', () => {
  it('goes to another member by its owner only, and both are told', async () => {
    const transfer = (by: SignedIn, userId: string) => by.call('POST', `${project}/transfer/`, { user_id: userId });
    await join(project, 'admin');
    expect((await transfer(guest, guest.id)).status).toBe(403);
    expect((await transfer(stranger, stranger.id)).status).toBe(404);
    expect((await transfer(owner, stranger.id)).status).toBe(404);
    expect((await transfer(owner, guest.id)).status).toBe(204);
    expect(await roles(project)).toEqual([
      [owner.email, 'admin'],
      [guest.email, 'owner'],
    ]);
    expect((await server.lastMail(owner.email)).text).toContain('not the owner');
    expect((await server.lastMail(guest.email)).text).toContain('your plan governs it');
    expect((await owner.call('DELETE', `${project}/members/me`)).status).toBe(204);
  });

  it('has every change of its members in its activity log', async () => {
    await join(project, 'member');
    await owner.call('PATCH', `${project}/members/${guest.id}`, { role: 'admin' });
    await owner.call('DELETE', `${project}/members/${guest.id}`);
    const log = await owner.call('GET', `${project}/activity-log`);
    const rows = at(log.json, 'results');
    expect(
      Array.isArray(rows) ? rows.map((row: unknown) => [at(row, 'action'), at(row, 'actor_email')]) : rows,
    ).toEqual([
      ['project.member_removed', owner.email],
      ['project.member_changed', owner.email],
      ['invitation.accepted', guest.email],
      ['invitation.sent', owner.email],
      ['project.created', null],
    ]);
  });
});
