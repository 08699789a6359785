/** Risk: somebody signs in without the mailbox, by guessing, by trying twice, or learns who has an account. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../../test/support/actors.ts';
import { eachEngine } from '../../../test/support/engines.ts';
import { operatorActor } from '../../kernel/index.ts';
import { asUser, codeOf, codesOf, personOn, projectOn } from '../people.suite.ts';

const address = '203.0.113.9';
const minuteMs = 60_000;

eachEngine('sign-in', (makeDatabase) => {
  let node: Node;
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase());
  });

  const request = (email: string, from = address) => node.accounts.signIn.requestCode({ email, address: from });
  const verify = (requestId: string, code: string) =>
    node.accounts.signIn.verifyCode({ requestId, code, kind: 'token', address, client: 'test/1' });

  describe('a code', () => {
    it('signs in once', async () => {
      const ada = await personOn(node, 'ada');
      const { requestId } = await request('Ada@Example.org');
      const code = codeOf(node, 'ada@example.org');
      const session = await verify(requestId, code);
      expect(await node.accounts.sessions.check({ kind: 'token', token: session.presented })).toMatchObject({
        kind: 'signed_in',
        userId: ada.id,
      });
      await expect(verify(requestId, code)).rejects.toMatchObject({ code: 'sign_in.refused' });
    });

    it('signs in once when it is sent many times at once', async () => {
      await personOn(node, 'ada');
      const { requestId } = await request('ada@example.org');
      const code = codeOf(node, 'ada@example.org');
      const results = await Promise.allSettled(Array.from({ length: 5 }, () => verify(requestId, code)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('is bound to its request', async () => {
      await personOn(node, 'ada');
      const first = await request('ada@example.org');
      await request('ada@example.org');
      await expect(verify(first.requestId, codeOf(node, 'ada@example.org'))).rejects.toMatchObject({
        code: 'sign_in.refused',
      });
    });

    it('dies after ten minutes', async () => {
      await personOn(node, 'ada');
      const { requestId } = await request('ada@example.org');
      node.clock.advance(10 * minuteMs);
      await expect(verify(requestId, codeOf(node, 'ada@example.org'))).rejects.toMatchObject({
        code: 'sign_in.refused',
      });
    });

    it('dies after five wrong attempts, also at once', async () => {
      await personOn(node, 'ada');
      const { requestId } = await request('ada@example.org');
      const code = codeOf(node, 'ada@example.org');
      const wrong = code === '000000' ? '000001' : '000000';
      await Promise.allSettled(Array.from({ length: 5 }, () => verify(requestId, wrong)));
      await expect(verify(requestId, code)).rejects.toMatchObject({ code: 'sign_in.refused' });
      const { items } = await node.audit.list({});
      expect(items.filter(({ action }) => action === 'sign_in.refused')).toHaveLength(5);
    });

    it('is not stored in clear', async () => {
      await personOn(node, 'ada');
      await request('ada@example.org');
      const rows = await node.control.db.selectFrom('sign_in_requests').selectAll().execute();
      expect(rows[0]?.digest).toMatch(/^\$argon2id\$/);
    });
  });

  describe('a request', () => {
    it('is answered alike for addresses that nobody has, and keeps nothing of their mail', async () => {
      await personOn(node, 'ada');
      const known = await request('ada@example.org');
      const unknown = await request('eve@example.org');
      expect(Object.keys(unknown)).toEqual(Object.keys(known));
      expect(unknown.expiresAtMs).toBe(known.expiresAtMs);
      await expect(verify(unknown.requestId, codeOf(node, 'eve@example.org'))).rejects.toMatchObject({
        code: 'sign_in.refused',
      });
    });

    it('is limited per address of the mail, known or not, for an hour', async () => {
      await personOn(node, 'ada');
      for (const email of ['ada@example.org', 'eve@example.org']) {
        const results = await Promise.allSettled(
          Array.from({ length: 8 }, (_, index) => request(email, `198.51.100.${index}`)),
        );
        expect(codesOf(results), email).toEqual(Array.from({ length: 3 }, () => 'sign_in.limited'));
      }
      node.clock.advance(60 * minuteMs);
      await request('ada@example.org');
    });

    it('is limited per address of the client', async () => {
      for (let count = 0; count < 25; count += 1) await request(`p${count}@example.org`);
      await expect(request('last@example.org')).rejects.toMatchObject({ code: 'sign_in.limited' });
      await request('last@example.org', '198.51.100.1');
    });

    it('of a disabled person leads nowhere', async () => {
      await personOn(node, 'ada');
      await node.accounts.users.disable({ actor: operatorActor, email: 'ada@example.org' });
      const { requestId } = await request('ada@example.org');
      await expect(verify(requestId, codeOf(node, 'ada@example.org'))).rejects.toMatchObject({
        code: 'sign_in.refused',
      });
    });
  });

  it('makes an account for who was invited, at the first sign-in and not before', async () => {
    const owner = await personOn(node, 'owner', 'pro');
    const project = await projectOn(node, owner);
    const invitation = await node.accounts.invitations.invite({
      actor: asUser(owner),
      target: { kind: 'project', id: project.id },
      email: 'new@example.org',
      role: 'member',
    });
    expect(await node.accounts.users.findByEmail('new@example.org')).toBeNull();
    const { requestId } = await request('new@example.org');
    const { userId } = await verify(requestId, codeOf(node, 'new@example.org'));
    const actor = asUser({ id: userId, email: 'new@example.org' });
    expect(await node.accounts.projects.find({ actor, projectId: project.id })).toBeNull();
    await node.accounts.invitations.accept({ actor, invitationId: invitation.id });
    expect(await node.accounts.projects.find({ actor, projectId: project.id })).toMatchObject({ id: project.id });
  });

  describe('the first start', () => {
    it('makes one administrator with a link that works once, however many nodes start', async () => {
      const links = await Promise.all(Array.from({ length: 4 }, () => node.accounts.signIn.ensureAdministrator()));
      const [link, ...others] = links.filter((each) => each !== null);
      expect(others).toEqual([]);
      const [requestId = '', code = ''] = link?.token.split('.') ?? [];
      const session = await verify(requestId, code);
      expect(await node.accounts.sessions.check({ kind: 'token', token: session.presented })).toMatchObject({
        isAdministrator: true,
      });
      await expect(verify(requestId, code)).rejects.toMatchObject({ code: 'sign_in.refused' });
      expect(await node.accounts.signIn.ensureAdministrator()).toBeNull();
    });

    it('makes a link that dies after a day', async () => {
      const link = await node.accounts.signIn.ensureAdministrator();
      node.clock.advance(24 * 60 * minuteMs);
      const [requestId = '', code = ''] = link?.token.split('.') ?? [];
      await expect(verify(requestId, code)).rejects.toMatchObject({ code: 'sign_in.refused' });
    });
  });
});
