/**
 * Derived from the operation table and run against the whole program: every operation × every family × everything that can
 * be wrong with a credential, and the same for sessions. An operation added tomorrow is covered.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublic, matchRoute, operations, type Operation, type SurfaceName } from '../../src/contract/index.ts';
import type { Family } from '../../src/kernel/index.ts';
import {
  conditions,
  credentialSet,
  families,
  holdingsOf,
  type Condition,
  type Holdings,
} from '../support/credential-set.ts';
import { openPeopleApp, type PeopleApp, type SignedIn } from '../support/people-app.ts';
import { turning } from '../support/turning.ts';
import { ask, at, type WireAnswer } from '../support/wire.ts';

let server: PeopleApp;
let mine: Holdings;
let text: (family: Family, condition: Condition) => string;
let ended: SignedIn;
let disabled: SignedIn;
let stranger: SignedIn;
beforeAll(async () => {
  server = await openPeopleApp();
  mine = await holdingsOf(server, await server.person('mine@example.org', 'enterprise'));
  stranger = await server.person('theirs@example.org', 'enterprise');
  const theirs = await holdingsOf(server, stranger);
  disabled = await server.person('disabled@example.org', 'enterprise');
  text = await credentialSet(server, { mine, theirs, disabled: await holdingsOf(server, disabled) });
  ended = await server.person('ended@example.org', 'enterprise');
  await ended.call('POST', '/api/auth/sign-out');
});
afterAll(() => server.close());

const guarded = operations.filter((operation) => !isPublic(operation));
const named = (list: readonly Operation[]) => list.map((operation) => ({ id: operation.id, operation }));

/** The family whose credentials a surface looks for. */
const ownFamily: Partial<Record<SurfaceName, Family>> = {
  cybersecfeed: 'subscription-key',
  cvefinder: 'user-key',
  cvefeed: 'project-token',
  opencve: 'organization-token',
  'opencve-v2': 'organization-token',
  membership: 'organization-token',
  auth: 'user-key',
};

const pathOf = ({ path, surface }: Operation): string =>
  path
    .replace('{project_id}', String(mine.projectId))
    .replace('{name}', encodeURIComponent(mine.organization))
    .replace('{organization}', encodeURIComponent(mine.organization))
    .replace('{token_id}', '1')
    .replace('{id}', surface === 'auth' ? 'ses_none' : 'CVE-2021-44228')
    .replaceAll(/\{\w+\}/g, 'none');

/** What is given back is settled before it is answered, and settlements wait a moment for company. */
const send = (operation: Operation, headers: Record<string, string>): Promise<WireAnswer> =>
  turning(
    server.clock,
    ask(server.url, pathOf(operation), {
      method: operation.method,
      ...(operation.body === undefined
        ? { headers }
        : { headers: { 'content-type': 'application/json', ...headers }, body: '{"cve_ids":["CVE-2021-44228"]}' }),
    }),
    1,
  );

const headersOf = (operation: Operation, presented: string): Record<string, string> =>
  operation.surface === 'cybersecfeed' ? { 'x-api-key': presented } : { authorization: `Bearer ${presented}` };

/** What the verdict must be; null: the request is in, and what it then comes to is not this test's matter. */
const verdictOf = (operation: Operation, family: Family, condition: Condition): number | null => {
  const isOwn = ownFamily[operation.surface] === family;
  const works = condition === 'good' || condition === 'wrong scope' || condition === 'wrong tenant';
  if (!isOwn || !works) return 401;
  if (operation.families.length === 0) return 403;
  if (condition === 'wrong tenant') return operation.path.includes('{project_id}') ? 404 : null;
  // The scope that such a token does have.
  const isHeld = family === 'organization-token' && operation.resource === 'reports' && operation.level === 'read';
  return condition === 'wrong scope' && !isHeld ? 403 : null;
};

const usageRows = async (): Promise<number> => {
  const row = await server.app.parts.control.db
    .selectFrom('usage')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
};

/** Every surface says no in its own form, and stores nothing of it. */
const expectEnvelope = ({ surface }: Operation, answer: WireAnswer): void => {
  const member =
    { cvefinder: 'success', cvefeed: 'detail', opencve: 'detail', membership: 'detail' }[String(surface)] ?? 'error';
  expect(at(answer.json, member)).toBeDefined();
  expect(answer.headers['cache-control']).toBe('no-store');
  if (answer.status === 401) expect(answer.headers['www-authenticate']).toBeDefined();
};

