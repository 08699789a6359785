import { sql } from 'kysely';
import type { Db, Engine } from '../storage/index.ts';
import { genesis, type CheckpointRow, type EntryRow, type Head, type PersonalRow } from './chain.ts';

const headKey = 'audit_head';

const headOf = (value: string): Head => {
  const [seq = '', hash = ''] = value.split(':');
  return { seq: Number(seq), hash };
};

/** findHead returns where the chain ends; null when nothing was ever recorded. */
export const findHead = async (db: Db): Promise<Head | null> => {
  const row = await db.selectFrom('settings').select('value').where('key', '=', headKey).executeTakeFirst();
  return row === undefined ? null : headOf(row.value);
};

/** lockHead returns where the chain ends and keeps it for this transaction: recorders take turns on this row. */
export const lockHead = async (tx: Db, engine: Engine): Promise<Head> => {
  const read = () =>
    engine.lockRows(tx.selectFrom('settings').select('value').where('key', '=', headKey)).executeTakeFirst();
  const row = await read();
  if (row !== undefined) return headOf(row.value);
  await tx
    .insertInto('settings')
    .values({ key: headKey, value: `${genesis.seq}:${genesis.hash}` })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const made = await read();
  return made === undefined ? genesis : headOf(made.value);
};

export const insertEntry = async (tx: Db, row: EntryRow, personal: PersonalRow | null): Promise<void> => {
  await tx.insertInto('audit_entries').values(row).execute();
  if (personal !== null) await tx.insertInto('audit_personal').values(personal).execute();
  await tx
    .updateTable('settings')
    .set({ value: `${row.seq}:${row.hash}` })
    .where('key', '=', headKey)
    .execute();
};

/** insertCheckpointOnce keeps the first checkpoint of an entry: another node may sign at the same moment. */
export const insertCheckpointOnce = async (db: Db, row: CheckpointRow): Promise<void> => {
  await db
    .insertInto('audit_checkpoints')
    .values(row)
    .onConflict((conflict) => conflict.column('seq').doNothing())
    .execute();
};

export const findLastCheckpoint = (db: Db): Promise<CheckpointRow | undefined> =>
  db.selectFrom('audit_checkpoints').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();

export const listCheckpoints = (db: Db): Promise<CheckpointRow[]> =>
  db.selectFrom('audit_checkpoints').selectAll().orderBy('seq').execute();

/** An entry with its personal data: null when it has none. */
export interface StoredEntry {
  readonly row: EntryRow;
  readonly personal: PersonalRow | null;
}

const withPersonal = async (db: Db, rows: readonly EntryRow[]): Promise<StoredEntry[]> => {
  const seqs = rows.map(({ seq }) => seq);
  const personal = await db.selectFrom('audit_personal').selectAll().where('seq', 'in', seqs).execute();
  const bySeq = new Map(personal.map((row) => [row.seq, row]));
  return rows.map((row) => ({ row, personal: bySeq.get(row.seq) ?? null }));
};

/** listEntriesAfter returns the next entries in the order of the chain. */
export const listEntriesAfter = async (db: Db, seq: number, limit: number): Promise<StoredEntry[]> =>
  withPersonal(
    db,
    await db.selectFrom('audit_entries').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute(),
  );

interface Scope {
  readonly kind: EntryRow['scope_kind'];
  readonly id: string;
}

/**
 * Scopes of a kind whose deletion, that action, stands in the log of another scope. Only the log still knows them; it can be
 * believed, because the number of a deleted thing is never given again, as its name may be.
 */
interface GoneScopes {
  readonly within: Scope;
  readonly kind: EntryRow['scope_kind'];
  readonly action: string;
}

/** Filters that all must hold; times are epoch milliseconds, `afterMs` inclusive and `beforeMs` exclusive. */
export interface EntryFilter {
  readonly scope?: Scope;
  /** Of any of these. */
  readonly scopes?: readonly Scope[];
  /** With `scopes`: also of those that are gone. */
  readonly gone?: GoneScopes;
  readonly action?: string;
  readonly actions?: readonly string[];
  readonly actorKind?: EntryRow['actor_kind'];
  readonly actorKinds?: readonly EntryRow['actor_kind'][];
  readonly actorId?: string;
  /** The present e-mail address of a user. */
  readonly actorEmail?: string;
  readonly afterMs?: number;
  readonly beforeMs?: number;
}

