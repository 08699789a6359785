import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { installation, type Installation } from '../support/installation.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { jsonLines, jsonOf, newFolder, until, type Ended } from '../support/process.ts';
import { ask, at, type WireAnswer, type WireRequest } from '../support/wire.ts';

// Risk: something that opens a door is written down where it is not expected: by sign-in, by mail, by the issuing of any
// family, by a report of a leak, in a backup or in an export.

interface Canary {
  readonly name: string;
  readonly text: string;
  /** Whether it leaves by mail, and so waits in the outbox until it has. */
  readonly isMailed: boolean;
  /** The one answer that may hold it. */
  readonly shownBy: WireAnswer | null;
}

const email = 'ada@example.org';
const password = 'correct horse battery canary';
const stripeSecret = 'whsec_canary_of_the_payments';
const gitlabToken = 'canary-of-the-gitlab-reports';
const organization = 'Canaries';

/** Forms in which a long secret could be written. */
const forms = (secret: string): readonly Buffer[] => [
  Buffer.from(secret),
  Buffer.from(secret.toUpperCase()),
  Buffer.from(Buffer.from(secret).toString('base64').slice(0, -4)),
  Buffer.from(Buffer.from(secret).toString('base64url').slice(0, -4)),
  Buffer.from(Buffer.from(secret).toString('hex')),
  Buffer.from(encodeURIComponent(secret)),
  // Without what lists may show of it: its beginning and its last six characters.
  Buffer.from(secret.slice(12, -6)),
];

/** Six digits are found by chance inside longer numbers and hashes: only where they stand alone. */
const holds = (bytes: Buffer, secret: string): boolean =>
  /^\d{6}$/.test(secret)
    ? new RegExp(`(?<![0-9A-Za-z.+/=_-])${secret}(?![0-9A-Za-z+/=_-])`).test(bytes.toString('latin1'))
    : forms(secret).some((form) => bytes.includes(form));

const json = { 'content-type': 'application/json' };

class Visit {
  readonly canaries: Canary[] = [];
  readonly answers: WireAnswer[] = [];
  readonly commands: Ended[] = [];
  readonly #url: string;
  readonly #installed: Installation;

  constructor(url: string, installed: Installation) {
    this.#url = url;
    this.#installed = installed;
  }

  async send(method: string, path: string, headers: WireRequest['headers'] = {}, body?: unknown): Promise<WireAnswer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const request = body === undefined ? { headers } : { headers: { ...json, ...headers }, body: text };
    const answer = await ask(this.#url, path, { method, ...request });
    this.answers.push(answer);
    return answer;
  }

  /** issued sends a request whose answer shows a secret, and remembers which. */
  async issued(name: string, field: string, ...request: Parameters<Visit['send']>): Promise<string> {
    const answer = await this.send(...request);
    const text = at(answer.json, field);
    if (typeof text !== 'string') throw new Error(`no ${name}: ${answer.status} ${answer.text}`);
    return this.know(name, text, answer);
  }

  know(name: string, text: string, shownBy: WireAnswer | null = null): string {
    this.canaries.push({ name, text, isMailed: false, shownBy });
    return text;
  }

  mailed(name: string, text: string): string {
    this.canaries.push({ name, text, isMailed: true, shownBy: null });
    return text;
  }

  async run(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const ended = await this.#installed.run(...args);
    this.commands.push(ended);
    return ended.code === 0 ? jsonOf(ended) : {};
  }
}

/** signIn goes through the mailed code; also once with a wrong one. */
const signIn = async (visit: Visit, mails: MailServer, session: 'token' | 'cookie'): Promise<WireAnswer> => {
  const asked = await visit.send('POST', '/api/auth/request-code', {}, { email });
  const requestId = at(asked.json, 'request_id');
  const code = visit.mailed(`code for a ${session}`, await mails.textTo(email, /\b(\d{6})\b/));
  const wrong = code === '000000' ? '000001' : '000000';
  expect((await visit.send('POST', '/api/auth/verify-code', {}, { request_id: requestId, code: wrong })).status).toBe(
    401,
  );
  const started = await visit.send('POST', '/api/auth/verify-code', {}, { request_id: requestId, code, session });
  expect(started.status).toBe(200);
  // Used up: the second time is refused, and says nothing of it.
  expect((await visit.send('POST', '/api/auth/verify-code', {}, { request_id: requestId, code })).status).toBe(401);
  return started;
};

