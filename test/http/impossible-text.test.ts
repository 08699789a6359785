/**
 * Risk: a text that a database cannot hold. PostgreSQL takes no NUL, even to compare: a request with one must be answered as
 * one that names nothing, alike on both engines.
 * Half a character (a lone surrogate) would be kept as another text than was sent.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublic, operations, type Operation } from '../../src/contract/index.ts';
import { operatorActor } from '../../src/kernel/index.ts';
import { eachEngine, optionsOf } from '../support/engines.ts';
import { openProjectDesk, type ProjectDesk, type TokenCall } from '../support/project-desk.ts';
import { at } from '../support/wire.ts';

const parametersOf = ({ path }: Operation): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

/** What costs a subscription only reads the catalogue, and says itself what is wrong with an id. */
const reaching = operations
  .filter((operation) => !isPublic(operation) && operation.surface !== 'cybersecfeed')
  .flatMap((operation) => parametersOf(operation).map((parameter) => ({ id: operation.id, operation, parameter })));

/** What a change needs before it looks for what it changes. */
const role = { role: 'member' };
const bodies: Readonly<Record<string, unknown>> = {
  'opencve.cve.tags.set': { tags: [] },
  'membership.organization.member.change': role,
  'cvefeed.member.change': role,
  'cvefeed.v1.member.change': role,
};

const web = '/api/v2/organizations/acme/projects/web';
const hook = 'https://93.184.215.14/x';
const actions = [{ type: 'change_status', value: 'resolved' }];
const alert = { name: 'nightly', trigger_type: 'alert', configuration: { triggers: ['kev_added'], actions } };
const automationOf = (action: object) => ({ ...alert, configuration: { triggers: ['kev_added'], actions: [action] } });
const noticeOf = (configuration: object) => ({ name: 'n', type: 'webhook', configuration });

/** The texts that bodies hold and that may reach a row, one by one. `1` stands for the project. */
const textsOf = (odd: string): readonly (readonly [method: string, path: string, body: object])[] => [
  ['POST', '/api/auth/request-code', { email: `${odd}@example.org` }],
  ['POST', '/api/auth/verify-code', { request_id: odd, code: '123456' }],
  ['POST', '/api/auth/verify-code', { request_id: 'none', code: odd }],
  ['POST', '/api/claim', { token: odd }],
  ['POST', '/api/notifications/confirm', { token: odd }],
  ['POST', '/api/leaks/revoke', { credentials: [odd] }],
  ['POST', '/api/create-api-key', { name: odd }],
  ['POST', '/api/projects/1/tokens', { name: odd, scopes: { project: 'read' } }],
  ['POST', '/api/projects/1/tokens', { name: 'x', scopes: { [odd]: 'read' } }],
  ['POST', '/api/projects/1/tokens', { name: 'x', scopes: { project: 'read' }, allowed_ips: [odd] }],
  ['POST', '/api/projects/1/invitations', { email: `${odd}@example.org`, role: 'member' }],
  ['POST', '/api/projects/1/transfer', { user_id: odd }],
  ['POST', '/api/organizations/acme/tokens', { name: odd }],
  ['POST', '/api/organizations/acme/tokens', { name: 'x', description: odd }],
  ['POST', '/api/organizations/acme/tokens', { name: 'x', expires_at: odd }],
  ['POST', '/api/organizations/acme/invitations', { email: `${odd}@example.org`, role: 'member' }],
  ['POST', '/api/tags', { name: odd }],
  ['POST', '/api/tags', { name: 'x', description: odd }],
  ['PUT', '/api/cve/CVE-2021-44228/tags', { tags: [odd] }],
  ['PATCH', '/api/v2/organizations/acme', { name: odd }],
  ['POST', '/api/v2/organizations/acme/members', { email: `${odd}@example.org`, role: 'member' }],
  ['POST', '/api/v2/organizations/acme/projects', { name: odd }],
  ['POST', '/api/v2/organizations/acme/projects', { name: 'x', description: odd }],
  ['PATCH', `${web}/cves/CVE-2021-44228`, { assignee: odd }],
  ['POST', `${web}/subscriptions`, { vendor: odd, allow_unknown: true }],
  ['POST', `${web}/subscriptions`, { vendor: 'apache', product: odd, allow_unknown: true }],
  ['PUT', `${web}/subscriptions`, { vendors: [odd], allow_unknown: true }],
  ['PUT', `${web}/subscriptions`, { products: { [odd]: ['x'] }, allow_unknown: true }],
  ['PUT', `${web}/subscriptions`, { products: { apache: [odd] }, allow_unknown: true }],
  ['POST', `${web}/notifications`, { ...noticeOf({ url: hook }), name: odd }],
  ['POST', `${web}/notifications`, { ...noticeOf({ url: hook }), type: odd }],
  ['POST', `${web}/notifications`, noticeOf({ url: `${hook}${odd}` })],
  ['POST', `${web}/notifications`, noticeOf({ url: hook, headers: { 'X-A': odd } })],
  ['POST', `${web}/notifications`, { ...noticeOf({ email: `${odd}@example.org` }), type: 'email' }],
  ['POST', `${web}/automations`, { ...alert, name: odd }],
  ['POST', `${web}/automations`, { ...alert, configuration: { triggers: [odd], actions } }],
  ['POST', `${web}/automations`, automationOf({ type: 'assign_user', value: odd })],
  ['POST', `${web}/automations`, automationOf({ type: 'send_notification', value: odd })],
];

