/** Risk: whoever holds a token of an organisation floods strangers with mail, by making things and taking them back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProjectDesk, type ProjectDesk, type TokenCall } from '../support/project-desk.ts';
import { at, type WireAnswer } from '../support/wire.ts';

let desk: ProjectDesk;
let call: TokenCall;
let notifications: string;
beforeEach(async () => {
  desk = await openProjectDesk({ unaskedMails: '3' });
  call = await desk.token({ '*': 'write' });
  notifications = `${await desk.project('Perimeter')}/notifications`;
});
afterEach(() => desk.close());

const members = '/organizations/acme/members';
const add = (name: string, email: string): Promise<WireAnswer> =>
  call('POST', notifications, { name, type: 'email', configuration: { email } });
const mailsTo = async (domain: string): Promise<number> =>
  (await desk.server.app.parts.mail.list()).filter(({ to }) => to.endsWith(domain)).length;
const limited = (answer: WireAnswer) => {
  expect(answer.status).toBe(429);
  expect(at(answer.json, 'error', 'code')).toBe('throttled');
  expect(at(answer.json, 'error', 'message')).toMatch(/mail/i);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(86_000);
};

describe('mails that nobody asked for', () => {
  it('are few a day for an organisation, over all that it makes, changes and takes back', async () => {
    expect((await add('A', 'a@strangers.example')).status).toBe(201);
    expect((await call('DELETE', `${notifications}/A`)).status).toBe(204);
    expect((await add('B', 'b@strangers.example')).status).toBe(201);
    const invited = await call('POST', members, { email: 'c@strangers.example', role: 'member' });
    expect(invited.status).toBe(201);
    expect((await call('DELETE', `${members}/${String(at(invited.json, 'id'))}`)).status).toBe(204);

    limited(await add('C', 'd@strangers.example'));
    limited(await call('PATCH', `${notifications}/B`, { configuration: { email: 'e@strangers.example' } }));
    limited(await call('POST', members, { email: 'f@strangers.example', role: 'member' }));
    const other = await desk.project('Office');
    limited(
      await call('POST', `${other}/notifications`, {
        name: 'D',
        type: 'email',
        configuration: { email: 'g@strangers.example' },
      }),
    );
    expect(await mailsTo('strangers.example')).toBe(3);

    // Nothing is left of what was refused, and what sends no mail goes on.
    expect(at((await call('GET', notifications)).json, 'count')).toBe(1);
    expect(at((await call('GET', `${notifications}/B`)).json, 'configuration', 'email')).toBe('b@strangers.example');
    expect(at((await call('GET', members)).json, 'count')).toBe(1);
    expect((await call('PATCH', `${notifications}/B`, { name: 'B2' })).status).toBe(200);

    desk.server.clock.advance(86_400_000);
    expect((await add('C', 'd@strangers.example')).status).toBe(201);
  });

  it('count for the organisation where a person invites to a project of it, and for no other organisation', async () => {
    const { accounts } = desk.server.app.parts;
    const id = (await accounts.projectTurns.findIn(desk.organizationId, 'Perimeter'))?.id ?? 0;
    const path = `/api/projects/${id}/invitations`;
    for (const name of ['a', 'b', 'c']) {
      expect((await desk.owner.call('POST', path, { email: `${name}@strangers.example` })).status).toBe(201);
    }
    const refused = await desk.owner.call('POST', path, { email: 'd@strangers.example' });
    expect([refused.status, Number(refused.headers['retry-after']) > 86_000]).toEqual([429, true]);
    limited(await add('A', 'e@strangers.example'));
    const another = await desk.server.project(desk.owner);
    const elsewhere = await desk.owner.call('POST', `/api/projects/${another}/invitations`, {
      email: 'd@strangers.example',
    });
    expect(elsewhere.status).toBe(201);
  });
});
