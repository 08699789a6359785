import type { Insertable, Selectable } from 'kysely';
import type { Control, ControlTables, Db } from '../../storage/index.ts';

export type TagRow = Selectable<ControlTables['user_tags']>;

/** Rows written at once; every one binds a few parameters. */
const chunkLength = 500;

/** lockTagOwner makes changes of one person's tags take turns. False when the person is gone. */
export const lockTagOwner = async (engine: Control['engine'], tx: Db, userId: string): Promise<boolean> =>
  (await engine.lockRows(tx.selectFrom('users').select('id').where('id', '=', userId)).executeTakeFirst()) !==
  undefined;

/** listTags returns a person's tags by name. */
export const listTags = (db: Db, userId: string): Promise<TagRow[]> =>
  db.selectFrom('user_tags').selectAll().where('user_id', '=', userId).orderBy('name').execute();

export const findTag = (db: Db, userId: string, name: string): Promise<TagRow | undefined> =>
  db.selectFrom('user_tags').selectAll().where('user_id', '=', userId).where('name', '=', name).executeTakeFirst();

export const insertTag = async (tx: Db, row: Insertable<ControlTables['user_tags']>): Promise<TagRow> =>
  tx.insertInto('user_tags').values(row).returningAll().executeTakeFirstOrThrow();

export const updateTag = async (
  tx: Db,
  number: number,
  change: Partial<Omit<TagRow, 'number' | 'user_id'>>,
): Promise<void> => {
  await tx.updateTable('user_tags').set(change).where('number', '=', number).execute();
};

/** deleteTag deletes a tag and takes it off every CVE. */
export const deleteTag = async (tx: Db, number: number): Promise<void> => {
  await tx.deleteFrom('cve_tags').where('tag_number', '=', number).execute();
  await tx.deleteFrom('user_tags').where('number', '=', number).execute();
};

/** deleteTagsOf deletes all that a person has tagged. */
export const deleteTagsOf = async (tx: Db, userId: string): Promise<void> => {
  const own = tx.selectFrom('user_tags').select('number').where('user_id', '=', userId);
  await tx.deleteFrom('cve_tags').where('tag_number', 'in', own).execute();
  await tx.deleteFrom('user_tags').where('user_id', '=', userId).execute();
};

/** countTagged returns on how many CVEs each of a person's tags is, by number; those on none are missing. */
export const countTagged = async (db: Db, userId: string): Promise<ReadonlyMap<number, number>> => {
  const rows = await db
    .selectFrom('cve_tags')
    .innerJoin('user_tags', 'user_tags.number', 'cve_tags.tag_number')
    .select(['cve_tags.tag_number', (expression) => expression.fn.countAll<number>().as('count')])
    .where('user_tags.user_id', '=', userId)
    .groupBy('cve_tags.tag_number')
    .execute();
  return new Map(rows.map(({ tag_number: number, count }) => [number, Number(count)]));
};

/** listTaggedIds returns the CVE ids that a tag is on, in the order of the texts. */
export const listTaggedIds = async (db: Db, number: number): Promise<string[]> => {
  const rows = await db
    .selectFrom('cve_tags')
    .select('cve_id')
    .where('tag_number', '=', number)
    .orderBy('cve_id')
    .execute();
  return rows.map(({ cve_id: id }) => id);
};

/** listTagsOn returns a person's tags that are on a CVE, by name. */
export const listTagsOn = (db: Db, userId: string, cveId: string): Promise<TagRow[]> =>
  db
    .selectFrom('user_tags')
    .innerJoin('cve_tags', 'cve_tags.tag_number', 'user_tags.number')
    .selectAll('user_tags')
    .where('user_tags.user_id', '=', userId)
    .where('cve_tags.cve_id', '=', cveId)
    .orderBy('user_tags.name')
    .execute();

/** replaceTagsOn takes some tags off a CVE and puts others on it. */
export const replaceTagsOn = async (
  tx: Db,
  cveId: string,
  {
    removed,
    added,
    nowMs,
  }: { readonly removed: readonly number[]; readonly added: readonly number[]; readonly nowMs: number },
): Promise<void> => {
  if (removed.length > 0) {
    await tx.deleteFrom('cve_tags').where('cve_id', '=', cveId).where('tag_number', 'in', removed).execute();
  }
  for (let from = 0; from < added.length; from += chunkLength) {
    const rows = added
      .slice(from, from + chunkLength)
      .map((number) => ({ tag_number: number, cve_id: cveId, created_at_ms: nowMs }));
    await tx.insertInto('cve_tags').values(rows).execute();
  }
};
