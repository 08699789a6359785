/** Risk: a session goes on after its end, or a request counts as a person's that the person did not send. */
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../../test/support/actors.ts';
import { eachEngine } from '../../../test/support/engines.ts';
import { operatorActor } from '../../kernel/index.ts';
import { asUser, codeOf, personOn } from '../people.suite.ts';
import type { StartedSession, User } from '../index.ts';

const address = '203.0.113.9';
const dayMs = 86_400_000;

eachEngine('a session', (makeDatabase) => {
  let node: Node;
  let ada: User;
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase(), { accounts: { signInMailsPerHour: 100 } });
    ada = await personOn(node, 'ada');
  });

  const signIn = async (kind: 'token' | 'cookie', email = ada.email): Promise<StartedSession> => {
    const { requestId } = await node.accounts.signIn.requestCode({ email, address });
    const code = codeOf(node, email);
    return node.accounts.signIn.verifyCode({ requestId, code, kind, address, client: 'test/1' });
  };
  const check = ({ presented }: StartedSession) => node.accounts.sessions.check({ kind: 'token', token: presented });
  const cookie = (value: string, csrfToken: string | null, isUnsafe = true) =>
    node.accounts.sessions.check({ kind: 'cookie', value, csrfToken, isUnsafe });
  const refused = { kind: 'refused', code: 'session.missing' };

  describe('as a token', () => {
    it('names person and session, and no other key can make one', async () => {
      const session = await signIn('token');
      expect(await check(session)).toMatchObject({ kind: 'signed_in', userId: ada.id, sessionId: session.sessionId });
      const { privateKey } = generateKeyPairSync('ed25519');
      const forged = await new SignJWT({ sid: session.sessionId })
        .setProtectedHeader({ alg: 'EdDSA', kid: node.keyring.signing().kid })
        .setSubject(ada.id)
        .setExpirationTime(Math.floor(node.clock.nowMs() / 1000) + 1000)
        .sign(privateKey);
      expect(await node.accounts.sessions.check({ kind: 'token', token: forged })).toEqual(refused);
    });

    it.each(['', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'])(
      'refuses %j without an error',
      async (token) => {
        expect(await node.accounts.sessions.check({ kind: 'token', token })).toEqual(refused);
      },
    );

    it('is no cookie, and a cookie is no token', async () => {
      const token = await signIn('token');
      const browser = await signIn('cookie');
      expect(await cookie(token.presented, null, false)).toEqual(refused);
      expect(await check(browser)).toEqual(refused);
    });
  });

  describe('as a cookie', () => {
    it('needs its own proof for what may change something', async () => {
      const first = await signIn('cookie');
      const second = await signIn('cookie');
      expect(await cookie(first.presented, first.csrfToken)).toMatchObject({ kind: 'signed_in' });
      expect(await cookie(first.presented, null, false)).toMatchObject({ kind: 'signed_in' });
      for (const csrfToken of [null, '', second.csrfToken]) {
        expect(await cookie(first.presented, csrfToken)).toEqual({ kind: 'refused', code: 'session.csrf' });
      }
    });

    it('refuses a wrong secret with a right id', async () => {
      const { presented, csrfToken } = await signIn('cookie');
      const wrong = `${presented.slice(0, -1)}${presented.endsWith('a') ? 'b' : 'a'}`;
      expect(await cookie(wrong, csrfToken)).toEqual(refused);
    });

    it('is not stored in clear', async () => {
      const { presented } = await signIn('cookie');
      const rows = await node.control.db.selectFrom('sessions').selectAll().execute();
      expect(JSON.stringify(rows)).not.toContain(presented.split('.')[1]);
    });
  });

  describe('ends', () => {
    it('after seven days without use, and use keeps it alive', async () => {
      const used = await signIn('token');
      const idle = await signIn('token');
      for (let day = 1; day <= 7; day += 1) {
        node.clock.advance(dayMs);
        expect(await check(used)).toMatchObject({ kind: 'signed_in' });
      }
      expect(await check(idle)).toEqual(refused);
    });

    it('after thirty days, used or not', async () => {
      const session = await signIn('token');
      for (let day = 1; day < 30; day += 1) {
        node.clock.advance(dayMs);
        expect(await check(session)).toMatchObject({ kind: 'signed_in' });
      }
      node.clock.advance(dayMs);
      expect(await check(session)).toEqual(refused);
    });

    it('with the account, at once, and does not come back with it', async () => {
      const session = await signIn('token');
      await node.accounts.users.disable({ actor: operatorActor, email: ada.email });
      expect(await check(session)).toEqual(refused);
      await node.accounts.users.enable({ actor: operatorActor, email: ada.email });
      expect(await check(session)).toEqual(refused);
    });

    it('alone, or with all others of the person, never with those of anybody else', async () => {
      const eve = await personOn(node, 'eve');
      const foreign = await signIn('token', eve.email);
      const [first, second, third] = [await signIn('token'), await signIn('token'), await signIn('cookie')];
      const actor = asUser(ada);
      await node.accounts.sessions.end({ actor, sessionId: second.sessionId });
      expect(await check(second)).toEqual(refused);
      await expect(node.accounts.sessions.end({ actor, sessionId: foreign.sessionId })).rejects.toMatchObject({
        code: 'session.not_found',
      });
      expect(await node.accounts.sessions.endOthers({ actor, sessionId: first.sessionId })).toBe(1);
      expect(await cookie(third.presented, third.csrfToken)).toEqual(refused);
      expect((await node.accounts.sessions.list({ actor })).map(({ id }) => id)).toEqual([first.sessionId]);
      expect(await check(foreign)).toMatchObject({ kind: 'signed_in' });
    });
  });
});
