/** Reports of found credentials: a real one is dead when the call returns, and only a proven report is believed. */
import { sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitlabToken, openPeopleApp, type PeopleApp, type SignedIn } from '../support/people-app.ts';
import { ask, at, type WireAnswer } from '../support/wire.ts';

let server: PeopleApp;
let owner: SignedIn;
let project: number;
beforeAll(async () => {
  server = await openPeopleApp();
  owner = await server.person('owner@example.org', 'enterprise');
  project = await server.project(owner);
});
afterAll(() => server.close());

const newToken = async (): Promise<string> => {
  const made = await owner.call('POST', `/api/projects/${project}/tokens`, { name: 'CI', scopes: { project: 'read' } });
  return String(at(made.json, 'token'));
};
const use = (token: string): Promise<WireAnswer> =>
  server.call('GET', `/api/projects/${project}`, undefined, { authorization: `Bearer ${token}` });
const place = 'https://github.com/octocat/hello/blob/main/.env';
const unreal = `cvefeed_AAAAAAAA_${'0'.repeat(64)}`;

const signed = (body: string, keyId = 'test', signedBody = body): Promise<WireAnswer> =>
  ask(server.url, '/api/leaks', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'github-public-key-identifier': keyId,
      'github-public-key-signature': sign('sha256', Buffer.from(signedBody), server.githubKey).toString('base64'),
    },
    body,
  });

describe('GitHub’s form', () => {
  it('kills what is real before it answers, tells true from false, and tells the owner where it was', async () => {
    const token = await newToken();
    expect((await use(token)).status).toBe(200);
    const found = [
      { token, type: 'vulngate_project_token', url: place, source: 'content' },
      { token: unreal, type: 'vulngate_project_token', url: place, source: 'commit' },
    ];
    const answer = await signed(JSON.stringify(found));
    expect([answer.status, answer.json]).toEqual([
      200,
      [
        { token_raw: token, token_type: 'vulngate_project_token', label: 'true_positive' },
        { token_raw: unreal, token_type: 'vulngate_project_token', label: 'false_positive' },
      ],
    ]);
    expect((await use(token)).status).toBe(401);
    expect((await server.lastMail(owner.email)).text).toContain(place);
    const log = await owner.call('GET', `/api/projects/${project}/activity-log?action=credential.leaked`);
    expect(at(log.json, 'results', 0, 'new_values')).toMatchObject({ place, reporter: 'github' });
    expect(`${server.lines.join('')}${log.text}`).not.toContain(token);
  });

  it('is not believed without the signature of a configured key over these very bytes', async () => {
    const token = await newToken();
    const body = JSON.stringify([{ token, type: 't', url: place }]);
    const answers = [
      await server.call('POST', '/api/leaks', JSON.parse(body)),
      await signed(body, 'unknown'),
      await signed(body, 'test', `${body} `),
    ];
    for (const answer of answers)
      expect([answer.status, at(answer.json, 'error', 'code')]).toEqual([401, 'leak.unsigned']);
    expect((await use(token)).status).toBe(200);
    expect(server.lines.join('')).not.toContain(token);
  });

  it('is heard whatever text one of its rows has', async () => {
    const token = await newToken();
    const found = [
      { token: unreal, type: '\0', url: `${place}\ud800` },
      { token, type: 't', url: `${place}\ud800\0` },
    ];
    expect((await signed(JSON.stringify(found))).status).toBe(200);
    expect((await use(token)).status).toBe(401);
  });

  it('takes what it does not understand for a bad request', async () => {
    for (const body of ['{}', '[{"type":"x"}]', '[']) expect((await signed(body)).status).toBe(400);
  });
});

describe('GitLab’s form', () => {
  it('names its types and kills what is real, for whoever has the token', async () => {
    const token = await newToken();
    const report = [{ type: 'gitleaks_rule_id_vulngate_project_token', token, location: 'https://gitlab.com/a/b' }];
    for (const authorization of ['', 'wrong', `Bearer ${gitlabToken}x`]) {
      const headers = { authorization };
      expect((await server.call('POST', '/api/leaks/gitlab', report, headers)).status).toBe(401);
      expect((await server.call('GET', '/api/leaks/gitlab', undefined, headers)).status).toBe(401);
    }
    expect((await use(token)).status).toBe(200);
    const types = await server.call('GET', '/api/leaks/gitlab', undefined, { authorization: gitlabToken });
    expect(at(types.json, 'types')).toContain('gitleaks_rule_id_vulngate_project_token');
    expect((await server.call('POST', '/api/leaks/gitlab', report, { authorization: gitlabToken })).status).toBe(204);
    expect((await use(token)).status).toBe(401);
    // Reported again, the answer is the same.
    expect((await server.call('POST', '/api/leaks/gitlab', report, { authorization: gitlabToken })).status).toBe(204);
  });
});

describe('anybody', () => {
  it('may revoke a whole credential, and learns nothing of whether it was one', async () => {
    const token = await newToken();
    const real = await server.call('POST', '/api/leaks/revoke', { credentials: [token] });
    expect((await use(token)).status).toBe(401);
    const none = await server.call('POST', '/api/leaks/revoke', { credentials: [unreal] });
    expect([real.status, real.json]).toEqual([none.status, none.json]);
    const part = await newToken();
    await server.call('POST', '/api/leaks/revoke', { credentials: [part.slice(0, -1), part.slice(8, 16)] });
    expect((await use(part)).status).toBe(200);
  });

  it('may send a hundred at a time, ten times a minute', async () => {
    server.clock.advance(60_000);
    const many = Array.from({ length: 101 }, () => unreal);
    expect((await server.call('POST', '/api/leaks/revoke', { credentials: many })).status).toBe(400);
    const answers = [];
    for (let count = 0; count < 10; count += 1)
      answers.push(await server.call('POST', '/api/leaks/revoke', { credentials: many.slice(1) }));
    expect(answers.map(({ status }) => status)).toEqual([...Array(9).fill(202), 429]);
    expect(answers.at(-1)?.headers['retry-after']).toBe('60');
  });
});