describe.each(named(guarded))('$id', ({ operation }) => {
  it('refuses nobody with 401', async () => {
    const answer = await send(operation, {});
    expect(answer.status).toBe(401);
    expectEnvelope(operation, answer);
  });

  it.each(families.flatMap((family) => conditions.map((condition) => ({ family, condition }))))(
    'gives a $family that is $condition its verdict, and charges nothing for a no',
    async ({ family, condition }) => {
      const presented = text(family, condition);
      const before = await usageRows();
      const answer = await send(operation, headersOf(operation, presented));
      const verdict = verdictOf(operation, family, condition);
      expect(answer.text).not.toContain(presented);
      if (verdict === null) {
        expect([401, 403, 426, 500, 503]).not.toContain(answer.status);
        expect(await usageRows()).toBe(before + 1);
        return;
      }
      expect(answer.status).toBe(verdict);
      expectEnvelope(operation, answer);
      expect(await usageRows()).toBe(before);
    },
  );

  it('lets in people that are signed in if it is for people, and charges them nothing', async () => {
    const before = await usageRows();
    const sessions = { ended: ended.token, disabled: disabled.token, forged: `${mine.person.token.slice(0, -4)}AAAA` };
    for (const token of Object.values(sessions)) {
      const answer = await send(operation, headersOf(operation, token));
      expect(answer.status).toBe(401);
      expectEnvelope(operation, answer);
    }
    if (operation.sessions !== true) {
      expect((await send(operation, headersOf(operation, mine.person.token))).status).toBe(401);
    } else if (/\{project_id\}|\{name\}/.test(operation.path)) {
      const foreign = await send(operation, headersOf(operation, stranger.token));
      expect(foreign.status).toBe(404);
      expectEnvelope(operation, foreign);
    }
    expect(await usageRows()).toBe(before);
  });

  it('refuses a credential beside another, in the query, and over plain HTTP from elsewhere', async () => {
    const family = ownFamily[operation.surface] ?? 'user-key';
    const good = text(family, 'good');
    const twice = { 'x-api-key': good, authorization: `Bearer ${good}` };
    expect((await send(operation, twice)).status).toBe(400);
    const inQuery = await ask(server.url, `${pathOf(operation)}?token=${good}`, { method: operation.method });
    expect(inQuery.status).toBe(400);
    const plain = { ...headersOf(operation, good), 'x-forwarded-for': '203.0.113.9' };
    const insecure = await send(operation, plain);
    expect(insecure.status).toBe(426);
    expect(`${inQuery.text}${insecure.text}${server.lines.join('')}`).not.toContain(good);
  });
});

describe('public operations', () => {
  it.each(named(operations.filter((operation) => isPublic(operation) && operation.method !== 'GET')))(
    '$id takes nothing over plain HTTP from elsewhere',
    async ({ operation }) => {
      expect((await send(operation, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(426);
    },
  );
});

describe('the table', () => {
  it('asks every credential for a resource, and prices nothing that people call', () => {
    for (const operation of guarded) {
      if (operation.families.length > 0) expect(operation.resource).not.toBeNull();
      else expect([operation.sessions, operation.priceMillicredits, operation.rateClass]).toEqual([true, 0, 'none']);
    }
  });

  it('marks what shows a secret, and no credential may call that', () => {
    const showing = operations.filter(({ showsSecret }) => showsSecret === true);
    expect(showing.length).toBeGreaterThan(8);
    for (const operation of showing) {
      expect(operation.families).toEqual([]);
      expect(operation.method).toBe('POST');
    }
  });

  it('is all there is: no path outside it is served', async () => {
    const own = operations.map(({ path }) => path.split('/').slice(0, 3).join('/'));
    for (const prefix of new Set(own)) {
      const path = `${prefix === '/' ? '' : prefix}/nothing/is/here`;
      const answer = await ask(server.url, path);
      // Where names may hold slashes this is a name, and nobody without a credential learns whether it is one.
      const isName = matchRoute(operations, 'GET', path).kind === 'operation';
      expect([prefix, answer.status]).toEqual([prefix, isName ? 401 : 404]);
      expect(answer.json).not.toBeNull();
    }
  });
});
