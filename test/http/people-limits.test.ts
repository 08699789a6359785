/** Risk: members get past the limit of their project by signing in, or strangers use it up. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPeopleApp, type PeopleApp } from '../support/people-app.ts';
import { at } from '../support/wire.ts';

let server: PeopleApp;
beforeAll(async () => {
  server = await openPeopleApp();
});
afterAll(() => server.close());

it('members and tokens of a project share one limit, which strangers and managing do not touch', async () => {
  const owner = await server.person('owner@example.org', 'free');
  const stranger = await server.person('stranger@example.org', 'free');
  const path = `/api/projects/${await server.project(owner)}`;
  const made = await owner.call('POST', `${path}/tokens`, { name: 'CI', scopes: { project: 'read' } });
  const authorization = `Bearer ${String(at(made.json, 'token'))}`;
  const byToken = () => server.call('GET', path, undefined, { authorization });
  for (let count = 0; count < 40; count += 1) {
    expect((await stranger.call('GET', path)).status).toBe(404);
    expect((await owner.call('GET', `${path}/members`)).status).toBe(200);
  }
  for (let count = 0; count < 15; count += 1) {
    expect((await owner.call('GET', path)).status).toBe(200);
    expect((await byToken()).status).toBe(200);
  }
  const refused = await owner.call('GET', path);
  expect([refused.status, refused.headers['retry-after'], at(refused.json, 'detail')]).toEqual([
    429,
    '60',
    'Request was throttled. Expected available in 60 seconds.',
  ]);
  expect((await byToken()).status).toBe(429);
  server.clock.advance(60_000);
  expect((await owner.call('GET', path)).status).toBe(200);
  expect(await server.app.parts.admission.discrepancies()).toEqual([]);
});
