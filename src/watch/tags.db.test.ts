/** Risk: one person's tags seen, changed or left behind in another's name; a limit that does not hold. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, type Actor } from '../kernel/index.ts';

const log4shell = 'CVE-2021-44228';

eachEngine('the tags of a person', (makeDatabase) => {
  let node: Node;
  let ada: Actor;
  let eve: Actor;
  const person = async (email: string): Promise<Actor> => {
    const { id } = await node.accounts.users.create({ actor: operatorActor, email });
    return { ...operatorActor, kind: 'user', id, name: email };
  };
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase());
    ada = await person('ada@example.org');
    eve = await person('eve@example.org');
  });
  const make = (actor: Actor, name: string) =>
    node.watch.tags.create({ actor, name, color: '#0a84ff', description: null });
  const put = (actor: Actor, tags: readonly string[], cveId = log4shell) =>
    node.watch.tags.setOn({ actor, cveId, tags });

  it('are there by name with their counts, each person for themselves', async () => {
    await make(ada, 'todo');
    await make(ada, 'done');
    await make(eve, 'todo');
    expect(await put(ada, ['todo', 'done', 'todo'])).toEqual(['done', 'todo']);
    expect(await put(ada, ['todo'], 'CVE-2024-0001')).toEqual(['todo']);
    expect((await node.watch.tags.list(ada.id)).map(({ name, cvesCount }) => [name, cvesCount])).toEqual([
      ['done', 1],
      ['todo', 2],
    ]);
    expect(await node.watch.tags.cveIds(ada.id, 'todo')).toEqual([log4shell, 'CVE-2024-0001']);
    expect(await node.watch.tags.cveIds(eve.id, 'todo')).toEqual([]);
    expect(await node.watch.tags.cveIds(eve.id, 'done')).toBeNull();
    expect(await node.watch.tags.on(eve.id, log4shell)).toEqual([]);
  });

  it('are unique by name, change their face, and leave every CVE when they go', async () => {
    await make(ada, 'todo');
    await make(ada, 'done');
    await put(ada, ['todo']);
    await expect(make(ada, 'todo')).rejects.toMatchObject({ code: 'tag.name_taken' });
    await expect(node.watch.tags.change({ actor: ada, tag: 'todo', name: 'done' })).rejects.toMatchObject({
      code: 'tag.name_taken',
    });
    await expect(node.watch.tags.change({ actor: eve, tag: 'todo', color: '#000000' })).rejects.toMatchObject({
      code: 'tag.not_found',
    });
    const changed = await node.watch.tags.change({ actor: ada, tag: 'todo', name: 'soon', description: 'this week' });
    expect(changed).toMatchObject({ name: 'soon', color: '#0a84ff', description: 'this week', cvesCount: 1 });
    expect(await node.watch.tags.on(ada.id, log4shell)).toEqual(['soon']);
    await node.watch.tags.delete({ actor: ada, tag: 'soon' });
    expect(await node.watch.tags.on(ada.id, log4shell)).toEqual([]);
    expect(await node.control.db.selectFrom('cve_tags').selectAll().execute()).toEqual([]);
  });

  it('are set all or none', async () => {
    await make(ada, 'todo');
    await put(ada, ['todo']);
    await expect(put(ada, ['todo', 'unknown'])).rejects.toMatchObject({ code: 'tag.not_found' });
    expect(await node.watch.tags.on(ada.id, log4shell)).toEqual(['todo']);
    expect(await put(ada, [])).toEqual([]);
  });

  it('hold their limits, also when many are made at once', async () => {
    const names = Array.from({ length: 499 }, (_, index) => `tag-${index}`);
    const times = { created_at_ms: 0, updated_at_ms: 0 };
    const rows = names.map((name) => ({ user_id: ada.id, name, color: '#000000', description: null, ...times }));
    await node.control.db.insertInto('user_tags').values(rows).execute();
    const made = await Promise.allSettled(['a', 'b', 'c'].map((name) => make(ada, name)));
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await node.watch.tags.list(ada.id)).toHaveLength(500);
    await expect(make(ada, 'd')).rejects.toMatchObject({ code: 'tag.limit_reached' });
    await make(eve, 'd');
  });

  it('are audited without their names outside the personal part', async () => {
    await make(ada, 'my-bank');
    await put(ada, ['my-bank']);
    await put(ada, []);
    const { items } = await node.audit.list({ scope: { kind: 'account', id: ada.id } });
    expect(items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['tag.created', 'tag.put_on', 'tag.taken_off']),
    );
    const rows = await node.control.db.selectFrom('audit_entries').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('my-bank');
  });

  it('belong to people alone, and are erased with them', async () => {
    await make(ada, 'todo');
    await put(ada, ['todo']);
    await make(eve, 'todo');
    await put(eve, ['todo']);
    await expect(make({ ...ada, kind: 'credential' }, 'x')).rejects.toMatchObject({ code: 'permission.refused' });
    await node.accounts.users.delete({ actor: operatorActor, email: 'ada@example.org' });
    const left = await node.control.db.selectFrom('user_tags').select('user_id').execute();
    expect(left).toEqual([{ user_id: eve.id }]);
    expect(await node.control.db.selectFrom('cve_tags').selectAll().execute()).toHaveLength(1);
    await expect(make(ada, 'late')).rejects.toMatchObject({ code: 'permission.refused' });
  });

  describe('on PostgreSQL and SQLite alike', () => {
    it('tell letter case apart', async () => {
      await make(ada, 'Todo');
      await make(ada, 'todo');
      expect((await node.watch.tags.list(ada.id)).map(({ name }) => name)).toEqual(['Todo', 'todo']);
    });
  });
});
