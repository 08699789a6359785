/** Risk: somebody sees or changes a tenant that is not theirs, a limit gives way to a crowd, or a tenant loses its owner. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, type Actor } from '../kernel/index.ts';
import { asUser, codesOf, personOn, projectOn } from './people.suite.ts';
import { projectOwnerId, type Project, type User } from './index.ts';

eachEngine('tenants', (makeDatabase) => {
  let node: Node;
  let ada: User;
  let eve: User;
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase());
    ada = await personOn(node, 'ada', 'pro');
    eve = await personOn(node, 'eve', 'pro');
  });

  const add = (project: Project, user: User, role: 'admin' | 'member') =>
    node.accounts.projectMembers.set({ actor: operatorActor, projectId: project.id, email: user.email, role });
  const invite = (actor: Actor, project: Project, email: string) =>
    node.accounts.invitations.invite({ actor, target: { kind: 'project', id: project.id }, email, role: 'member' });

  describe('a project', () => {
    it('is made by an owner of the organisation only, with a name of its own and a slug', async () => {
      const project = await projectOn(node, ada, 'Café & Bar');
      expect(project).toMatchObject({ slug: 'cafe-bar', ownerUserId: ada.id, isActive: true });
      const organization = project.organizationId;
      const again = { actor: asUser(ada), organization, name: 'Café & Bar' };
      await expect(node.accounts.projects.create(again)).rejects.toMatchObject({ code: 'project.name_taken' });
      const other = await node.accounts.projects.create({ ...again, name: 'cafe bar' });
      expect(other.slug).toBe('cafe-bar-2');
      await expect(node.accounts.projects.create({ ...again, actor: asUser(eve), name: 'x' })).rejects.toMatchObject({
        code: 'organization.not_found',
      });
    });

    it('cannot be made beyond the plan, by however many calls at once', async () => {
      const { id } = await node.accounts.organizations.create({ actor: asUser(ada), name: 'Acme' });
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, (_, index) =>
          node.accounts.projects.create({ actor: asUser(ada), organization: id, name: `p${index}` }),
        ),
      );
      expect(codesOf(results)).toEqual(Array.from({ length: 45 }, () => 'plan.limit_reached'));
      expect(await node.accounts.projects.listOf(ada.id)).toHaveLength(5);
    });

    it('is nothing to those who do not belong to it, and not to be changed by mere members', async () => {
      const project = await projectOn(node, ada);
      const { projects, projectMembers } = node.accounts;
      const change = (actor: Actor) => projects.change({ actor, projectId: project.id, description: 'x' });
      await expect(change(asUser(eve))).rejects.toMatchObject({ code: 'project.not_found' });
      await expect(projectMembers.list({ actor: asUser(eve), projectId: project.id })).rejects.toMatchObject({
        code: 'project.not_found',
      });
      await add(project, eve, 'member');
      await expect(change(asUser(eve))).rejects.toMatchObject({ code: 'permission.refused' });
      expect(await projectMembers.list({ actor: asUser(eve), projectId: project.id })).toHaveLength(2);
      await add(project, eve, 'admin');
      await change(asUser(eve));
      await expect(projects.delete({ actor: asUser(eve), projectId: project.id })).rejects.toMatchObject({
        code: 'permission.refused',
      });
      const credential: Actor = { ...asUser(ada), kind: 'credential' };
      await expect(change(credential)).rejects.toMatchObject({ code: 'project.not_found' });
    });

    it('is changed by a program that acts for its organisation, and by no other program', async () => {
      const project = await projectOn(node, ada);
      const other = await node.accounts.organizations.create({ actor: asUser(eve), name: 'Other' });
      const program = (within: string): Actor => ({ ...asUser(ada), kind: 'credential', id: 'crd_x', within });
      const change = (actor: Actor) =>
        node.accounts.projects.change({ actor, projectId: project.id, description: 'by a program' });
      await expect(change(program(other.id))).rejects.toMatchObject({ code: 'project.not_found' });
      await expect(change(program(projectOwnerId(project.id)))).rejects.toMatchObject({ code: 'project.not_found' });
      expect(await change(program(project.organizationId))).toMatchObject({ description: 'by a program' });
      const ownerId = project.organizationId;
      await expect(
        node.credentials.issue({ actor: program(ownerId), family: 'organization-token', ownerId, name: 'x' }),
      ).rejects.toMatchObject({ code: 'permission.refused' });
    });

    it('made by a program is owned by its maker, who must belong here, and by the first owner when nobody made it', async () => {
      const { id } = await node.accounts.organizations.create({ actor: asUser(ada), name: 'Acme' });
      const program = (maker: string, within = id): Actor => ({ ...asUser(ada), kind: 'credential', within, maker });
      const create = (actor: Actor, name: string) =>
        node.accounts.projects.create({ actor, organization: id, name, isActive: false });
      await expect(create(program(eve.id, 'org_other'), 'x')).rejects.toMatchObject({ code: 'permission.refused' });
      expect(await create(program(''), 'by the operator')).toMatchObject({ ownerUserId: ada.id, isActive: false });
      await expect(create(program(eve.id), 'x')).rejects.toMatchObject({ code: 'organization.not_found' });
      const member = { actor: operatorActor, organizationId: id, email: eve.email, role: 'owner' } as const;
      await node.accounts.organizations.setMember(member);
      expect(await create(program(eve.id), 'by a member')).toMatchObject({ ownerUserId: eve.id });
      await node.accounts.users.disable({ actor: operatorActor, email: ada.email });
      expect(await create(program(''), 'without ada')).toMatchObject({ ownerUserId: eve.id });
      const made = await node.accounts.projectTurns.findIn(id, 'by a member');
      await node.accounts.projects.delete({ actor: program(eve.id), projectId: made?.id ?? 0 });
      expect(await node.accounts.projectTurns.findIn(id, 'by a member')).toBeNull();
    });

    it('is not found by a name that no text of a database can hold, and none is called as a path is', async () => {
      const project = await projectOn(node, ada);
      const { organizationId } = project;
      expect(await node.accounts.projectTurns.findIn(organizationId, project.name)).toEqual(project);
      expect(await node.accounts.projectTurns.findIn(organizationId, `${project.name}\0`)).toBeNull();
      const nul = { actor: operatorActor, organization: 'Acme\0' };
      expect(await node.accounts.organizations.find(nul)).toBeNull();
      const rename = async (name: string) =>
        node.accounts.projects.change({ actor: asUser(ada), projectId: project.id, name });
      for (const name of ['add', '.', ' .. '])
        await expect(rename(name)).rejects.toMatchObject({ code: 'project.name_reserved' });
      expect(await rename('Add')).toMatchObject({ name: 'Add' });
    });

    it('has exactly one owner, before and after a transfer', async () => {
      const project = await projectOn(node, ada);
      const { projectMembers } = node.accounts;
      const target = { actor: asUser(ada), projectId: project.id };
      await expect(projectMembers.transfer({ ...target, userId: eve.id })).rejects.toMatchObject({
        code: 'member.not_found',
      });
      await expect(projectMembers.remove({ ...target, userId: ada.id })).rejects.toMatchObject({
        code: 'member.last_owner',
      });
      await add(project, eve, 'member');
      await projectMembers.transfer({ ...target, userId: eve.id });
      const members = await projectMembers.list(target);
      expect(members.map(({ userId, role }) => [userId, role])).toEqual(
        expect.arrayContaining([
          [ada.id, 'admin'],
          [eve.id, 'owner'],
        ]),
      );
      expect(members).toHaveLength(2);
    });

    it('takes its tokens with it, and its audit log says who did it', async () => {
      const project = await projectOn(node, ada);
      const ownerId = projectOwnerId(project.id);
      const { id } = await node.credentials.issue({
        actor: asUser(ada),
        family: 'project-token',
        ownerId,
        name: 'ci',
        scopes: { project: 'read' },
      });
      await node.accounts.projects.delete({ actor: asUser(ada), projectId: project.id });
      expect(await node.accounts.standing(ownerId)).toBeNull();
      expect(await node.credentials.show({ actor: operatorActor, id })).toMatchObject({ state: 'revoked' });
      const scopes = [
        { kind: 'project', id: String(project.id) },
        { kind: 'organization', id: project.organizationId },
      ] as const;
      const { items } = await node.audit.list({ scopes, actorKinds: ['user'] });
      expect(items.map(({ action }) => action)).toEqual(
        expect.arrayContaining(['project.created', 'project.deleted', 'credential.issued', 'credential.revoked']),
      );
    });
  });

  describe('an invitation', () => {
    it('counts against the plan while it is open, and not after it was declined', async () => {
      const project = await projectOn(node, ada);
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) => invite(asUser(ada), project, `p${index}@example.org`)),
      );
      expect(codesOf(results)).toEqual(Array.from({ length: 16 }, () => 'plan.limit_reached'));
      const [first] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      await node.accounts.invitations.withdraw({ actor: asUser(ada), invitationId: first?.id ?? '' });
      await invite(asUser(ada), project, 'next@example.org');
    });

    it('is accepted by the person with that address, once, in time', async () => {
      const project = await projectOn(node, ada);
      const { invitations } = node.accounts;
      const bob = await personOn(node, 'bob');
      const first = await invite(asUser(ada), project, bob.email);
      expect(node.mails.at(-1)).toMatchObject({ to: bob.email, subject: 'Invitation to Web Shop' });
      const take = (user: User, invitationId = first.id) => invitations.accept({ actor: asUser(user), invitationId });
      await expect(take(eve)).rejects.toMatchObject({ code: 'invitation.not_found' });
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => take(bob)));
      expect(codesOf(results)).toHaveLength(9);
      const late = await invite(asUser(ada), project, eve.email);
      node.clock.advance(7 * 86_400_000);
      await expect(take(eve, late.id)).rejects.toMatchObject({ code: 'invitation.not_found' });
    });

    it('does not let more in than a plan that became smaller allows', async () => {
      const project = await projectOn(node, ada);
      const bob = await personOn(node, 'bob');
      const invitation = await invite(asUser(ada), project, bob.email);
      await node.accounts.plans.set({ actor: operatorActor, userId: ada.id, plan: 'free' });
      await expect(
        node.accounts.invitations.accept({ actor: asUser(bob), invitationId: invitation.id }),
      ).rejects.toMatchObject({ code: 'plan.limit_reached' });
    });

    it('is sent by those who manage only, and reads nothing', async () => {
      const project = await projectOn(node, ada);
      await add(project, eve, 'member');
      await expect(invite(asUser(eve), project, 'x@example.org')).rejects.toMatchObject({ code: 'permission.refused' });
      const bob = await personOn(node, 'bob');
      await invite(asUser(ada), project, bob.email);
      expect(await node.accounts.projects.find({ actor: asUser(bob), projectId: project.id })).toBeNull();
      expect(await node.accounts.projects.listOf(bob.id)).toEqual([]);
    });
  });

  describe('an organisation', () => {
    it('keeps its last owner, however many leave at once', async () => {
      const { id } = await node.accounts.organizations.create({ actor: asUser(ada), name: 'Acme' });
      const { organizations } = node.accounts;
      await organizations.setMember({ actor: operatorActor, organizationId: id, email: eve.email, role: 'owner' });
      const results = await Promise.allSettled(
        [ada, eve].map((user) =>
          organizations.removeMember({ actor: asUser(user), organizationId: id, userId: user.id }),
        ),
      );
      expect(codesOf(results)).toEqual(['member.last_owner']);
    });

    it('is seen by its members only, and its name belongs to one', async () => {
      const { organizations } = node.accounts;
      await organizations.create({ actor: asUser(ada), name: 'Acme' });
      expect(await organizations.find({ actor: asUser(eve), organization: 'Acme' })).toBeNull();
      expect(await organizations.find({ actor: asUser(ada), organization: 'Acme' })).toMatchObject({ name: 'Acme' });
      await expect(organizations.create({ actor: asUser(eve), name: 'Acme' })).rejects.toMatchObject({
        code: 'organization.name_taken',
      });
    });

    it('is deleted with its projects', async () => {
      const project = await projectOn(node, ada);
      await node.accounts.organizations.delete({ actor: asUser(ada), organizationId: project.organizationId });
      expect(await node.accounts.projects.find({ actor: operatorActor, projectId: project.id })).toBeNull();
      await node.accounts.users.delete({ actor: operatorActor, email: ada.email });
    });
  });

  it('leaves a chain of audit entries that proves itself', async () => {
    const project = await projectOn(node, ada);
    await add(project, eve, 'admin');
    await node.accounts.users.disable({ actor: operatorActor, email: eve.email });
    expect(await node.audit.verify()).toMatchObject({ findings: [] });
  });
});
