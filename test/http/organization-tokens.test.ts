/** Organisation tokens over the wire: owners manage them, nobody else, and never a token itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorActor } from '../../src/kernel/index.ts';
import { openPeopleApp, type PeopleApp, type SignedIn } from '../support/people-app.ts';
import { at } from '../support/wire.ts';

let server: PeopleApp;
let owner: SignedIn;
beforeAll(async () => {
  server = await openPeopleApp();
  owner = await server.person('owner@example.org');
  const { organizations } = server.app.parts.accounts;
  await organizations.create({ actor: operatorActor, name: 'Blue Team', ownerEmail: owner.email });
});
afterAll(() => server.close());

const tokens = '/api/organizations/Blue%20Team/tokens';

describe('a token', () => {
  it('is created, shown once, listed newest first, changed, rotated and revoked', async () => {
    const made = await owner.call('POST', tokens, { name: 'SIEM', description: 'nightly', scopes: ['projects:read'] });
    expect([made.status, made.headers['cache-control']]).toEqual([201, 'no-store']);
    const token = String(at(made.json, 'token'));
    expect(token).toMatch(/^opc_org\.[A-Za-z0-9]{12}\.[A-Za-z0-9]{32}$/);
    const id = String(at(made.json, 'token_id'));
    expect(token.split('.')[1]).toBe(id);
    expect(made.json).toMatchObject({
      name: 'SIEM',
      description: 'nightly',
      access_mode: 'read',
      scopes: ['projects:read'],
      is_active: true,
      created_by: 'owner@example.org',
      revoked_by: null,
    });
    const second = await owner.call('POST', `${tokens}/`, { name: 'CI', access_mode: 'write' });
    const listed = await owner.call('GET', tokens);
    expect([at(listed.json, 'count'), at(listed.json, 'results', 0, 'name')]).toEqual([2, 'CI']);
    expect(listed.text).not.toContain(token.slice(-32));
    const changed = await owner.call('PATCH', `${tokens}/${id}`, { access_mode: 'write', scopes: ['projects:write'] });
    expect(changed.json).toMatchObject({ access_mode: 'write', scopes: ['projects:write'], name: 'SIEM' });
    const next = await owner.call('POST', `${tokens}/${id}/rotate`, {});
    expect([next.status, at(next.json, 'scopes')]).toEqual([201, ['projects:write']]);
    const last = String(at(second.json, 'token_id'));
    expect((await owner.call('DELETE', `${tokens}/${last}`)).status).toBe(204);
    expect((await owner.call('GET', `${tokens}/${last}`)).json).toMatchObject({
      is_active: false,
      status: 'revoked',
      revoked_by: 'owner@example.org',
      revoked_at: expect.any(String),
    });
    expect(server.lines.join('')).not.toContain(token);
  });

  it.each([
    [{}],
    [{ name: '' }],
    [{ name: 'x'.repeat(101) }],
    [{ name: 'x', description: 'x'.repeat(256) }],
    [{ name: 'x', access_mode: 'admin' }],
    [{ name: 'x', scopes: ['everything:read'] }],
    [{ name: 'x', scopes: ['projects'] }],
    [{ name: 'x', secret: 'mine' }],
  ])('is not made of %j', async (body) => {
    expect((await owner.call('POST', tokens, body)).status).toBe(400);
  });

  it('does not manage tokens itself', async () => {
    const made = await owner.call('POST', tokens, { name: 'write', access_mode: 'write' });
    const authorization = `Bearer ${String(at(made.json, 'token'))}`;
    expect((await server.call('GET', tokens, undefined, { authorization })).status).toBe(403);
    expect((await server.call('POST', tokens, { name: 'x' }, { authorization })).status).toBe(403);
    await owner.call('DELETE', `${tokens}/${String(at(made.json, 'token_id'))}`);
    const revoked = await server.call('GET', tokens, undefined, { authorization });
    expect([revoked.status, revoked.json]).toEqual([401, { detail: 'Invalid token.' }]);
  });
});

describe('people', () => {
  it('who do not belong to it get 404, members 403, nobody 401', async () => {
    const eve = await server.person('eve@example.org');
    const foreign = await eve.call('GET', tokens);
    expect([foreign.status, foreign.json]).toEqual([404, { detail: 'No Organization matches the given query.' }]);
    const { organizations } = server.app.parts.accounts;
    const found = await organizations.find({ actor: operatorActor, organization: 'Blue Team' });
    const member = { actor: operatorActor, organizationId: found?.id ?? '', email: eve.email, role: 'member' } as const;
    await organizations.setMember(member);
    expect((await eve.call('GET', tokens)).status).toBe(403);
    const nobody = await server.call('GET', tokens);
    expect([nobody.status, nobody.json]).toEqual([401, { detail: 'Authentication credentials were not provided.' }]);
    expect(nobody.headers['www-authenticate']).toBe('Basic realm="api"');
  });
});
