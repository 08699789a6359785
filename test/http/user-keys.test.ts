/** User keys over the wire, word for word as the published page has them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorActor } from '../../src/kernel/index.ts';
import { openPeopleApp, type PeopleApp, type SignedIn } from '../support/people-app.ts';
import { at } from '../support/wire.ts';

let server: PeopleApp;
let ada: SignedIn;
beforeAll(async () => {
  server = await openPeopleApp();
  ada = await server.person('ada@example.org', 'pro');
});
afterAll(() => server.close());

const unauthorized = { success: false, error: 'Unauthorized', message: 'No valid authentication provided' };
const moment = /^2026-11-21 \d{2}:\d{2}:\d{2}$/;

describe('a key', () => {
  it('is created, listed, rotated and revoked with the documented answers', async () => {
    const made = await ada.call('POST', '/api/create-api-key', { name: 'CVEFinder CLI Tool' });
    expect([made.status, made.headers['cache-control']]).toEqual([200, 'no-store']);
    expect(made.json).toEqual({
      success: true,
      api_key: expect.stringMatching(/^cvf_[0-9a-f]{48}$/),
      api_key_id: expect.any(Number),
      name: 'CVEFinder CLI Tool',
      created_at: expect.stringMatching(moment),
    });
    const key = String(at(made.json, 'api_key'));
    const id = at(made.json, 'api_key_id');
    const listed = await ada.call('GET', '/api/list-api-keys');
    expect(listed.json).toEqual({
      success: true,
      keys: [
        {
          id,
          masked_key: `${key.slice(0, 10)}•••••${key.slice(-6)}`,
          name: 'CVEFinder CLI Tool',
          requests_count: 0,
          last_used_at: null,
          created_at: at(made.json, 'created_at'),
          is_active: true,
        },
      ],
    });
    const rotated = await ada.call('POST', '/api/rotate-api-key', { api_key_id: id });
    expect(rotated.json).toMatchObject({ success: true, name: 'CVEFinder CLI Tool' });
    expect(at(rotated.json, 'api_key')).not.toBe(key);
    const next = at(rotated.json, 'api_key_id');
    expect(next).not.toBe(id);
    expect((await ada.call('POST', '/api/rotate-api-key', { api_key_id: id })).status).toBe(400);
    const revoked = await ada.call('POST', '/api/revoke-api-key', { api_key_id: next });
    expect([revoked.status, revoked.json]).toEqual([200, { success: true, message: 'API key revoked successfully' }]);
    const rows = at((await ada.call('GET', '/api/list-api-keys')).json, 'keys');
    expect(Array.isArray(rows) ? rows.map((row) => at(row, 'is_active')) : rows).toEqual([false, false]);
    expect(server.lines.join('')).not.toContain(key);
  });

  it('never manages keys, though it works: 403; one that does not work is 401', async () => {
    const made = await ada.call('POST', '/api/create-api-key', { name: 'escalation' });
    const authorization = `Bearer ${String(at(made.json, 'api_key'))}`;
    const calls = [
      ['POST', '/api/create-api-key', { name: 'more' }],
      ['GET', '/api/list-api-keys', undefined],
      ['POST', '/api/revoke-api-key', { api_key_id: at(made.json, 'api_key_id') }],
      ['POST', '/api/rotate-api-key', { api_key_id: at(made.json, 'api_key_id') }],
    ] as const;
    for (const [method, path, body] of calls) {
      const answer = await server.call(method, path, body, { authorization });
      expect([path, answer.status, at(answer.json, 'error')]).toEqual([path, 403, 'Forbidden']);
    }
    await ada.call('POST', '/api/revoke-api-key', { api_key_id: at(made.json, 'api_key_id') });
    for (const [method, path, body] of calls) {
      const answer = await server.call(method, path, body, { authorization });
      expect([path, answer.status, answer.json]).toEqual([path, 401, unauthorized]);
    }
  });
});

describe('refusals', () => {
  it.each([
    [{}, 'API key name is required (max 100 characters)'],
    [{ name: '' }, 'API key name is required (max 100 characters)'],
    [{ name: 'x'.repeat(101) }, 'API key name is required (max 100 characters)'],
    [{ name: 'x', more: 1 }, 'Invalid input'],
  ])('of a bad name are 400: %j', async (body, error) => {
    const answer = await ada.call('POST', '/api/create-api-key', body);
    expect([answer.status, at(answer.json, 'success'), at(answer.json, 'error')]).toEqual([400, false, error]);
  });

  it.each([[{}], [{ api_key_id: 'x' }], [{ api_key_id: 0 }], [{ api_key_id: 1.5 }]])(
    'of a bad id are 400: %j',
    async (body) => {
      for (const path of ['/api/revoke-api-key', '/api/rotate-api-key']) {
        const answer = await ada.call('POST', path, body);
        expect([answer.status, at(answer.json, 'error')]).toEqual([400, 'Valid API key ID is required']);
      }
    },
  );

  it('of a foreign key are those of a key that never was: 404', async () => {
    const eve = await server.person('eve@example.org', 'pro');
    const made = await ada.call('POST', '/api/create-api-key', { name: 'mine' });
    for (const id of [at(made.json, 'api_key_id'), 999_999]) {
      for (const path of ['/api/revoke-api-key', '/api/rotate-api-key']) {
        const answer = await eve.call('POST', path, { api_key_id: id });
        expect([answer.status, answer.json]).toEqual([404, { success: false, error: 'API key not found' }]);
      }
    }
    expect(at((await eve.call('GET', '/api/list-api-keys')).json, 'keys')).toEqual([]);
  });

  it('of a person without Pro are 403 and say how to get it', async () => {
    for (const plan of ['free', 'starter'] as const) {
      const free = await server.person(`${plan}@example.org`, plan);
      const answer = await free.call('POST', '/api/create-api-key', { name: 'x' });
      expect([answer.status, answer.json]).toEqual([
        403,
        {
          success: false,
          error: 'API keys are only available for Pro users.',
          upgrade_required: true,
          upgrade_url: '/pricing',
        },
      ]);
    }
  });

  it('hold the limit of five under fifty concurrent creations', async () => {
    const many = await server.person('many@example.org', 'pro');
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => many.call('POST', '/api/create-api-key', { name: `key ${index}` })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(5);
    const refused = answers.filter(({ status }) => status !== 200);
    for (const { status, json } of refused)
      expect([status, json]).toEqual([400, { success: false, error: 'Maximum of 5 API keys allowed per user' }]);
  });

  it('of nobody are 401, of a disabled person too', async () => {
    expect((await server.call('GET', '/api/list-api-keys')).json).toEqual(unauthorized);
    const leaver = await server.person('leaver@example.org');
    await server.app.parts.accounts.users.disable({ actor: operatorActor, email: leaver.email });
    const answer = await leaver.call('GET', '/api/list-api-keys');
    expect([answer.status, answer.json]).toEqual([401, unauthorized]);
  });
});

it('the totals are public', async () => {
  const answer = await server.call('GET', '/api/stats');
  expect(answer.json).toMatchObject({ success: true, stats: { total_cves: expect.any(Number), total_scans: 0 } });
});
