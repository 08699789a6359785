/** Projects and their tokens over the wire: who may manage them, what they open, and what they never do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorActor } from '../../src/kernel/index.ts';
import { openPeopleApp, type PeopleApp, type SignedIn } from '../support/people-app.ts';
import { at, type WireAnswer } from '../support/wire.ts';

let server: PeopleApp;
let owner: SignedIn;
let stranger: SignedIn;
let project: number;
let tokens: string;
beforeAll(async () => {
  server = await openPeopleApp();
  owner = await server.person('owner@example.org', 'enterprise');
  stranger = await server.person('stranger@example.org', 'enterprise');
  project = await server.project(owner);
  tokens = `/api/projects/${project}/tokens/`;
});
afterAll(() => server.close());

const make = async (scopes: Record<string, string>, more: Record<string, unknown> = {}): Promise<WireAnswer> =>
  owner.call('POST', tokens, { name: 'CI', scopes, ...more });
const textOf = (answer: WireAnswer): string => String(at(answer.json, 'token'));
const by = (token: string, path: string, method = 'GET', body?: unknown): Promise<WireAnswer> =>
  server.call(method, path, body, { authorization: `Bearer ${token}` });

describe('a token', () => {
  it('is shown once, and from then on by everything but its text', async () => {
    const made = await make(
      { vulnerabilities: 'read', project: 'write' },
      { is_mcp_enabled: true, allowed_ips: ['127.0.0.0/8'], expires_at: '2027-01-01T00:00:00Z' },
    );
    expect([made.status, made.headers['cache-control']]).toEqual([201, 'no-store']);
    const { token, ...row } = Object(made.json) as Record<string, unknown>;
    expect(token).toMatch(/^cvefeed_[A-Za-z0-9]{8}_[0-9a-f]{64}$/);
    expect(row).toMatchObject({
      name: 'CI',
      masked: `cvefeed_${String(row['prefix'])}_…`,
      scopes: { vulnerabilities: 'read', project: 'write', alerts: 'none' },
      is_mcp_enabled: true,
      status: 'active',
      expires_at: '2027-01-01T00:00:00Z',
      allowed_ips: ['127.0.0.0/8'],
      created_by: 'owner@example.org',
      last_used_at: null,
    });
    for (const path of [`${tokens}${String(row['id'])}/`, `${tokens}${String(row['prefix'])}`, tokens]) {
      const shown = await owner.call('GET', path);
      expect(shown.status).toBe(200);
      expect(shown.text).not.toContain(String(token).slice(-64));
    }
    expect((await owner.call('GET', `${tokens}${String(row['id'])}/`)).json).toEqual(row);
    expect(server.lines.join('')).not.toContain(String(token));
  });

  it('opens its own project, as far as its scopes go, on both paths', async () => {
    const token = textOf(await make({ project: 'read' }));
    for (const path of [`/api/projects/${project}/`, `/api/v1/projects/${project}/`]) {
      const answer = await by(token, path);
      expect([answer.status, answer.json]).toEqual([
        200,
        {
          id: project,
          name: 'Perimeter',
          slug: 'perimeter',
          tier: { name: 'enterprise', priority: 3, features: { mcp_access: { enabled: true, limit: null } } },
          token: {
            prefix: token.slice(8, 16),
            scopes: expect.objectContaining({ project: 'read' }),
            is_mcp_enabled: false,
          },
          product_subscriptions: { current_usage: 0, max_limit: 1000 },
        },
      ]);
    }
    const refused = await by(token, `/api/projects/${project}/activity-log/`);
    expect([refused.status, refused.headers['x-required-scope'], at(refused.json, 'detail')]).toEqual([
      403,
      'activity_log:read',
      'The token lacks the scope activity_log:read.',
    ]);
  });

  it('does not see any other project, nor tell whether it exists', async () => {
    const other = await server.project(stranger);
    const token = textOf(await make({ project: 'write', activity_log: 'write' }));
    for (const id of [other, 999_999, 'x', `0${project}`]) {
      const answer = await by(token, `/api/projects/${id}/`);
      expect([id, answer.status, answer.json]).toEqual([id, 404, { detail: 'Not found.' }]);
    }
  });

  it('never manages tokens, whatever its scopes', async () => {
    const made = await make({
      vulnerabilities: 'write',
      subscriptions: 'write',
      alerts: 'write',
      integrations: 'write',
      activity_log: 'write',
      project: 'write',
    });
    const id = String(at(made.json, 'id'));
    const calls = [
      ['GET', tokens],
      ['POST', tokens, { name: 'x', scopes: { project: 'read' } }],
      ['GET', `${tokens}${id}`],
      ['PATCH', `${tokens}${id}`, { name: 'x' }],
      ['DELETE', `${tokens}${id}`],
      ['POST', `${tokens}${id}/rotate/`, {}],
    ] as const;
    for (const [method, path, body] of calls) {
      const answer = await by(textOf(made), path, method, body);
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
  });

  it('says in its own words that it has been revoked or has expired, and is nothing to those who have half of it', async () => {
    const made = await make({ project: 'read' });
    const token = textOf(made);
    expect((await owner.call('DELETE', `${tokens}${String(at(made.json, 'id'))}`)).status).toBe(204);
    const revoked = await by(token, `/api/projects/${project}/`);
    expect([revoked.status, revoked.json]).toEqual([401, { detail: 'This token has been revoked.' }]);
    const forged = await by(`${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`, `/api/projects/${project}/`);
    expect([forged.status, forged.json]).toEqual([401, { detail: 'Invalid token.' }]);
    const short = await make({ project: 'read' }, { expires_at: new Date(server.clock.nowMs() + 1000).toISOString() });
    server.clock.advance(1000);
    const expired = await by(textOf(short), `/api/projects/${project}/`);
    expect([expired.status, expired.json]).toEqual([401, { detail: 'This token has expired.' }]);
  });

  it('is changed, suspended, resumed and rotated with an overlap', async () => {
    const made = await make({ project: 'read' });
    const path = `${tokens}${String(at(made.json, 'id'))}/`;
    const changed = await owner.call('PATCH', path, { name: 'SIEM', scopes: { alerts: 'read' }, expires_at: null });
    expect(changed.json).toMatchObject({ name: 'SIEM', scopes: { alerts: 'read', project: 'none' }, expires_at: null });
    expect((await by(textOf(made), `/api/projects/${project}/`)).status).toBe(403);
    expect((await owner.call('PATCH', path, { is_active: false, scopes: { project: 'read' } })).json).toMatchObject({
      status: 'suspended',
    });
    expect((await by(textOf(made), `/api/projects/${project}/`)).json).toEqual({
      detail: 'This token has been suspended.',
    });
    expect((await owner.call('PATCH', path, { is_active: true })).json).toMatchObject({ status: 'active' });
    const next = await owner.call('POST', `${path}rotate/`, { overlap_seconds: 60 });
    expect(next.status).toBe(201);
    for (const token of [textOf(made), textOf(next)])
      expect((await by(token, `/api/projects/${project}/`)).status).toBe(200);
    server.clock.advance(60_000);
    expect((await by(textOf(made), `/api/projects/${project}/`)).status).toBe(401);
    expect((await by(textOf(next), `/api/projects/${project}/`)).status).toBe(200);
  });

  it.each([
    [{ name: 'x' }],
    [{ name: 'x', scopes: {} }],
    [{ name: 'x', scopes: { project: 'none' } }],
    [{ name: 'x', scopes: { everything: 'read' } }],
    [{ name: 'x', scopes: { project: 'admin' } }],
    [{ name: '', scopes: { project: 'read' } }],
    [{ name: 'x', scopes: { project: 'read' }, expires_at: 'tomorrow' }],
    [{ name: 'x', scopes: { project: 'read' }, expires_at: '2020-01-01T00:00:00Z' }],
    [{ name: 'x', scopes: { project: 'read' }, allowed_ips: ['nowhere'] }],
    [{ name: 'x', scopes: { project: 'read' }, owner: 'me' }],
  ])('is not made of %j', async (body) => {
    const answer = await owner.call('POST', tokens, body);
    expect([answer.status, typeof at(answer.json, 'detail')]).toEqual([400, 'string']);
  });
});

describe('people', () => {
  it('who do not belong to the project get 404, members 403, admins manage', async () => {
    expect((await stranger.call('GET', tokens)).json).toEqual({ detail: 'Not found.' });
    expect((await stranger.call('GET', `/api/projects/${project}/`)).status).toBe(404);
    const member = await server.person('member@example.org');
    const set = (role: 'admin' | 'member') =>
      server.app.parts.accounts.projectMembers.set({
        actor: operatorActor,
        projectId: project,
        email: member.email,
        role,
      });
    await set('member');
    expect((await member.call('GET', `/api/projects/${project}/`)).json).toMatchObject({ id: project, token: null });
    expect((await member.call('GET', tokens)).status).toBe(403);
    expect((await member.call('POST', tokens, { name: 'x', scopes: { project: 'read' } })).status).toBe(403);
    expect((await member.call('GET', `/api/projects/${project}/activity-log`)).status).toBe(403);
    await set('admin');
    expect((await member.call('GET', tokens)).status).toBe(200);
  });

  it('turn pages by absolute addresses', async () => {
    const first = await owner.call('GET', `${tokens}?page_size=2`);
    expect(at(first.json, 'previous')).toBeNull();
    const next = String(at(first.json, 'next'));
    expect(next).toBe(`${server.url}${tokens}?page_size=2&page=2`);
    const second = await owner.call('GET', next.slice(server.url.length));
    expect(at(second.json, 'previous')).toBe(`${server.url}${tokens}?page_size=2&page=1`);
  });
});

describe('the activity log', () => {
  it('tells who made and ended a token, and keeps nothing of its text', async () => {
    const made = await make({ activity_log: 'read' });
    const log = await by(textOf(made), `/api/projects/${project}/activity-log/?action=credential.issued&page_size=1`);
    expect(log.status).toBe(200);
    expect(at(log.json, 'results', 0)).toMatchObject({
      action: 'credential.issued',
      actor_type: 'user',
      actor_email: 'owner@example.org',
      object_type: 'credential',
      object_name: 'CI',
      new_values: expect.objectContaining({ masked: at(made.json, 'masked') }),
      ip_address: '127.0.0.1',
    });
    expect(log.text).not.toContain(textOf(made).slice(-64));
    const filtered = await owner.call('GET', `/api/projects/${project}/activity-log/?actor_type=api_token`);
    const rows = at(filtered.json, 'results');
    expect(Array.isArray(rows) && rows.every((row) => at(row, 'actor_type') === 'api_token')).toBe(true);
    expect((await owner.call('GET', `/api/projects/${project}/activity-log/?actor_type=robot`)).status).toBe(400);
  });

  it('asks for the tier of the owner', async () => {
    const pro = await server.person('pro@example.org', 'pro');
    const own = await server.project(pro);
    const answer = await pro.call('GET', `/api/projects/${own}/activity-log/`);
    expect([answer.status, answer.headers['x-required-tier']]).toEqual([403, 'enterprise']);
  });
});
