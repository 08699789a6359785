/** Signing in over the wire: what a program and a browser get, and what never gets in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorActor } from '../../src/kernel/index.ts';
import { openPeopleApp, type PeopleApp } from '../support/people-app.ts';
import { ask, at } from '../support/wire.ts';

let server: PeopleApp;
beforeAll(async () => {
  server = await openPeopleApp();
});
afterAll(() => server.close());

const codeFor = async (email: string): Promise<{ request_id: unknown; code: string }> => {
  const asked = await server.call('POST', '/api/auth/request-code', { email });
  const code = /\b\d{6}\b/.exec((await server.lastMail(email)).text)?.[0] ?? '';
  return { request_id: at(asked.json, 'request_id'), code };
};

describe('a program', () => {
  it('gets a token for the code of the mail, and is somebody with it until it signs out', async () => {
    const ada = await server.person('ada@example.org');
    const session = await ada.call('GET', '/api/auth/session');
    expect(session.json).toMatchObject({
      user: { id: ada.id, email: 'ada@example.org', is_administrator: false },
      session: { csrf_token: null },
    });
    expect(session.headers['cache-control']).toBe('no-store');
    expect((await ada.call('POST', '/api/auth/sign-out')).status).toBe(204);
    const after = await ada.call('GET', '/api/auth/session');
    expect([after.status, at(after.json, 'error', 'code')]).toEqual([401, 'session.missing']);
    expect(server.lines.join('')).not.toContain(ada.token);
  });

  it('cannot use a code twice, nor a wrong one, nor one of another request', async () => {
    await server.app.parts.accounts.users.create({ actor: operatorActor, email: 'bob@example.org' });
    const first = await codeFor('bob@example.org');
    const second = await codeFor('bob@example.org');
    const wrong = await server.call('POST', '/api/auth/verify-code', { ...first, code: '000000' });
    expect([wrong.status, at(wrong.json, 'error', 'code')]).toEqual([401, 'sign_in.refused']);
    const mixed = await server.call('POST', '/api/auth/verify-code', { ...first, request_id: second.request_id });
    // One pair of codes in a million is alike; then the second request is the one that was used.
    expect(mixed.status === 200).toBe(first.code === second.code);
    expect((await server.call('POST', '/api/auth/verify-code', first)).status).toBe(200);
    expect((await server.call('POST', '/api/auth/verify-code', first)).status).toBe(401);
  });

  it('is told the same of an address that nobody has', async () => {
    const known = await server.call('POST', '/api/auth/request-code', { email: 'bob@example.org' });
    const unknown = await server.call('POST', '/api/auth/request-code', { email: 'nobody@example.org' });
    expect([unknown.status, Object.keys(Object(unknown.json))]).toEqual([
      known.status,
      Object.keys(Object(known.json)),
    ]);
  });

  it('sees its sessions and ends others, never those of somebody else', async () => {
    const eve = await server.person('eve@example.org');
    const mallory = await server.person('mallory@example.org');
    const listed = await eve.call('GET', '/api/auth/sessions');
    const own = at(listed.json, 'sessions', 0, 'id');
    expect(at(listed.json, 'sessions', 0, 'is_current')).toBe(true);
    expect((await mallory.call('DELETE', `/api/auth/sessions/${String(own)}`)).status).toBe(404);
    expect((await eve.call('GET', '/api/auth/session')).status).toBe(200);
    expect((await eve.call('POST', '/api/auth/sessions/end-others')).json).toEqual({ ended: 0 });
    expect((await eve.call('DELETE', `/api/auth/sessions/${String(own)}`)).status).toBe(204);
    expect((await eve.call('GET', '/api/auth/session')).status).toBe(401);
  });

  it('is braked when one address asks too often, and told for how long', async () => {
    server.clock.advance(120_000);
    const answers = [];
    for (let count = 0; count < 31; count += 1) answers.push(await server.call('POST', '/api/auth/request-code', {}));
    expect(answers.slice(0, 30).every(({ status }) => status === 400)).toBe(true);
    const last = answers.at(-1);
    expect([last?.status, last?.headers['retry-after']]).toEqual([429, '60']);
    server.clock.advance(60_000);
    expect((await server.call('POST', '/api/auth/request-code', {})).status).toBe(400);
  });

  it('is told to wait an hour when an address has had its mails', async () => {
    const strict = await openPeopleApp({ signInMails: '1' });
    const email = 'often@example.org';
    expect((await strict.call('POST', '/api/auth/request-code', { email })).status).toBe(200);
    const answer = await strict.call('POST', '/api/auth/request-code', { email });
    expect([answer.status, at(answer.json, 'error', 'code'), answer.headers['retry-after']]).toEqual([
      429,
      'sign_in.limited',
      '3600',
    ]);
    await strict.close();
  });

  it('that is disabled is out at once', async () => {
    const leaver = await server.person('leaver@example.org');
    await server.app.parts.accounts.users.disable({ actor: operatorActor, email: 'leaver@example.org' });
    expect((await leaver.call('GET', '/api/auth/session')).status).toBe(401);
  });
});

describe('a browser', () => {
  it('gets a cookie that scripts cannot read, and needs the token of the session to change anything', async () => {
    server.clock.advance(60_000);
    await server.app.parts.accounts.users.create({ actor: operatorActor, email: 'web@example.org' });
    const code = await codeFor('web@example.org');
    const started = await server.call('POST', '/api/auth/verify-code', { ...code, session: 'cookie' });
    const [header = ''] = started.headers['set-cookie'] ?? [];
    expect(header).toMatch(/^vulngate=ses_\w{16}\.\w{32}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
    const cookie = header.split(';')[0] ?? '';
    const csrf = String(at(started.json, 'csrf_token'));
    const session = await server.call('GET', '/api/auth/session', undefined, { cookie });
    expect([session.status, at(session.json, 'session', 'csrf_token')]).toEqual([200, csrf]);
    for (const given of [{}, { 'x-csrf-token': 'wrong' }, { 'x-csrf-token': '' }]) {
      const answer = await server.call('POST', '/api/auth/sign-out', undefined, { cookie, ...given });
      expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([403, 'session.csrf']);
    }
    const out = await server.call('POST', '/api/auth/sign-out', undefined, { cookie, 'x-csrf-token': csrf });
    expect([out.status, out.headers['set-cookie']?.[0]]).toEqual([
      204,
      'vulngate=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ]);
    expect((await server.call('GET', '/api/auth/session', undefined, { cookie })).status).toBe(401);
  });

  it('gets a Secure cookie bound to the host over HTTPS, and none over plain HTTP', async () => {
    const behind = await openPeopleApp({ trustedProxies: '127.0.0.1' });
    await behind.app.parts.accounts.users.create({ actor: operatorActor, email: 'web@example.org' });
    const https = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
    const asked = await behind.call('POST', '/api/auth/request-code', { email: 'web@example.org' }, https);
    const code = /\b\d{6}\b/.exec((await behind.lastMail('web@example.org')).text)?.[0];
    const body = { request_id: at(asked.json, 'request_id'), code, session: 'cookie' };
    const plain = await behind.call('POST', '/api/auth/verify-code', body, { ...https, 'x-forwarded-proto': 'http' });
    expect(plain.status).toBe(426);
    const started = await behind.call('POST', '/api/auth/verify-code', body, https);
    expect(started.headers['set-cookie']?.[0]).toMatch(/^__Host-vulngate=.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    await behind.close();
  });
});

describe('the pages behind one-time links', () => {
  it.each(['/claim', '/sign-in'])('%s runs its own script only, and fetches nothing from elsewhere', async (path) => {
    const page = await ask(server.url, path);
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; base-uri 'none'/,
    );
    expect([page.headers['referrer-policy'], page.text.match(/<script/g)?.length]).toEqual(['no-referrer', 1]);
    expect(page.text).not.toMatch(/\bsrc=|<link|@import|url\(|https?:\/\//);
  });

  it('refuse a token that is none', async () => {
    const answer = await server.call('POST', '/api/claim', { token: 'clm_nothing.nothing' });
    expect([answer.status, at(answer.json, 'error', 'code'), answer.headers['cache-control']]).toEqual([
      404,
      'claim.refused',
      'no-store',
    ]);
  });
});
