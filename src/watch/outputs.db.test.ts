/** Risk: a secret that can be read, a name twice, rows that outlive their project, or a confirmation that two people win. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import type { Project, User } from '../accounts/index.ts';
import { operatorActor, systemActor, type Actor } from '../kernel/index.ts';
import { asUser, codesOf, personOn, projectOn } from './tenants.suite.ts';

eachEngine('what a project sends and does', (makeDatabase) => {
  let node: Node;
  let ada: User;
  let project: Project;
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase());
    ada = await personOn(node, 'ada');
    project = await projectOn(node, ada, 'Web Shop');
  });

  const place = (name: string, actor: Actor = asUser(ada)) => ({ actor, projectId: project.id, name });
  const hook = { type: 'webhook', target: { url: 'https://93.184.215.14/s3cret' } } as const;
  const alert = {
    triggerType: 'alert',
    configuration: { triggers: ['kev_added'], actions: [{ type: 'change_status', value: 'to_evaluate' }] },
  } as const;
  const tokenIn = (index: number) => /#(\S+)/.exec(node.mails.at(index)?.text ?? '')?.[1] ?? '';
  const countOf = async (table: 'notifications' | 'automations' | 'automation_executions' | 'automation_results') =>
    (await node.control.db.selectFrom(table).selectAll().execute()).length;

  describe('notifications', () => {
    it('of one name are made once, however many try at the same time', async () => {
      const tries = Array.from({ length: 12 }, () => node.watch.notifications.create({ ...place('Hook'), ...hook }));
      expect(codesOf(await Promise.allSettled(tries))).toEqual(Array(11).fill('notification.name_taken'));
      expect(await node.watch.notifications.list(project.id)).toHaveLength(1);
    });

    it('are confirmed by one of two clicks at the same time, and by no older link', async () => {
      const mail = { type: 'email', target: { email: 'a@example.org' } } as const;
      await node.watch.notifications.create({ ...place('Mail'), ...mail });
      const old = tokenIn(-1);
      await node.watch.notifications.change({ ...place('Mail'), change: { target: { email: 'b@example.org' } } });
      await expect(node.watch.notifications.confirm(old, systemActor)).rejects.toMatchObject({
        code: 'confirmation.refused',
      });
      const clicks = [1, 2].map(() => node.watch.notifications.confirm(tokenIn(-1), systemActor));
      expect(codesOf(await Promise.allSettled(clicks))).toEqual(['confirmation.refused']);
      expect(await node.watch.notifications.find(project.id, 'Mail')).toMatchObject({
        isEnabled: true,
        isPending: false,
      });
    });

    it('are encrypted anew when a pepper goes, and open as before', async () => {
      const { id } = await node.watch.notifications.create({ ...place('Hook'), ...hook });
      const [before] = await node.control.db.selectFrom('notifications').selectAll().execute();
      expect(await node.watch.notifications.sealAnew(1)).toBe(0);
      expect(await node.watch.notifications.sealAnew(2)).toBe(1);
      const [after] = await node.control.db.selectFrom('notifications').selectAll().execute();
      expect(after?.sealed).not.toBe(before?.sealed);
      const target = await node.watch.notifications.openTarget(id);
      expect(target?.reveal()).toEqual({ type: 'webhook', url: 'https://93.184.215.14/s3cret', headers: {} });
      expect(JSON.stringify(target)).toBe('"***"');
    });

    it('are managed by those who manage the project only, and every change leaves a trace without a secret', async () => {
      const eve = await personOn(node, 'eve');
      const foreign = node.watch.notifications.create({ ...place('Hook', asUser(eve)), ...hook });
      await expect(foreign).rejects.toMatchObject({ code: 'project.not_found' });
      const program = { ...operatorActor, kind: 'credential', id: 'crd_1', name: 'CI' } as const;
      const idle = node.watch.notifications.create({ ...place('Hook', program), ...hook });
      await expect(idle).rejects.toMatchObject({ code: 'project.not_found' });
      await node.watch.notifications.create({ ...place('Hook'), ...hook });
      await node.watch.notifications.change({ ...place('Hook'), change: { isEnabled: false } });
      await node.watch.notifications.remove(place('Hook'));
      const { items } = await node.audit.list({ scope: { kind: 'project', id: String(project.id) } });
      const changes = items.filter(({ object }) => object.kind === 'notification');
      expect(changes.map(({ action }) => action)).toEqual([
        'notification.removed',
        'notification.changed',
        'notification.created',
      ]);
      expect(JSON.stringify(items)).not.toContain('s3cret');
      expect(changes[1]).toMatchObject({ before: { is_enabled: true }, after: { is_enabled: false } });
    });

    it('are bounded in number', async () => {
      const made = Array.from({ length: 100 }, (_, index) => ({ ...place(`n ${index}`), ...hook }));
      for (const each of made) await node.watch.notifications.create(each);
      const more = node.watch.notifications.create({ ...place('one more'), ...hook });
      await expect(more).rejects.toMatchObject({ code: 'watch.too_many_outputs' });
    });
  });

  describe('automations', () => {
    it('name notifications of their own project, and people who belong to it, by what stays', async () => {
      const { id } = await node.watch.notifications.create({ ...place('Hook'), ...hook });
      const actions = [
        { type: 'send_notification', value: 'Hook' },
        { type: 'assign_user', value: 'ADA@example.org' },
      ];
      const made = await node.watch.automations.create({
        ...place('A'),
        ...alert,
        configuration: { ...alert.configuration, actions },
      });
      expect(made.configuration.actions.map(({ value }) => value)).toEqual([id, ada.id]);
      const bob = await personOn(node, 'bob');
      const other = await projectOn(node, bob, 'Other');
      const foreign = { actor: asUser(bob), projectId: other.id, name: 'B' };
      for (const action of [
        { type: 'send_notification', value: id },
        { type: 'assign_user', value: ada.email },
      ]) {
        const configuration = { ...alert.configuration, actions: [action] };
        const wrong = node.watch.automations.create({ ...foreign, ...alert, configuration });
        await expect(wrong).rejects.toMatchObject({ code: 'request.invalid_parameter' });
      }
    });

    it('keep the notifications that they send to, also of two who come at the same time', async () => {
      const { id } = await node.watch.notifications.create({ ...place('Hook'), ...hook });
      const actions = [{ type: 'send_notification', value: 'Hook' }];
      const sending = { ...alert, configuration: { ...alert.configuration, actions } };
      const both = await Promise.allSettled([
        node.watch.automations.create({ ...place('A'), ...sending }),
        node.watch.notifications.remove(place('Hook')),
      ]);
      // Whoever comes second is refused: nothing of it is half done.
      expect(['notification.in_use', 'request.invalid_parameter']).toContain(codesOf(both).join());
      const isKept = (await node.watch.notifications.find(project.id, 'Hook')) !== null;
      expect((await node.watch.automations.list(project.id)).length).toBe(Number(isKept));
      // A row of before that rule: what it names is gone.
      await node.watch.automations.create({ ...place('B'), ...alert });
      const configuration = JSON.stringify({
        triggers: ['kev_added'],
        conditions: { operator: 'AND', children: [] },
        actions: [{ type: 'send_notification', value: id.replace(/^.{8}/, '00000000') }],
      });
      await node.control.db.updateTable('automations').set({ configuration }).where('name', '=', 'B').execute();
      for (const change of [{ isEnabled: true }, { configuration: { triggers: ['kev_added'] } }]) {
        const kept = node.watch.automations.change({ ...place('B'), change });
        await expect(kept).rejects.toMatchObject({ code: 'request.invalid_parameter' });
      }
      const off = await node.watch.automations.change({ ...place('B'), change: { isEnabled: false } });
      expect(off.isEnabled).toBe(false);
    });

    it('keep their executions, newest first and by page, until they go', async () => {
      const { id } = await node.watch.automations.create({ ...place('A'), ...alert });
      const found = { windowStartMs: 0, windowEndMs: 1, matchedCvesCount: 0, impactSummary: {}, cvesTableData: [] };
      const results = [{ outputType: 'x', label: 'y', status: 'z', details: {} }];
      const ids: string[] = [];
      for (const executedAtMs of [3, 1, 2, 2]) {
        const given = { automationId: id, executedAtMs, ...found, results };
        ids.push(await node.watch.executions.record(node.control.db, given));
      }
      const first = await node.watch.executions.list(id, { offset: 0, limit: 3 });
      expect(first.total).toBe(4);
      expect(first.rows.map((row) => row.id)).toEqual([ids[0], ids[3], ids[2]]);
      expect((await node.watch.executions.list(id, { offset: 3, limit: 3 })).rows.map((row) => row.id)).toEqual([
        ids[1],
      ]);
      expect((await node.watch.automations.find(project.id, 'A'))?.lastExecutionAtMs).toBe(3);
      await node.watch.automations.remove(place('A'));
      expect([await countOf('automation_executions'), await countOf('automation_results')]).toEqual([0, 0]);
      const late = node.watch.executions.record(node.control.db, {
        automationId: id,
        executedAtMs: 9,
        ...found,
        results,
      });
      await expect(late).rejects.toMatchObject({ code: 'automation.not_found' });
    });
  });

  describe('reports', () => {
    it('of one period grow, hold each CVE once, and take no nonsense', async () => {
      const given = {
        projectId: project.id,
        automationId: null,
        day: '2026-11-20',
        period: 'daily',
        timezone: 'UTC',
        summary: null,
      } as const;
      const { reports } = node.watch;
      const first = await reports.record(node.control.db, { ...given, cveIds: ['CVE-2024-0001', 'CVE-2024-0001'] });
      const more = ['CVE-2024-0001', 'CVE-2024-10000', 'CVE-2023-99999'];
      expect(await reports.record(node.control.db, { ...given, cveIds: more })).toBe(first);
      expect((await reports.find(project.id, first))?.cveIds).toEqual([
        'CVE-2024-10000',
        'CVE-2024-0001',
        'CVE-2023-99999',
      ]);
      const bad = reports.record(node.control.db, { ...given, cveIds: ['CVE-1'] });
      await expect(bad).rejects.toMatchObject({ code: 'request.invalid_parameter' });
      const many = Array.from({ length: 1200 }, (_, index) => `CVE-2020-${10_000 + index}`);
      const large = await reports.record(node.control.db, { ...given, period: 'weekly', cveIds: many });
      const { rows, total } = await reports.list(project.id, 'weekly', { offset: 0, limit: 20 });
      expect([rows.map((row) => [row.id, row.cvesCount]), total]).toEqual([[[large, 1200]], 1]);
      expect(await reports.find(project.id + 1, first)).toBeNull();
    });
  });

  it('a project takes everything with it, and nothing of another project', async () => {
    const bob = await personOn(node, 'bob');
    const other = await projectOn(node, bob, 'Other');
    const results = [{ outputType: 'x', label: 'y', status: 'z', details: {} }];
    const found = {
      windowStartMs: 0,
      windowEndMs: 1,
      matchedCvesCount: 0,
      impactSummary: {},
      cvesTableData: [],
      results,
    };
    for (const [actor, projectId] of [
      [asUser(ada), project.id],
      [asUser(bob), other.id],
    ] as const) {
      await node.watch.notifications.create({ actor, projectId, name: 'Hook', ...hook });
      const { id } = await node.watch.automations.create({ actor, projectId, name: 'A', ...alert });
      await node.watch.executions.record(node.control.db, { automationId: id, executedAtMs: 1, ...found });
      const report = { projectId, automationId: id, day: '2026-11-20', period: 'daily', timezone: 'UTC' } as const;
      await node.watch.reports.record(node.control.db, { ...report, summary: null, cveIds: ['CVE-2024-0001'] });
    }
    await node.accounts.organizations.delete({ actor: asUser(ada), organizationId: project.organizationId });
    for (const table of ['notifications', 'automations', 'automation_executions', 'automation_results'] as const) {
      expect([table, await countOf(table)]).toEqual([table, 1]);
    }
    const { db } = node.control;
    expect(await db.selectFrom('report_cves').selectAll().execute()).toHaveLength(1);
    expect((await db.selectFrom('reports').select('project_id').execute()).map((row) => row.project_id)).toEqual([
      other.id,
    ]);
    expect(
      await db
        .selectFrom('organization_places')
        .where('organization_id', '=', project.organizationId)
        .selectAll()
        .execute(),
    ).toEqual([]);
  });
});