/** Each by its own index: an `or` over both would have every entry read. */
const seqsWithin = (db: Db, scopes: readonly Scope[], gone: GoneScopes | undefined) => {
  const kinds = [...new Set(scopes.map(({ kind }) => kind))];
  const present = db
    .selectFrom('audit_entries')
    .select('seq')
    .where((where) =>
      where.or(
        kinds.map((kind) => {
          const ids = scopes.filter((each) => each.kind === kind).map(({ id }) => id);
          return where.and([where('scope_kind', '=', kind), where('scope_id', 'in', ids)]);
        }),
      ),
    );
  if (gone === undefined) return present;
  const ended = db
    .selectFrom('audit_entries as deletion')
    .innerJoin('audit_entries as entry', 'entry.scope_id', 'deletion.object_id')
    .select('entry.seq')
    .where('deletion.scope_kind', '=', gone.within.kind)
    .where('deletion.scope_id', '=', gone.within.id)
    .where('deletion.action', '=', gone.action)
    .where('deletion.object_kind', '=', gone.kind)
    .where('entry.scope_kind', '=', gone.kind);
  return present.unionAll(ended);
};

const filtered = (db: Db, filter: EntryFilter) => {
  let query = db.selectFrom('audit_entries');
  const { scope, scopes, actions, actorKinds, actorEmail } = filter;
  if (scope !== undefined) query = query.where('scope_kind', '=', scope.kind).where('scope_id', '=', scope.id);
  if (scopes !== undefined) query = query.where('seq', 'in', seqsWithin(db, scopes, filter.gone));
  if (actions !== undefined) query = query.where('action', 'in', actions);
  if (actorKinds !== undefined) query = query.where('actor_kind', 'in', actorKinds);
  if (filter.action !== undefined) query = query.where('action', '=', filter.action);
  if (filter.actorKind !== undefined) query = query.where('actor_kind', '=', filter.actorKind);
  if (filter.actorId !== undefined) query = query.where('actor_id', '=', filter.actorId);
  if (actorEmail !== undefined) {
    query = query
      .where('actor_kind', '=', 'user')
      .where('actor_id', 'in', (from) =>
        from.selectFrom('users').select('users.id').where('users.email', '=', actorEmail.trim().toLowerCase()),
      );
  }
  if (filter.afterMs !== undefined) query = query.where('at_ms', '>=', filter.afterMs);
  if (filter.beforeMs !== undefined) query = query.where('at_ms', '<', filter.beforeMs);
  return query;
};

/** listNewest returns a page of entries, newest first. */
export const listNewest = async (
  db: Db,
  filter: EntryFilter,
  page: { readonly offset: number; readonly limit: number },
): Promise<StoredEntry[]> =>
  withPersonal(
    db,
    await filtered(db, filter).selectAll().orderBy('seq', 'desc').limit(page.limit).offset(page.offset).execute(),
  );

export const countEntries = async (db: Db, filter: EntryFilter): Promise<number> => {
  const row = await filtered(db, filter)
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

/** listPersonalOf returns the entries with personal data that may be a person's: as actor, as object, in the own account. */
export const listPersonalOf = async (db: Db, userId: string): Promise<number[]> => {
  const rows = await db
    .selectFrom('audit_personal')
    .innerJoin('audit_entries', 'audit_entries.seq', 'audit_personal.seq')
    .select('audit_personal.seq')
    .where('data', 'is not', null)
    .where((where) =>
      where.or([
        where('audit_personal.user_id', '=', userId),
        where.and([where('object_kind', '=', 'user'), where('object_id', '=', userId)]),
        where.and([where('scope_kind', '=', 'account'), where('scope_id', '=', userId)]),
      ]),
    )
    .orderBy('audit_personal.seq')
    .execute();
  return rows.map(({ seq }) => seq);
};

/** listPersonalNaming returns the entries whose personal data has one of the texts in it, whatever the case. Reads them all. */
export const listPersonalNaming = async (db: Db, texts: readonly string[]): Promise<number[]> => {
  if (texts.length === 0) return [];
  const patterns = texts.map((text) => `%${text.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`);
  const rows = await db
    .selectFrom('audit_personal')
    .select('seq')
    .where('data', 'is not', null)
    .where((where) => where.or(patterns.map((pattern) => sql<boolean>`lower(data) like ${pattern} escape '\\'`)))
    .execute();
  return rows.map(({ seq }) => seq);
};

/** erasePersonal forgets data and salt, so that nothing can be found out from the digest in the chain. */
export const erasePersonal = async (db: Db, seqs: readonly number[]): Promise<void> => {
  const step = 500;
  for (let index = 0; index < seqs.length; index += step) {
    await db
      .updateTable('audit_personal')
      .set({ data: null, salt: '', user_id: '' })
      .where('seq', 'in', seqs.slice(index, index + step))
      .execute();
  }
};
