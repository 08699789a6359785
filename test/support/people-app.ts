import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp, type App } from '../../src/app.ts';
import { testConfig, type OptionTexts } from '../../src/config/index.ts';
import { createLog, ManualClock, operatorActor, systemRandom } from '../../src/kernel/index.ts';
import { turning } from './turning.ts';
import { ask, at, type WireAnswer, type WireRequest } from './wire.ts';

/** A signed-in person: what a program sends. */
export interface SignedIn {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  /** call sends a request as this person; a body that is an object goes as JSON. */
  call(method: string, path: string, body?: unknown): Promise<WireAnswer>;
}

/** The whole program on loopback, on a manual clock. */
export interface PeopleApp {
  readonly app: App;
  readonly url: string;
  readonly clock: ManualClock;
  readonly lines: string[];
  /** The private key that signs reports as GitHub would, under the identifier `test`. */
  readonly githubKey: string;
  call(method: string, path: string, body?: unknown, headers?: WireRequest['headers']): Promise<WireAnswer>;
  /** person makes somebody with a plan and signs them in through the wire, by the code of the mail. */
  person(email: string, plan?: 'free' | 'starter' | 'pro' | 'enterprise'): Promise<SignedIn>;
  /** project makes a project of that person in an organisation of its own. */
  project(owner: SignedIn, name?: string): Promise<number>;
  /** lastMail is the newest mail to an address. */
  lastMail(to: string): Promise<{ readonly subject: string; readonly text: string }>;
  close(): Promise<void>;
}

export const gitlabToken = 'gitlab-reports-with-this';

const jsonCall = (method: string, body: unknown, headers: WireRequest['headers'] = {}): WireRequest =>
  body === undefined
    ? { method, headers }
    : { method, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };

/** openPeopleApp starts the program on an empty data folder. */
export const openPeopleApp = async (options: OptionTexts = {}): Promise<PeopleApp> => {
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-people-'));
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 12));
  const lines: string[] = [];
  const log = createLog({ level: 'debug', nowMs: () => clock.nowMs(), write: (line) => lines.push(line) });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ type: 'spki', format: 'pem' });
  const config = testConfig({
    data: join(folder, 'data'),
    port: '0',
    sync: 'off',
    durability: 'process',
    signInMails: '1000',
    githubLeakKeys: JSON.stringify({ public_keys: [{ key_identifier: 'test', key }] }),
    gitlabLeakToken: gitlabToken,
    ...options,
  });
  const app = await openApp({ config, clock, random: systemRandom, log, version: '0.0.0-test' });
  const { url } = await app.server.listen();
  const { accounts, mail } = app.parts;

  const call: PeopleApp['call'] = (method, path, body, headers) => ask(url, path, jsonCall(method, body, headers));

  const lastMail: PeopleApp['lastMail'] = async (to) => {
    const newest = (await mail.list()).filter((each) => each.to === to).toSorted((a, b) => b.id - a.id)[0];
    const shown = newest === undefined ? null : await mail.show(newest.id);
    if (shown === null) throw new Error(`no mail to ${to}`);
    return shown;
  };

  const signIn = async (email: string): Promise<SignedIn> => {
    // A minute for every person: the brake on one address is not what these tests are about.
    clock.advance(60_000);
    const asked = await call('POST', '/api/auth/request-code', { email });
    const code = /\b\d{6}\b/.exec((await lastMail(email)).text)?.[0];
    const answer = await call('POST', '/api/auth/verify-code', { request_id: at(asked.json, 'request_id'), code });
    const token = at(answer.json, 'token');
    const user = await accounts.users.findByEmail(email);
    if (typeof token !== 'string' || user === null) throw new Error(`not signed in: ${answer.text}`);
    const authorization = `Bearer ${token}`;
    return { id: user.id, email, token, call: (method, path, body) => call(method, path, body, { authorization }) };
  };

  return {
    app,
    url,
    clock,
    lines,
    githubKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    call,
    lastMail,
    person: async (email, plan = 'pro') => {
      await accounts.users.create({ actor: operatorActor, email, plan });
      return signIn(email);
    },
    project: async (owner, name = 'Perimeter') => {
      const organization = `org of ${owner.email}`;
      const found = await accounts.organizations.find({ actor: operatorActor, organization });
      if (found === null)
        await accounts.organizations.create({ actor: operatorActor, name: organization, ownerEmail: owner.email });
      const project = await accounts.projects.create({
        actor: operatorActor,
        organization,
        name,
        ownerEmail: owner.email,
      });
      return project.id;
    },
    close: async () => {
      // What ends without a refund waits a moment for company, and that moment has to pass.
      await turning(clock, app.close());
      await rm(folder, { recursive: true, force: true });
    },
  };
};
