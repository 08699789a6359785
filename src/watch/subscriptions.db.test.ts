/** Risk: a subscription twice or half, a list that grows without end, somebody else's list, or a change without a trace. */
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../test/support/actors.ts';
import { eachEngine } from '../../test/support/engines.ts';
import type { Project, User } from '../accounts/index.ts';
import { operatorActor, type Actor } from '../kernel/index.ts';
import { asUser, codesOf, personOn, projectOn, type Named } from './tenants.suite.ts';
import { expressionFor, type ProjectSubscriptions } from './index.ts';

eachEngine('subscriptions of projects', (makeDatabase) => {
  let node: Node;
  let ada: User;
  let project: Project;
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase());
    ada = await personOn(node, 'ada');
    project = await projectOn(node, ada, 'Web Shop');
  });

  const verbs = () => node.watch.subscriptions;
  const names = (given: Named, actor: Actor = asUser(ada)) => ({
    actor,
    projectId: project.id,
    vendors: given.vendors ?? [],
    products: given.products ?? [],
  });
  const entries = async () => {
    const { items } = await node.audit.list({ scope: { kind: 'project', id: String(project.id) }, pageSize: 100 });
    return items.filter(({ action }) => action === 'project.subscriptions_changed');
  };

  describe('a name', () => {
    it('is stored once in the spelling of the catalogue, whatever is written', async () => {
      await verbs().add(
        names({ vendors: ['Apache', ' apache '], products: [['Red Hat', String.raw`im_\&_presence`]] }),
      );
      const held = await verbs().add(names({ vendors: ['APACHE'], products: [['red_hat', 'IM_&_presence']] }));
      expect(held).toEqual({ vendors: ['apache'], products: [['red_hat', 'im_&_presence']] });
      expect(await verbs().of(project.id)).toEqual(held);
      expect(await verbs().countsOf([project.id, 9999])).toEqual(new Map([[project.id, 2]]));
    });

    it('of nothing is refused, and nothing of the list is taken', async () => {
      const nameless = verbs().add(names({ vendors: ['apache'], products: [['apache', ' n/a ']] }));
      await expect(nameless).rejects.toMatchObject({ code: 'request.invalid_parameter' });
      expect(await verbs().of(project.id)).toEqual({ vendors: [], products: [] });
    });

    it('goes by itself: a vendor is not its products', async () => {
      await verbs().add(names({ vendors: ['apache'], products: [['apache', 'log4j']] }));
      expect(await verbs().remove(names({ vendors: ['apache'] }))).toEqual({
        vendors: [],
        products: [['apache', 'log4j']],
      });
      expect(await verbs().remove(names({ vendors: ['apache'] }))).toMatchObject({ vendors: [] });
      expect(await verbs().remove(names({ products: [['apache', 'log4j']] }))).toEqual({ vendors: [], products: [] });
    });
  });

  describe('a replacement', () => {
    it('leaves what stays, takes the rest, and is recorded with what went and what came', async () => {
      await verbs().add(names({ vendors: ['linux', 'python'] }));
      node.clock.advance(1000);
      await verbs().replace(names({ vendors: ['python'], products: [['apache', 'airflow']] }));
      expect(await verbs().of(project.id)).toEqual({ vendors: ['python'], products: [['apache', 'airflow']] });
      const [newest] = await entries();
      expect(newest).toMatchObject({
        actor: { kind: 'user', id: ada.id },
        before: { vendors: ['linux'], products: [] },
        after: { vendors: [], products: [['apache', 'airflow']] },
      });
      const found = await node.accounts.projects.find({ actor: asUser(ada), projectId: project.id });
      expect(found?.updatedAtMs).toBe(node.clock.nowMs());
    });

    it('by the same leaves no trace', async () => {
      await verbs().replace(names({ vendors: ['python'] }));
      await verbs().replace(names({ vendors: ['Python'] }));
      await verbs().add(names({ vendors: ['python'] }));
      expect(await entries()).toHaveLength(1);
    });

    it('of ten thousand is taken, of one more refused as a whole', async () => {
      const many = Array.from({ length: 10_000 }, (_, index) => ['vendor', `product_${index}`] as const);
      await verbs().replace(names({ products: many }));
      expect(await verbs().countsOf([project.id])).toEqual(new Map([[project.id, 10_000]]));
      const tooMany = { code: 'watch.too_many_subscriptions' };
      await expect(verbs().add(names({ vendors: ['one'] }))).rejects.toMatchObject(tooMany);
      await expect(verbs().replace(names({ vendors: ['one'], products: many }))).rejects.toMatchObject(tooMany);
      expect(await verbs().replace(names({ products: many.slice(0, 2) }))).toEqual({
        vendors: [],
        products: many.slice(0, 2),
      });
    });
  });

  it('after any changes are what a set of names would be, each change recorded as the difference', async () => {
    const name = fc.tuple(fc.constantFrom('apache', 'cisco', 'red_hat'), fc.constantFrom('', 'log4j', 'ios', 'im_&_x'));
    const step = fc.record({
      verb: fc.constantFrom('add', 'replace', 'remove'),
      chosen: fc.array(name, { maxLength: 5 }),
    });
    const keyed = (given: readonly (readonly [string, string])[]) =>
      new Set(given.map(([vendor, product]) => `${vendor}/${product}`));
    const flat = ({ vendors, products }: ProjectSubscriptions) =>
      keyed([...vendors.map((vendor) => [vendor, ''] as const), ...products]);
    let model = new Set<string>();
    let recorded = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 4 }), async (steps) => {
        for (const { verb, chosen } of steps) {
          const given = names({
            vendors: chosen.filter(([, product]) => product === '').map(([vendor]) => vendor),
            products: chosen.filter(([, product]) => product !== ''),
          });
          const before = model;
          if (verb === 'add') model = model.union(keyed(chosen));
          else model = verb === 'replace' ? keyed(chosen) : model.difference(keyed(chosen));
          expect(flat(await verbs()[verb](given))).toEqual(model);
          if (model.symmetricDifference(before).size > 0) recorded += 1;
        }
        expect(flat(await verbs().of(project.id))).toEqual(model);
        expect((await verbs().countsOf([project.id])).get(project.id) ?? 0).toBe(model.size);
      }),
      { numRuns: 15 },
    );
    const { count } = await node.audit.list({
      scope: { kind: 'project', id: String(project.id) },
      action: 'project.subscriptions_changed',
    });
    expect(count).toBe(recorded);
  });

  describe('at once', () => {
    it('fifty that add the same leave it there once, with one trace', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, () => verbs().add(names({ products: [['apache', 'log4j']] }))),
      );
      expect(codesOf(results)).toEqual([]);
      expect(await verbs().of(project.id)).toEqual({ vendors: [], products: [['apache', 'log4j']] });
      expect(await entries()).toHaveLength(1);
    });

    it('replacing and adding take turns: the end is one of the orders they can have run in', async () => {
      await verbs().add(names({ vendors: ['before'] }));
      const results = await Promise.allSettled([
        ...Array.from({ length: 10 }, (_, index) => verbs().add(names({ vendors: [`added_${index}`] }))),
        verbs().replace(names({ vendors: ['replaced'] })),
        ...Array.from({ length: 10 }, () => verbs().replace(names({ vendors: ['replaced', 'again'] }))),
      ]);
      expect(codesOf(results)).toEqual([]);
      const { vendors } = await verbs().of(project.id);
      expect(vendors).toContain('replaced');
      expect(vendors).not.toContain('before');
      expect(new Set(vendors).size).toBe(vendors.length);
    });
  });

  describe('somebody', () => {
    it('who does not belong to the project changes nothing of it, a mere member neither', async () => {
      const eve = await personOn(node, 'eve');
      const attempt = () => verbs().add(names({ vendors: ['apache'] }, asUser(eve)));
      await expect(attempt()).rejects.toMatchObject({ code: 'project.not_found' });
      const member = { actor: operatorActor, projectId: project.id, email: eve.email, role: 'member' } as const;
      await node.accounts.projectMembers.set(member);
      await expect(attempt()).rejects.toMatchObject({ code: 'permission.refused' });
      expect(await verbs().of(project.id)).toEqual({ vendors: [], products: [] });
    });

    it('else keeps what is theirs when a project goes', async () => {
      const bob = await personOn(node, 'bob');
      const other = await projectOn(node, bob, 'Other');
      await verbs().add(names({ vendors: ['apache'] }));
      await verbs().add({ ...names({ vendors: ['apache'] }, asUser(bob)), projectId: other.id });
      await node.accounts.projects.delete({ actor: asUser(ada), projectId: project.id });
      expect(await verbs().of(project.id)).toEqual({ vendors: [], products: [] });
      expect(await verbs().of(other.id)).toEqual({ vendors: ['apache'], products: [] });
      await node.accounts.organizations.delete({ actor: asUser(bob), organizationId: other.organizationId });
      expect(await verbs().of(other.id)).toEqual({ vendors: [], products: [] });
      const gone = verbs().add(names({ vendors: ['apache'] }));
      await expect(gone).rejects.toMatchObject({ code: 'project.not_found' });
    });
  });
});

it('is a condition on records that nothing meets when nothing is subscribed to', () => {
  expect(expressionFor({ vendors: [], products: [] })).toEqual({ kind: 'any', of: [] });
  expect(expressionFor({ vendors: ['cisco'], products: [['apache', 'log4j']] })).toEqual({
    kind: 'any',
    of: [
      { kind: 'vendor', name: 'cisco', match: 'exact' },
      { kind: 'product', vendor: 'apache', name: 'log4j', match: 'exact' },
    ],
  });
});
