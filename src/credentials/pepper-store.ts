import type { Db } from '../storage/index.ts';

const prefix = 'pepper_check_';

/** insertCheckOnce writes the check of a pepper version unless it is there; the first writer wins. */
export const insertCheckOnce = async (db: Db, version: number, check: string): Promise<void> => {
  await db
    .insertInto('settings')
    .values({ key: `${prefix}${version}`, value: check })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
};

/** listChecks returns the checks by pepper version. */
export const listChecks = async (db: Db): Promise<ReadonlyMap<number, string>> => {
  const rows = await db.selectFrom('settings').selectAll().where('key', 'like', `${prefix}%`).execute();
  return new Map(rows.map(({ key, value }) => [Number(key.slice(prefix.length)), value]));
};

export const deleteCheck = async (db: Db, version: number): Promise<void> => {
  await db.deleteFrom('settings').where('key', '=', `${prefix}${version}`).execute();
};

/** listPepperUse counts credentials by pepper version: all, and those that may still let somebody in at `nowMs`. */
export const listPepperUse = async (
  db: Db,
  nowMs: number,
): Promise<readonly { readonly version: number; readonly credentials: number; readonly alive: number }[]> => {
  const count = (alive: boolean) => {
    const query = db
      .selectFrom('credentials')
      .select(['pepper_version', (expression) => expression.fn.countAll<number>().as('count')])
      .groupBy('pepper_version');
    if (!alive) return query.execute();
    return query
      .where((where) =>
        where.or([
          where('state', 'in', ['active', 'suspended']),
          where.and([where('state', '=', 'rotated'), where('overlap_until_ms', '>', nowMs)]),
        ]),
      )
      .execute();
  };
  const alive = new Map((await count(true)).map((row) => [row.pepper_version, Number(row.count)]));
  return (await count(false)).map((row) => ({
    version: row.pepper_version,
    credentials: Number(row.count),
    alive: alive.get(row.pepper_version) ?? 0,
  }));
};