const password = 'orange-tiger-42-lamp';

eachEngine('a request', (makeDatabase) => {
  let desk: ProjectDesk;
  let token: TokenCall;
  let there: Readonly<Record<string, string>>;
  beforeAll(async () => {
    desk = await openProjectDesk(optionsOf(await makeDatabase()));
    token = await desk.token({ '*': 'write' });
    const project = await desk.project('web');
    await token('POST', `${project}/automations`, { ...alert, name: 'daily' });
    await token('POST', `${project}/subscriptions`, { vendor: 'apache' });
    const { projectTurns, users } = desk.server.app.parts.accounts;
    await users.setPassword({ actor: operatorActor, email: desk.owner.email, password });
    there = {
      name: 'acme',
      organization: 'acme',
      project: 'web',
      project_id: String((await projectTurns.findIn(desk.organizationId, 'web'))?.id),
      automation: 'daily',
      cve_id: 'CVE-2021-44228',
      vendor: 'apache',
    };
  });
  afterAll(() => desk.close());

  const call = (method: string, path: string, body: unknown) =>
    path.startsWith('/api/v2/')
      ? token(method, path.replace('/api/v2', ''), body)
      : desk.owner.call(method, path.replace('/projects/1/', `/projects/${there['project_id'] ?? ''}/`), body);

  it('reaches what it names, where nothing is odd about it', async () => {
    for (const path of ['automations/daily', 'cves/CVE-2021-44228'])
      expect((await call('GET', `${web}/${path}`, undefined)).status).toBe(200);
    expect((await call('GET', '/api/projects/1/members', undefined)).status).toBe(200);
  });

  describe('with a NUL', () => {
    it.each(reaching)('as {$parameter} names nothing: $id', async ({ operation, parameter }) => {
      for (const odd of ['%00', 'a%00b']) {
        const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
          name === parameter ? odd : (there[name] ?? 'none'),
        );
        const body = operation.body === undefined ? undefined : (bodies[operation.id] ?? {});
        const answer = await call(operation.method, path, body);
        expect([answer.status, answer.json]).toEqual([404, expect.anything()]);
        const stranger = await desk.server.call(operation.method, path);
        expect(stranger.status).toBe(401);
      }
    });

    it('in the id of a sign-in is an unknown one', async () => {
      const path = '/api/auth/verify-code';
      const unknown = await desk.server.call('POST', path, { request_id: 'none', code: '123456' });
      const answer = await desk.server.call('POST', path, { request_id: 'a\0b', code: '123456' });
      expect([answer.status, at(answer.json, 'error')]).toEqual([401, at(unknown.json, 'error')]);
      expect((await desk.server.call('POST', path, { request_id: 'none', code: '\0' })).status).toBe(401);
    });

    it('in the id of a new owner is nobody', async () => {
      const unknown = await call('POST', '/api/projects/1/transfer', { user_id: 'none' });
      const answer = await call('POST', '/api/projects/1/transfer', { user_id: 'a\0b' });
      expect([answer.status, answer.json]).toEqual([unknown.status, unknown.json]);
      expect(answer.status).toBe(404);
    });

    it('in HTTP Basic is a wrong pair, and counts as one', async () => {
      const ask = (pair: string) =>
        desk.server.call('GET', '/api/organizations', undefined, {
          authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
        });
      expect((await ask(`${desk.owner.email}:${password}\0`)).status).toBe(401);
      for (let tries = 0; tries < 10; tries += 1) {
        const answer = await ask('a\0b@example.org:x');
        expect([answer.status, answer.json]).toEqual([401, { detail: 'Invalid username/password.' }]);
      }
      expect((await ask('a\0b@example.org:x')).status).toBe(429);
      expect((await ask(`${desk.owner.email}:${password}`)).status).toBe(200);
    });
  });

  it.each(textsOf('\ud800q'))('with half a character is refused: %s %s %j', async (...request) => {
    const answer = await call(...request);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('half characters');
  });

  it.each(textsOf('a\0b'))('with a NUL in the body is judged as on every engine: %s %s %j', async (...request) => {
    const { status } = await call(...request);
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
  });

  it('is never what the server fails at', () => {
    expect(desk.server.lines.filter((line) => /request\.failed|admission\.failed/.test(line))).toEqual([]);
  });
});
