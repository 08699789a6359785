import type { Db } from '../../storage/index.ts';

/** A vendor, and a product or an empty text for all of the vendor's. */
export type SubscribedName = readonly [vendor: string, product: string];

/** Bound values of one statement stay far below what either engine takes. */
const chunkLength = 500;

const chunksOf = <T>(rows: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / chunkLength) }, (_, index) =>
    rows.slice(index * chunkLength, (index + 1) * chunkLength),
  );

/** listSubscribedNames returns what a project is subscribed to, by name. */
export const listSubscribedNames = async (db: Db, projectId: number): Promise<SubscribedName[]> => {
  const rows = await db
    .selectFrom('project_subscriptions')
    .select(['vendor', 'product'])
    .where('project_id', '=', projectId)
    .orderBy('vendor')
    .orderBy('product')
    .execute();
  return rows.map(({ vendor, product }) => [vendor, product] as const);
};

export const countSubscriptions = async (db: Db, projectIds: readonly number[]): Promise<Map<number, number>> => {
  const counts = new Map<number, number>();
  for (const ids of chunksOf(projectIds)) {
    const rows = await db
      .selectFrom('project_subscriptions')
      .select(['project_id', (expression) => expression.fn.countAll<number>().as('count')])
      .where('project_id', 'in', ids)
      .groupBy('project_id')
      .execute();
    for (const { project_id: id, count } of rows) counts.set(Number(id), Number(count));
  }
  return counts;
};

export const insertSubscriptions = async (
  tx: Db,
  projectId: number,
  names: readonly SubscribedName[],
  nowMs: number,
): Promise<void> => {
  for (const chunk of chunksOf(names)) {
    const rows = chunk.map(([vendor, product]) => ({ project_id: projectId, vendor, product, created_at_ms: nowMs }));
    await tx.insertInto('project_subscriptions').values(rows).execute();
  }
};

export const deleteSubscriptions = async (
  tx: Db,
  projectId: number,
  names: readonly SubscribedName[],
): Promise<void> => {
  for (const chunk of chunksOf(names)) {
    await tx
      .deleteFrom('project_subscriptions')
      .where('project_id', '=', projectId)
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('vendor', 'product'),
          'in',
          chunk.map(([vendor, product]) => tuple(vendor, product)),
        ),
      )
      .execute();
  }
};

export const deleteSubscriptionsOf = async (tx: Db, projectId: number): Promise<void> => {
  await tx.deleteFrom('project_subscriptions').where('project_id', '=', projectId).execute();
};
