/** Risk: work assigned to somebody who is not there, a tracker that says nothing, or one of another project. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import type { Project, User } from '../accounts/index.ts';
import { operatorActor } from '../kernel/index.ts';
import { asUser, codesOf, personOn, projectOn } from './tenants.suite.ts';
import type { Tracker, TrackerStatus } from './index.ts';

const log4shell = 'CVE-2021-44228';

eachEngine('trackers of CVEs', (makeDatabase) => {
  let node: Node;
  let ada: User;
  let bob: User;
  let project: Project;
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase());
    ada = await personOn(node, 'ada');
    bob = await personOn(node, 'bob');
    project = await projectOn(node, ada, 'Web Shop');
  });

  const set = (
    change: { readonly status?: TrackerStatus | null; readonly assigneeEmail?: string | null },
    cveId = log4shell,
  ): Promise<Tracker | null> => node.watch.tracker.set({ actor: asUser(ada), projectId: project.id, cveId, ...change });
  const find = async (cveId = log4shell) => (await node.watch.tracker.of(project.id, [cveId])).get(cveId) ?? null;
  const join = (organizationId = project.organizationId) =>
    node.accounts.organizations.setMember({ actor: operatorActor, organizationId, email: bob.email, role: 'member' });

  it('keeps status and assignee apart, and when somebody was assigned', async () => {
    const first = await set({ status: 'to_evaluate' });
    expect(first).toMatchObject({ status: 'to_evaluate', assignee: null, assignedAtMs: null });
    node.clock.advance(1000);
    const assignedAtMs = node.clock.nowMs();
    expect(await set({ assigneeEmail: ' ADA@example.org ' })).toEqual({
      cveId: log4shell,
      status: 'to_evaluate',
      assignee: { userId: ada.id, email: ada.email },
      assignedAtMs,
      updatedAtMs: assignedAtMs,
    });
    node.clock.advance(1000);
    const later = await set({ status: 'resolved', assigneeEmail: ada.email });
    expect(later).toMatchObject({ status: 'resolved', assignedAtMs, updatedAtMs: node.clock.nowMs() });
    expect(await find()).toEqual(later);
  });

  it('is gone when it says nothing any more, and says so once in the log', async () => {
    await set({ status: 'resolved', assigneeEmail: ada.email });
    expect(await set({ status: null })).toMatchObject({ status: null, assignee: { email: ada.email } });
    expect(await set({ assigneeEmail: null })).toBeNull();
    expect(await set({ status: null, assigneeEmail: null })).toBeNull();
    expect(await find()).toBeNull();
    const { items } = await node.audit.list({ scope: { kind: 'project', id: String(project.id) } });
    const changes = items.filter(({ action }) => action === 'tracker.changed');
    expect(changes.map(({ before, after }) => [before, after])).toEqual([
      [
        { status: null, assignee: ada.id },
        { status: null, assignee: null },
      ],
      [
        { status: 'resolved', assignee: ada.id },
        { status: null, assignee: ada.id },
      ],
      [
        { status: null, assignee: null },
        { status: 'resolved', assignee: ada.id },
      ],
    ]);
  });

  it('is given to people of the project or its organisation only, who can sign in', async () => {
    const stranger = { code: 'member.not_found' };
    await expect(set({ status: 'resolved', assigneeEmail: bob.email })).rejects.toMatchObject(stranger);
    await expect(set({ assigneeEmail: 'nobody@example.org' })).rejects.toMatchObject(stranger);
    expect(await find()).toBeNull();
    await join();
    expect(await set({ assigneeEmail: bob.email })).toMatchObject({ assignee: { userId: bob.id } });
    await node.accounts.users.disable({ actor: operatorActor, email: bob.email });
    await expect(set({ assigneeEmail: bob.email }, 'CVE-2022-22965')).rejects.toMatchObject(stranger);
  });

  it('is found by status, by having one, and by assignee, in its own project only', async () => {
    const other = await node.accounts.projects.create({
      actor: asUser(ada),
      organization: project.organizationId,
      name: 'Other',
    });
    await set({ status: 'resolved' }, 'CVE-2021-0001');
    await set({ status: 'evaluated', assigneeEmail: ada.email }, 'CVE-2021-0002');
    await set({ assigneeEmail: ada.email }, 'CVE-2021-0003');
    const ids = (filter: Parameters<Node['watch']['tracker']['cveIds']>[1], projectId = project.id) =>
      node.watch.tracker.cveIds(projectId, filter);
    expect(await ids({ status: 'resolved' })).toEqual(['CVE-2021-0001']);
    expect(await ids({ status: 'any' })).toEqual(['CVE-2021-0001', 'CVE-2021-0002']);
    expect(await ids({ assigneeEmail: 'Ada@Example.org' })).toEqual(['CVE-2021-0002', 'CVE-2021-0003']);
    expect(await ids({ status: 'evaluated', assigneeEmail: ada.email })).toEqual(['CVE-2021-0002']);
    expect(await ids({ assigneeEmail: bob.email })).toEqual([]);
    expect(await ids({ status: 'any' }, other.id)).toEqual([]);
    expect(await node.watch.tracker.of(other.id, ['CVE-2021-0001'])).toEqual(new Map());
    expect(await node.watch.tracker.of(project.id, [])).toEqual(new Map());
  });

  it('is nothing to those who do not belong to the project', async () => {
    const foreign = node.watch.tracker.set({
      actor: asUser(bob),
      projectId: project.id,
      cveId: log4shell,
      status: 'resolved',
    });
    await expect(foreign).rejects.toMatchObject({ code: 'project.not_found' });
  });

  it('is one, however many set it at once', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => set({ status: index % 3 === 0 ? 'resolved' : 'evaluated' })),
    );
    expect(codesOf(results)).toEqual([]);
    expect(['resolved', 'evaluated']).toContain((await find())?.status);
    expect(await node.watch.tracker.cveIds(project.id, { status: 'any' })).toEqual([log4shell]);
  });

  describe('of somebody who leaves', () => {
    it('loses the assignee and keeps its status; one that says nothing else goes', async () => {
      await join();
      await set({ status: 'resolved', assigneeEmail: bob.email });
      await set({ assigneeEmail: bob.email }, 'CVE-2022-22965');
      const { organizations } = node.accounts;
      await organizations.removeMember({
        actor: operatorActor,
        organizationId: project.organizationId,
        userId: bob.id,
      });
      expect(await find()).toMatchObject({ status: 'resolved', assignee: null, assignedAtMs: null });
      expect(await find('CVE-2022-22965')).toBeNull();
    });

    it('stays while the project or its organisation still has the person', async () => {
      await join();
      const member = { actor: operatorActor, projectId: project.id } as const;
      await node.accounts.projectMembers.set({ ...member, email: bob.email, role: 'member' });
      await set({ assigneeEmail: bob.email });
      const organization = { actor: operatorActor, organizationId: project.organizationId } as const;
      await node.accounts.organizations.removeMember({ ...organization, userId: bob.id });
      expect(await find()).toMatchObject({ assignee: { userId: bob.id } });
      await node.accounts.projectMembers.remove({ ...member, userId: bob.id });
      expect(await find()).toBeNull();
    });

    it('never names a person who was deleted, nor one who left while it was given', async () => {
      await join();
      await set({ status: 'resolved', assigneeEmail: bob.email });
      await node.accounts.users.delete({ actor: operatorActor, email: bob.email });
      expect(await find()).toMatchObject({ status: 'resolved', assignee: null });
      bob = await personOn(node, 'bob');
      await join();
      const leave = { actor: operatorActor, organizationId: project.organizationId, userId: bob.id };
      const results = await Promise.allSettled([
        ...Array.from({ length: 10 }, (_, index) => set({ assigneeEmail: bob.email }, `CVE-2021-000${index}`)),
        node.accounts.organizations.removeMember(leave),
        ...Array.from({ length: 10 }, (_, index) => set({ assigneeEmail: bob.email }, `CVE-2022-000${index}`)),
      ]);
      expect(new Set(codesOf(results)).difference(new Set(['member.not_found']))).toEqual(new Set());
      expect(await node.watch.tracker.cveIds(project.id, { assigneeEmail: bob.email })).toEqual([]);
    });
  });

  it('goes with its project, and with its organisation', async () => {
    await set({ status: 'resolved' });
    await node.accounts.projects.delete({ actor: asUser(ada), projectId: project.id });
    expect(await find()).toBeNull();
    await expect(set({ status: 'resolved' })).rejects.toMatchObject({ code: 'project.not_found' });
  });
});
