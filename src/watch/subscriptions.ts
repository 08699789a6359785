import { normaliseName, type Expression } from '../catalog/index.ts';
import type { Project } from '../accounts/index.ts';
import { fail, type Actor } from '../kernel/index.ts';
import { inTransaction, type Db } from '../storage/index.ts';
import type { WatchDeps } from './deps.ts';
import {
  countSubscriptions,
  deleteSubscriptions,
  insertSubscriptions,
  listSubscribedNames,
  type SubscribedName,
} from './store/subscription-store.ts';

/** What a project is subscribed to. Names are normalised as the catalogue's are; both lists are in the order of names. */
export interface ProjectSubscriptions {
  /** Vendors with all their products. */
  readonly vendors: readonly string[];
  readonly products: readonly (readonly [vendor: string, product: string])[];
}

/** Who changes the subscriptions of which project. Names may be in any spelling that the catalogue understands. */
export interface SubscriptionChange extends ProjectSubscriptions {
  readonly actor: Actor;
  readonly projectId: number;
}

/** The most that one project can be subscribed to. */
export const subscriptionsMax = 10_000;

const subscriptionsOf = (names: readonly SubscribedName[]): ProjectSubscriptions => ({
  vendors: names.filter(([, product]) => product === '').map(([vendor]) => vendor),
  products: names.filter(([, product]) => product !== ''),
});

const stored = (name: string): string => {
  const normal = normaliseName(name);
  if (normal === '') throw fail('request.invalid_parameter', { message: 'Not the name of a vendor or product' });
  return normal;
};

/** A text of a name that no name contains: control characters are taken out of every name. */
const keyOf = ([vendor, product]: SubscribedName): string => `${vendor}\0${product}`;

const named = ({ vendors, products }: ProjectSubscriptions): Map<string, SubscribedName> => {
  const all: SubscribedName[] = [
    ...vendors.map((vendor) => [stored(vendor), ''] as const),
    ...products.map(([vendor, product]) => [stored(vendor), stored(product)] as const),
  ];
  return new Map(all.map((name) => [keyOf(name), name]));
};

const missingFrom = (names: ReadonlyMap<string, SubscribedName>, others: ReadonlyMap<string, SubscribedName>) =>
  [...names].filter(([key]) => !others.has(key)).map(([, name]) => name);

/** expressionFor is the condition that a record belongs to what is subscribed; nothing subscribed matches nothing. */
export const expressionFor = ({ vendors, products }: ProjectSubscriptions): Expression => ({
  kind: 'any',
  of: [
    ...vendors.map((name) => ({ kind: 'vendor', name, match: 'exact' }) as const),
    ...products.map(([vendor, name]) => ({ kind: 'product', vendor, name, match: 'exact' }) as const),
  ],
});

export const subscriptionVerbs = ({ control, clock, audit, projects }: WatchDeps) => {
  const { db } = control;
  const of = async (projectId: number): Promise<ProjectSubscriptions> =>
    subscriptionsOf(await listSubscribedNames(db, projectId));

  const record = (
    tx: Db,
    actor: Actor,
    { id, name }: Project,
    added: readonly SubscribedName[],
    removed: readonly SubscribedName[],
  ): Promise<void> =>
    audit.record(tx, {
      actor,
      scope: { kind: 'project', id: String(id) },
      action: 'project.subscriptions_changed',
      object: { kind: 'project', id: String(id), name },
      before: { ...subscriptionsOf(removed) },
      after: { ...subscriptionsOf(added) },
    });

  /** `next` says what is to be there, given what is. What stays keeps its place; nothing changed leaves no trace. */
  const change = (
    { actor, projectId }: Pick<SubscriptionChange, 'actor' | 'projectId'>,
    next: (held: ReadonlyMap<string, SubscribedName>) => ReadonlyMap<string, SubscribedName>,
  ): Promise<ProjectSubscriptions> =>
    inTransaction(db, async (tx) => {
      const project = await projects.lock(tx, { actor, projectId, needed: 'manage' });
      const held = new Map((await listSubscribedNames(tx, projectId)).map((name) => [keyOf(name), name]));
      const wanted = next(held);
      const added = missingFrom(wanted, held);
      const removed = missingFrom(held, wanted);
      if (added.length > 0 && wanted.size > subscriptionsMax) {
        throw fail('watch.too_many_subscriptions', {
          message: `A project has at most ${subscriptionsMax} subscriptions`,
        });
      }
      if (added.length + removed.length > 0) {
        await deleteSubscriptions(tx, projectId, removed);
        await insertSubscriptions(tx, projectId, added, clock.nowMs());
        await projects.touch(tx, projectId);
        await record(tx, actor, project, added, removed);
      }
      return subscriptionsOf(await listSubscribedNames(tx, projectId));
    });

  return {
    /** of returns what a project is subscribed to; nothing for one that is not there. It asks nobody who asks. */
    of,
    /** countsOf returns how many subscriptions projects have; those without are missing. */
    countsOf: (projectIds: readonly number[]): Promise<ReadonlyMap<number, number>> =>
      countSubscriptions(db, projectIds),
    /** expressionOf is the condition on records that a project's subscriptions are. */
    expressionOf: async (projectId: number): Promise<Expression> => expressionFor(await of(projectId)),
    /**
     * add subscribes a project to more; what it has already stays as it is. Throws `project.not_found`,
     * `permission.refused`, `watch.too_many_subscriptions` and `request.invalid_parameter` for a name of nothing.
     */
    add: async (input: SubscriptionChange): Promise<ProjectSubscriptions> => {
      const more = named(input);
      return change(input, (held) => new Map([...held, ...more]));
    },
    /** replace makes these the only subscriptions, all at once. Throws as `add`. */
    replace: async (input: SubscriptionChange): Promise<ProjectSubscriptions> => {
      const all = named(input);
      return change(input, () => all);
    },
    /** remove takes subscriptions away; what is not there is no failure. A vendor's products are not the vendor. */
    remove: async (input: SubscriptionChange): Promise<ProjectSubscriptions> => {
      const less = named(input);
      return change(input, (held) => new Map([...held].filter(([key]) => !less.has(key))));
    },
  };
};
