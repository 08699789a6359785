import { fail, type Actor, type AuditSink, type Clock } from '../kernel/index.ts';
import { inTransaction, type Control, type Db } from '../storage/index.ts';
import {
  countTagged,
  deleteTag,
  deleteTagsOf,
  findTag,
  insertTag,
  listTaggedIds,
  listTags,
  listTagsOn,
  lockTagOwner,
  replaceTagsOn,
  updateTag,
  type TagRow,
} from './store/tag-store.ts';

export interface TagDeps {
  readonly control: Control;
  readonly clock: Clock;
  readonly audit: AuditSink<Db>;
}

/** A person's own mark for CVEs. Names are unique for each person; letter case counts. */
export interface Tag {
  readonly name: string;
  /** `#rrggbb`. */
  readonly color: string;
  readonly description: string | null;
  /** On how many CVEs it is. */
  readonly cvesCount: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What a tag looks like. */
export interface TagFace {
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

/** The most that one person can have, and the most CVEs that one tag can be on. */
export const tagsMax = 500;
export const taggedMax = 20_000;

const tagOf = (row: TagRow, cvesCount: number): Tag => ({
  name: row.name,
  color: row.color,
  description: row.description,
  cvesCount,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
});

export const tagVerbs = ({ control, clock, audit }: TagDeps) => {
  const { db, engine } = control;

  const record = (
    tx: Db,
    actor: Actor,
    action: string,
    number: number,
    change: { readonly after?: Record<string, unknown>; readonly personal: Record<string, string> },
  ): Promise<void> =>
    audit.record(tx, {
      actor,
      scope: { kind: 'account', id: actor.id },
      action,
      object: { kind: 'tag', id: String(number) },
      ...change,
    });

  /** Tags belong to people: changes of one person's tags take turns. */
  const changing = <T>(actor: Actor, task: (tx: Db) => Promise<T>): Promise<T> =>
    inTransaction(db, async (tx) => {
      if (actor.kind !== 'user' || !(await lockTagOwner(engine, tx, actor.id))) throw fail('permission.refused');
      return task(tx);
    });

  const get = async (tx: Db, userId: string, name: string): Promise<TagRow> => {
    const row = await findTag(tx, userId, name);
    if (row === undefined) throw fail('tag.not_found');
    return row;
  };

  const requireFree = async (tx: Db, userId: string, name: string): Promise<void> => {
    if ((await findTag(tx, userId, name)) !== undefined)
      throw fail('tag.name_taken', { message: `There is a tag named ${name}` });
  };

  const countOf = async (from: Db, row: TagRow): Promise<number> =>
    (await countTagged(from, row.user_id)).get(row.number) ?? 0;

  return {
    /** list returns a person's tags by name. */
    list: async (userId: string): Promise<readonly Tag[]> => {
      const counts = await countTagged(db, userId);
      return (await listTags(db, userId)).map((row) => tagOf(row, counts.get(row.number) ?? 0));
    },
    /** find returns a person's tag, or null. */
    find: async (userId: string, name: string): Promise<Tag | null> => {
      const row = await findTag(db, userId, name);
      return row === undefined ? null : tagOf(row, await countOf(db, row));
    },
    /** cveIds returns the CVEs that a person has put a tag on; null when there is no such tag. */
    cveIds: async (userId: string, name: string): Promise<readonly string[] | null> => {
      const row = await findTag(db, userId, name);
      return row === undefined ? null : listTaggedIds(db, row.number);
    },
    /** on returns the names of a person's tags that are on a CVE, in their order. */
    on: async (userId: string, cveId: string): Promise<readonly string[]> =>
      (await listTagsOn(db, userId, cveId)).map(({ name }) => name),
    /** create throws `tag.name_taken` and `tag.limit_reached`. */
    create: ({ actor, ...face }: TagFace & { readonly actor: Actor }): Promise<Tag> =>
      changing(actor, async (tx) => {
        await requireFree(tx, actor.id, face.name);
        if ((await listTags(tx, actor.id)).length >= tagsMax)
          throw fail('tag.limit_reached', { message: `A person has at most ${tagsMax} tags` });
        const nowMs = clock.nowMs();
        const row = await insertTag(tx, { ...face, user_id: actor.id, created_at_ms: nowMs, updated_at_ms: nowMs });
        await record(tx, actor, 'tag.created', row.number, { personal: { tag: face.name } });
        return tagOf(row, 0);
      }),
    /** change throws `tag.not_found` and `tag.name_taken`. */
    change: ({
      actor,
      tag,
      ...face
    }: Partial<TagFace> & { readonly actor: Actor; readonly tag: string }): Promise<Tag> =>
      changing(actor, async (tx) => {
        const row = await get(tx, actor.id, tag);
        if (face.name !== undefined && face.name !== row.name) await requireFree(tx, actor.id, face.name);
        const changed = { ...row, ...face, updated_at_ms: clock.nowMs() };
        const { number, user_id: _user, ...columns } = changed;
        await updateTag(tx, number, columns);
        await record(tx, actor, 'tag.changed', number, {
          after: { members: Object.keys(face) },
          personal: { tag: row.name, ...(face.name === undefined ? {} : { name: face.name }) },
        });
        return tagOf(changed, await countOf(tx, row));
      }),
    /** delete takes the tag off every CVE. Throws `tag.not_found`. */
    delete: ({ actor, tag }: { readonly actor: Actor; readonly tag: string }): Promise<void> =>
      changing(actor, async (tx) => {
        const row = await get(tx, actor.id, tag);
        await deleteTag(tx, row.number);
        await record(tx, actor, 'tag.deleted', row.number, { personal: { tag: row.name } });
      }),
    /**
     * setOn makes these a person's only tags on a CVE, all at once. The order and repetitions do not matter. Throws
     * `tag.not_found` naming the first that there is not, and `tag.limit_reached`.
     */
    setOn: ({
      actor,
      cveId,
      tags,
    }: {
      readonly actor: Actor;
      readonly cveId: string;
      readonly tags: readonly string[];
    }): Promise<readonly string[]> =>
      changing(actor, async (tx) => {
        const all = new Map((await listTags(tx, actor.id)).map((row) => [row.name, row.number]));
        const wanted = new Set(
          tags.map((name) => {
            const number = all.get(name);
            if (number === undefined) throw fail('tag.not_found', { detail: { parameter: 'tags' } });
            return number;
          }),
        );
        const held = new Set((await listTagsOn(tx, actor.id, cveId)).map(({ number }) => number));
        const added = [...wanted].filter((number) => !held.has(number));
        const removed = [...held].filter((number) => !wanted.has(number));
        const counts = await countTagged(tx, actor.id);
        if (added.some((number) => (counts.get(number) ?? 0) >= taggedMax))
          throw fail('tag.limit_reached', { message: `A tag is on at most ${taggedMax} CVEs` });
        await replaceTagsOn(tx, cveId, { added, removed, nowMs: clock.nowMs() });
        const action = (number: number, name: string) =>
          record(tx, actor, name, number, { after: { cve: cveId }, personal: {} });
        for (const number of removed) await action(number, 'tag.taken_off');
        for (const number of added) await action(number, 'tag.put_on');
        return (await listTagsOn(tx, actor.id, cveId)).map(({ name }) => name);
      }),
    /** forget erases all that a person has tagged, in the transaction that deletes the person. */
    forget: (tx: Db, userId: string): Promise<void> => deleteTagsOf(tx, userId),
  };
};
