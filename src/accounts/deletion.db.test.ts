/** Risk: something of a deleted person or tenant goes on working, comes back under its old number, or is still known. */
import { beforeEach, expect, it } from 'vitest';
import { nodeOn, subscriberOn, type Node } from '../../test/support/actors.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import { operatorActor, type Family } from '../kernel/index.ts';
import { rowsOf, tableNames } from '../storage/index.ts';
import { asUser, codeOf, personOn, projectOn } from './people.suite.ts';
import { projectOwnerId, type User } from './index.ts';

const actor = operatorActor;
const person = 'ada@example.org';
const place = { address: '203.0.113.77', client: 'leaving/1' };

eachEngine('deletion', (makeDatabase) => {
  let database: TestDatabase;
  let node: Node;
  let ada: User;
  beforeEach(async () => {
    database = await makeDatabase();
    node = await nodeOn(database);
    ada = await personOn(node, 'ada', 'pro');
  });

  const signIn = async (): Promise<string> => {
    const { requestId } = await node.accounts.signIn.requestCode({ email: person, address: place.address });
    const code = codeOf(node, person);
    return (await node.accounts.signIn.verifyCode({ requestId, code, kind: 'token', ...place })).presented;
  };

  const issue = (family: Family, ownerId: string) =>
    node.credentials.issue({
      actor,
      family,
      ownerId,
      name: 'late',
      ...(family === 'project-token' || family === 'organization-token'
        ? { scopes: { [family === 'project-token' ? 'alerts' : '*']: 'read' as const } }
        : {}),
    });

  it('never gives the number of a project that is gone to another', async () => {
    const first = await projectOn(node, ada);
    const { projects } = node.accounts;
    let newest = first.id;
    for (const name of ['second', 'third']) {
      await projects.delete({ actor, projectId: newest });
      const made = await projects.create({ actor: asUser(ada), organization: first.organizationId, name });
      expect(made.id).toBeGreaterThan(newest);
      newest = made.id;
    }
  });

  it('leaves nothing that a credential could be issued for', async () => {
    const project = await projectOn(node, ada);
    const subscription = await subscriberOn(node, {}, person);
    const owners = [
      ['project-token', projectOwnerId(project.id)],
      ['organization-token', project.organizationId],
      ['user-key', ada.id],
      ['subscription-key', subscription.id],
    ] as const;
    for (const [family, ownerId] of owners) await issue(family, ownerId);
    await node.accounts.projects.delete({ actor, projectId: project.id });
    await node.accounts.organizations.delete({ actor, organizationId: project.organizationId });
    await node.accounts.users.delete({ actor, email: person });
    for (const [family, ownerId] of owners) {
      await expect(issue(family, ownerId), family).rejects.toMatchObject({ code: 'account.not_found' });
    }
  });

  it('of a person ends sessions, keys and memberships, and no row names the person any more', async () => {
    const eve = await personOn(node, 'eve', 'pro');
    const project = await projectOn(node, eve);
    const target = { kind: 'project', id: project.id } as const;
    const invitation = await node.accounts.invitations.invite({
      actor: asUser(eve),
      target,
      email: person,
      role: 'admin',
    });
    const token = await signIn();
    const self = { ...asUser(ada), ...place };
    await node.accounts.invitations.accept({ actor: self, invitationId: invitation.id });
    const key = await node.credentials.issue({ actor: self, family: 'user-key', ownerId: ada.id, name: 'key' });
    const ofProject = await node.credentials.issue({
      actor: self,
      family: 'project-token',
      ownerId: projectOwnerId(project.id),
      name: 'CI',
      scopes: { alerts: 'read' },
    });

    await node.accounts.users.delete({ actor: asUser(await personOn(node, 'boss')), email: person }).then(
      () => expect.unreachable('only administrators delete people'),
      (error: unknown) => expect(error).toMatchObject({ code: 'permission.refused' }),
    );
    await node.accounts.users.delete({ actor, email: person });

    expect((await node.accounts.sessions.check({ kind: 'token', token })).kind).toBe('refused');
    for (const [family, { presented }] of [
      ['user-key', key],
      ['project-token', ofProject],
    ] as const) {
      const outcome = await node.credentials.verify({ family, presented, address: '198.51.100.1', fresh: true });
      expect(outcome.kind, family).toBe('refused');
    }
    const members = await node.accounts.projectMembers.list({ actor, projectId: project.id });
    expect(members.map(({ email }) => email)).toEqual([eve.email]);
    expect(await node.audit.verify()).toMatchObject({ ok: true, findings: [] });
    for (const name of tableNames) {
      for await (const rows of rowsOf(database.db, name)) {
        for (const row of rows) {
          for (const trace of [person, place.address, place.client]) {
            expect(JSON.stringify(row).toLowerCase(), name).not.toContain(trace);
          }
        }
      }
    }
    const again = await personOn(node, 'ada');
    expect(again.id).not.toBe(ada.id);
  });
});
