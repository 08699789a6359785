/** Risk: a credential works without the plan, the person or the membership that it came from, or a fence stays behind. */
import { beforeEach, describe, expect, it } from 'vitest';
import { callerAddress, nodeOn, type Node } from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, type Family } from '../kernel/index.ts';
import { asUser, personOn, projectOn } from './people.suite.ts';
import { projectOwnerId, termsAt, type Project, type User } from './index.ts';

const hourMs = 3_600_000;

eachEngine('a plan', (makeDatabase) => {
  let node: Node;
  let ada: User;
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase());
    ada = await personOn(node, 'ada', 'pro');
  });

  const set = (change: Omit<Parameters<Node['accounts']['plans']['set']>[0], 'actor' | 'userId'>) =>
    node.accounts.plans.set({ actor: operatorActor, userId: ada.id, ...change });
  const verify = async (family: Family, presented: string): Promise<string> => {
    const outcome = await node.credentials.verify({ family, presented, address: callerAddress, fresh: true });
    return outcome.kind === 'verified' ? 'verified' : outcome.code;
  };
  const rateOf = async (project: Project): Promise<number | undefined> => {
    const standing = await node.accounts.standing(projectOwnerId(project.id));
    return standing === null ? undefined : termsAt(standing, node.clock.nowMs()).rate?.limit;
  };
  const tokenOf = async (project: Project, creator: User): Promise<string> => {
    const issued = await node.credentials.issue({
      actor: asUser(creator),
      family: 'project-token',
      ownerId: projectOwnerId(project.id),
      name: 'ci',
      scopes: { project: 'read' },
    });
    return issued.presented;
  };
  const admin = async (project: Project, name: string): Promise<User> => {
    const user = await personOn(node, name);
    const target = { actor: operatorActor, projectId: project.id };
    await node.accounts.projectMembers.set({ ...target, email: user.email, role: 'admin' });
    return user;
  };

  it('governs every project of its holder at once, and falls back to the free one when it lapses', async () => {
    const project = await projectOn(node, ada);
    expect(await rateOf(project)).toBe(180);
    await set({ plan: 'enterprise' });
    expect(await rateOf(project)).toBe(720);
    await set({ status: 'past_due' });
    node.clock.advance(72 * hourMs - 1);
    expect(await rateOf(project)).toBe(720);
    node.clock.advance(1);
    expect(await rateOf(project)).toBe(30);
    await set({ status: 'active' });
    expect(await rateOf(project)).toBe(720);
    await set({ status: 'cancelled', periodEndMs: node.clock.nowMs() + hourMs });
    expect(await rateOf(project)).toBe(720);
    node.clock.advance(hourMs);
    expect(await rateOf(project)).toBe(30);
  });

  it('moves the fences of its holder and of the projects owned, and of nobody else', async () => {
    const project = await projectOn(node, ada);
    const eve = await personOn(node, 'eve', 'pro');
    const foreign = await projectOn(node, eve);
    const owners = [ada.id, projectOwnerId(project.id), eve.id, projectOwnerId(foreign.id), project.organizationId];
    const fences = () => Promise.all(owners.map((id) => node.admission.fenceOf(node.control.db, id)));
    const before = await fences();
    await set({ plan: 'starter' });
    const moved = (await fences()).map((fence, index) => (fence ?? 0) - (before[index] ?? 0));
    expect(moved).toEqual([1, 1, 0, 0, 0]);
  });

  it('lets user keys work while it is Pro, through the grace, and again after reactivation', async () => {
    const issued = await node.credentials.issue({
      actor: asUser(ada),
      family: 'user-key',
      ownerId: ada.id,
      name: 'cli',
    });
    const state = () => verify('user-key', issued.presented);
    expect(await state()).toBe('verified');
    await set({ plan: 'starter' });
    expect(await state()).toBe('plan.required');
    await set({ plan: 'pro', status: 'past_due' });
    expect(await state()).toBe('verified');
    node.clock.advance(72 * hourMs);
    expect(await state()).toBe('plan.past_due');
    await set({ status: 'active' });
    expect(await state()).toBe('verified');
    await set({ status: 'cancelled', periodEndMs: node.clock.nowMs() + hourMs });
    expect(await state()).toBe('verified');
    node.clock.advance(hourMs);
    expect(await state()).toBe('plan.ended');
  });

  it('is set by the operator and administrators only', async () => {
    const change = { actor: asUser(ada), userId: ada.id, plan: 'enterprise' } as const;
    await expect(node.accounts.plans.set(change)).rejects.toMatchObject({ code: 'permission.refused' });
  });

  it('leaves its old and new values in the audit log', async () => {
    await set({ plan: 'enterprise' });
    const { items } = await node.audit.list({ scope: { kind: 'account', id: ada.id } });
    expect(items[0]).toMatchObject({ action: 'plan.changed', before: { plan: 'pro' }, after: { plan: 'enterprise' } });
  });

  describe('a token', () => {
    it('stops when the person who created it leaves the project, and only that one', async () => {
      const project = await projectOn(node, ada);
      const bob = await admin(project, 'bob');
      const [own, bobs] = [await tokenOf(project, ada), await tokenOf(project, bob)];
      await node.accounts.projectMembers.remove({ actor: asUser(ada), projectId: project.id, userId: bob.id });
      expect(await verify('project-token', own)).toBe('verified');
      expect(await verify('project-token', bobs)).not.toBe('verified');
    });

    it('stops while the person who created it is disabled', async () => {
      const project = await projectOn(node, ada);
      const bob = await admin(project, 'bob');
      const presented = await tokenOf(project, bob);
      const before = (await node.admission.fenceOf(node.control.db, projectOwnerId(project.id))) ?? 0;
      await node.accounts.users.disable({ actor: operatorActor, email: bob.email });
      expect(await verify('project-token', presented)).not.toBe('verified');
      expect(await node.admission.fenceOf(node.control.db, projectOwnerId(project.id))).toBe(before + 1);
      await node.accounts.users.enable({ actor: operatorActor, email: bob.email });
      expect(await verify('project-token', presented)).toBe('verified');
    });

    it('stops with the owner of the project', async () => {
      const project = await projectOn(node, ada);
      const bob = await admin(project, 'bob');
      const presented = await tokenOf(project, bob);
      await node.accounts.users.disable({ actor: operatorActor, email: ada.email });
      expect(await verify('project-token', presented)).toBe('owner.disabled');
    });

    it('goes with its creator out of the organisation', async () => {
      const { organizations } = node.accounts;
      const { id } = await organizations.create({ actor: asUser(ada), name: 'Acme' });
      const bob = await personOn(node, 'bob');
      const target = { organizationId: id, email: bob.email };
      await organizations.setMember({ actor: operatorActor, ...target, role: 'owner' });
      const issued = await node.credentials.issue({
        actor: asUser(bob),
        family: 'organization-token',
        ownerId: id,
        name: 'ci',
      });
      expect(await verify('organization-token', issued.presented)).toBe('verified');
      await organizations.removeMember({ actor: asUser(ada), organizationId: id, userId: bob.id });
      expect(await verify('organization-token', issued.presented)).not.toBe('verified');
    });
  });

  it('names the people who answer for each owner', async () => {
    const project = await projectOn(node, ada);
    const bob = await admin(project, 'bob');
    expect(await node.accounts.contactsOf(projectOwnerId(project.id))).toEqual([ada.email, bob.email]);
    expect(await node.accounts.contactsOf(project.organizationId)).toEqual([ada.email]);
    expect(await node.accounts.contactsOf(ada.id)).toEqual([ada.email]);
  });
});
