/** Risk: an id that changes hands, or a program that manages more than its maker may. */
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, type Actor } from '../kernel/index.ts';
import type { Organization, User } from './index.ts';
import { asUser, personOn } from './people.suite.ts';

eachEngine('places in an organisation', (makeDatabase) => {
  let node: Node;
  let ada: User;
  let organization: Organization;
  let token: Actor;

  beforeAll(async () => {
    node = await nodeOn(await makeDatabase());
    ada = await personOn(node, 'ada');
    organization = await node.accounts.organizations.create({ actor: asUser(ada), name: 'acme' });
    token = { ...operatorActor, kind: 'credential', id: 'crd_1', name: 'CI', within: organization.id, maker: ada.id };
  });
  const at = () => ({ actor: token, organizationId: organization.id });

  describe('numbers', () => {
    it('are whole, differ, and stay when somebody who was invited joins or changes role', async () => {
      const bob = await personOn(node, 'bob');
      const invited = await node.accounts.places.invite({ ...at(), email: bob.email, role: 'member' });
      expect(invited).toMatchObject({ email: bob.email, role: 'member', joinedAtMs: null });
      node.clock.advance(5000);
      await node.accounts.invitations.accept({ actor: asUser(bob), invitationId: invited.holder });
      const [first, second, ...none] = await node.accounts.places.list(at());
      expect([first?.email, none]).toEqual([ada.email, []]);
      expect(second).toEqual({ ...invited, holder: bob.id, joinedAtMs: invited.invitedAtMs + 5000 });
      const promoted = await node.accounts.places.change({ ...at(), number: invited.number, role: 'owner' });
      expect(promoted).toEqual({ ...second, role: 'owner' });
      await node.accounts.places.remove({ ...at(), number: invited.number });
      const again = await node.accounts.places.invite({ ...at(), email: bob.email, role: 'owner' });
      expect(again.number).toBeGreaterThan(invited.number);
      await node.accounts.places.remove({ ...at(), number: again.number });
      expect(await node.accounts.places.list(at())).toHaveLength(1);
    });

    it('of another organisation name nobody here', async () => {
      const eve = await personOn(node, 'eve');
      const other = await node.accounts.organizations.create({ actor: asUser(eve), name: 'other' });
      const [place] = await node.accounts.places.list({ actor: asUser(eve), organizationId: other.id });
      const number = place?.number ?? 0;
      await expect(node.accounts.places.remove({ ...at(), number })).rejects.toMatchObject({
        code: 'member.not_found',
      });
      const foreign = { actor: token, organizationId: other.id };
      await expect(node.accounts.places.list(foreign)).rejects.toMatchObject({ code: 'organization.not_found' });
    });
  });

  describe('roles', () => {
    it('the last owner stays one, whoever else is invited as owner', async () => {
      const [place] = await node.accounts.places.list(at());
      const number = place?.number ?? 0;
      const invited = await node.accounts.places.invite({ ...at(), email: 'late@example.org', role: 'owner' });
      await expect(node.accounts.places.change({ ...at(), number, role: 'member' })).rejects.toMatchObject({
        code: 'member.last_owner',
      });
      await expect(node.accounts.places.remove({ ...at(), number })).rejects.toMatchObject({
        code: 'member.last_owner',
      });
      const early = node.accounts.places.change({ ...at(), number: invited.number, role: 'member' });
      await expect(early).rejects.toMatchObject({ code: 'member.invited' });
      await node.accounts.places.remove({ ...at(), number: invited.number });
    });

    it('a program may do what its maker may do now', async () => {
      const cal = await personOn(node, 'cal');
      const own = { actor: operatorActor, organizationId: organization.id, email: cal.email } as const;
      const made = { ...at(), actor: { ...token, maker: cal.id } };
      await node.accounts.organizations.setMember({ ...own, role: 'owner' });
      await node.accounts.places.invite({ ...made, email: 'one@example.org', role: 'member' });
      await node.accounts.organizations.setMember({ ...own, role: 'member' });
      const late = node.accounts.places.invite({ ...made, email: 'two@example.org', role: 'member' });
      await expect(late).rejects.toMatchObject({ code: 'permission.refused' });
      await node.accounts.organizations.removeMember({ ...own, userId: cal.id });
      await expect(node.accounts.places.list(made)).rejects.toMatchObject({ code: 'organization.not_found' });
    });
  });
});