const signInByCookie = async (visit: Visit, mails: MailServer): Promise<string> => {
  const started = await signIn(visit, mails, 'cookie');
  const cookie = /^[^=]+=([^;]+)/.exec(started.headers['set-cookie']?.[0] ?? '') ?? [];
  const [pair = '', value = ''] = cookie;
  visit.know('cookie', value.slice(value.indexOf('.') + 1), started);
  expect((await visit.send('GET', '/api/auth/session', { cookie: pair })).status).toBe(200);
  return pair;
};

const claimKey = async (visit: Visit, mails: MailServer): Promise<string> => {
  const seconds = Math.floor(Date.now() / 1000);
  const object = {
    id: 'sub_stripe',
    object: 'subscription',
    customer: 'cus_stripe',
    status: 'active',
    created: seconds,
    start_date: seconds,
    cancel_at_period_end: false,
    metadata: { email },
    items: {
      data: [{ price: { id: 'price_plus' }, current_period_start: seconds, current_period_end: seconds + 2_592_000 }],
    },
  };
  const type = 'customer.subscription.created';
  const payload = JSON.stringify({ id: 'evt_canary', object: 'event', type, created: seconds, data: { object } });
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret: stripeSecret, timestamp: seconds });
  expect((await visit.send('POST', '/api/billing/stripe', { 'stripe-signature': signature }, payload)).status).toBe(
    200,
  );
  const token = visit.mailed('claim link', await mails.textTo(email, /\/claim#(\S+)/));
  const key = await visit.issued('claimed key', 'credential', 'POST', '/api/claim', {}, { token });
  expect((await visit.send('POST', '/api/claim', {}, { token })).status).toBe(404);
  return key;
};

const filesBelow = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('nothing that opens a door is written anywhere but in the one answer or mail that shows it', async () => {
  const mails = await startMailServer();
  const installed = await installation({
    VULNGATE_SMTP_URL: mails.url,
    VULNGATE_MAIL_FROM: 'vulngate@example.org',
    VULNGATE_STRIPE_WEBHOOK_SECRET: stripeSecret,
    VULNGATE_STRIPE_PRICES: '{"price_plus":{"tier":"plus"}}',
    VULNGATE_GITLAB_LEAK_TOKEN: gitlabToken,
    VULNGATE_LOG_LEVEL: 'debug',
  });
  const server = await installed.serve();
  const visit = new Visit(server.url, installed);
  const { run } = { run: visit.run.bind(visit) };
  for (const [name, text] of Object.entries({ password, stripeSecret, gitlabToken, mail: mails.password })) {
    visit.know(name, text);
  }

  await run('user', 'create', '--email', email, '--plan', 'enterprise', '--password', password);
  await run('org', 'create', '--name', organization, '--owner', email);
  const project = await run('project', 'create', '--org', organization, '--name', 'P', '--owner', email);
  const tokens = `/api/projects/${String(project['id'])}/tokens`;

  const signedIn = await signIn(visit, mails, 'token');
  const jwt = visit.know('session token', String(at(signedIn.json, 'token')), signedIn);
  const person = { authorization: `Bearer ${jwt}` };
  const cookie = await signInByCookie(visit, mails);

  const scopes = { project: 'read' };
  const token = await visit.issued('project token', 'token', 'POST', tokens, person, { name: 'CI', scopes });
  const leaked = await visit.issued('leaked token', 'token', 'POST', tokens, person, { name: 'old', scopes });
  const listed = await visit.send('GET', tokens, person);
  const rotated = `${tokens}/${String(at(listed.json, 'results', 0, 'id'))}/rotate`;
  await visit.issued('rotated token', 'token', 'POST', rotated, person, { overlap_seconds: 60 });
  const key = await visit.issued('user key', 'api_key', 'POST', '/api/create-api-key', person, { name: 'CLI' });
  const rows = await visit.send('GET', '/api/list-api-keys', person);
  const keyId = at(rows.json, 'keys', 0, 'id');
  await visit.issued('rotated key', 'api_key', 'POST', '/api/rotate-api-key', person, { api_key_id: keyId });
  const ofOrganization = `/api/organizations/${organization}/tokens`;
  const orgToken = await visit.issued('organisation token', 'token', 'POST', ofOrganization, person, { name: 'SIEM' });
  const claimed = await claimKey(visit, mails);

  // Where secrets do not belong.
  for (const secret of [token, key, orgToken, claimed, jwt]) {
    await visit.send('GET', `/api/projects/1?access_token=${secret}`, person);
    await visit.send('GET', `/api/v1/cve/${secret}`, { 'x-api-key': claimed });
    await visit.send('GET', '/api/list-api-keys', { authorization: `Bearer ${secret}`, 'user-agent': secret });
    await visit.send('GET', '/api/v1/ping', { 'x-api-key': secret, 'x-correlation-id': secret });
    await visit.send('POST', '/api/create-api-key', person, { name: secret });
    await visit.send('POST', ofOrganization, person, `{"name":"${secret}`);
    await visit.send('POST', '/api/auth/request-code', {}, { email: secret });
    await visit.send('POST', '/api/claim', {}, { token: `clm_AAAAAAAAAAAAAAAA.${secret}` });
    await visit.send('GET', '/api/auth/session', { cookie: `${cookie.split('=')[0] ?? ''}=${secret}` });
  }
  const basic = Buffer.from(`${email}:${password}`).toString('base64');
  await visit.send('GET', ofOrganization, { authorization: `Basic ${basic}` });

  const gitlab = [
    { type: 'gitleaks_rule_id_vulngate_project_token', token: leaked, location: 'https://example.org/a' },
  ];
  expect((await visit.send('POST', '/api/leaks/gitlab', { authorization: gitlabToken }, gitlab)).status).toBeLessThan(
    300,
  );
  expect((await visit.send('POST', '/api/leaks/revoke', {}, { credentials: [orgToken, jwt] })).status).toBe(202);
  expect((await visit.send('GET', tokens, { authorization: `Bearer ${leaked}` })).status).toBe(401);

  const link = String((await run('user', 'link', '--email', email))['token']);
  // What this command prints is the link.
  visit.commands.pop();
  const [requestId = '', linkSecret = ''] = link.split('.');
  visit.know('sign-in link', linkSecret);
  const byLink = await visit.send('POST', '/api/auth/verify-code', {}, { request_id: requestId, code: linkSecret });
  visit.know('session token by link', String(at(byLink.json, 'token')), byLink);
  await mails.textTo(email, /(opened again)/);

  for (const path of ['/api/auth/sessions', `/api/projects/${String(project['id'])}/activity-log`, ofOrganization]) {
    expect((await visit.send('GET', path, person)).status).toBe(200);
  }
  const kept = await newFolder();
  await run('audit', 'export', join(kept, 'audit.ndjson'));
  await run('backup', join(kept, 'backup.gz'));
  for (const verb of ['audit list --limit 100', 'credential list', 'keys status']) await run(...verb.split(' '));
  const newest = await until(async () => {
    const { mails: all } = await run('mail', 'list');
    return JSON.stringify(all).includes('"waiting"') || !Array.isArray(all) ? null : (all.at(-1) as unknown);
  }, 'every mail has left');
  await run('mail', 'show', '--id', String(at(newest, 'id')));
  expect((await visit.send('POST', '/api/auth/sign-out', person)).status).toBeLessThan(300);

  // Before the stop, because what is only in the log of the database must not hide; and after it, for what was mailed.
  const readAll = async (folders: readonly string[]) => {
    const files = (await Promise.all(folders.map(filesBelow))).flat();
    return Promise.all(
      files.map(async (place) => {
        const bytes = await readFile(place);
        return { place, bytes: place.endsWith('.gz') ? gunzipSync(bytes) : bytes };
      }),
    );
  };
  const running = await readAll([installed.folder]);
  const ended = await server.kill('SIGTERM');
  const rested = await readAll([installed.folder, kept]);
  const places = [
    ...rested,
    { place: 'log', bytes: Buffer.from(ended.stdout + ended.stderr) },
    ...visit.commands.map((each) => ({ place: 'command', bytes: Buffer.from(each.stdout + each.stderr) })),
  ];

  expect(visit.commands.filter(({ code }) => code !== 0)).toEqual([]);
  expect(rested.filter(({ place }) => /control\.db$|audit\.ndjson$|backup\.gz$/.test(place))).toHaveLength(3);
  expect(running.some(({ place }) => place.endsWith('control.db-wal'))).toBe(true);
  expect(jsonLines(ended.stderr).length).toBeGreaterThan(visit.answers.length / 2);
  const found = visit.canaries.flatMap(({ name, text, isMailed, shownBy }) => [
    ...[...places, ...(isMailed ? [] : running)]
      .filter(({ bytes }) => holds(bytes, text))
      .map(({ place }) => `${name} in ${place}`),
    ...visit.answers
      .filter((answer) => answer !== shownBy && holds(Buffer.from(answer.text + JSON.stringify(answer.headers)), text))
      .map((answer) => `${name} in an answer ${answer.status}: ${answer.text.slice(0, 200)}`),
  ]);
  expect(found).toEqual([]);
});
