import { AppError, fail } from '../kernel/index.ts';
import type { Db, Engine } from './engine.ts';
import { foundation } from './migrations/0001-foundation.ts';
import { people } from './migrations/0002-people.ts';
import { credentialUse } from './migrations/0003-credential-use.ts';
import { userMeters } from './migrations/0004-user-meters.ts';
import { credentialNeighbours } from './migrations/0005-credential-neighbours.ts';
import { watching } from './migrations/0006-watching.ts';
import { automation } from './migrations/0007-automation.ts';
import { tags } from './migrations/0008-tags.ts';
import { unaskedMails } from './migrations/0009-unasked-mails.ts';
import { inTransaction } from './transaction.ts';

type Migration = (db: Db, engine: Engine) => Promise<void>;

/** Forward only: a migration is never edited after a release, a new one is added at the end. */
const migrations: readonly Migration[] = [
  foundation,
  people,
  credentialUse,
  userMeters,
  credentialNeighbours,
  watching,
  automation,
  tags,
  unaskedMails,
];

/** The schema version that this program reads and writes. */
export const controlSchemaVersion = migrations.length;

/** readSchemaVersion is the schema version that the control plane has. */
export const readSchemaVersion = async (db: Db): Promise<number> => {
  const row = await db.selectFrom('settings').select('value').where('key', '=', 'schema_version').executeTakeFirst();
  return row === undefined ? 0 : Number(row.value);
};

/** isCurrent reads the version without the lock that a change needs: the usual start must not wait for a busy server. */
const isCurrent = async (db: Db, upTo: number): Promise<boolean> => {
  try {
    return (await readSchemaVersion(db)) === upTo;
  } catch (error) {
    // A new database has no such table yet. What is really wrong comes up again in a moment, where it is told.
    if (error instanceof AppError && error.code !== 'storage.busy') throw error;
    return false;
  }
};

/**
 * migrate brings the control plane to `upTo`, each step in a transaction with its version number.
 * Processes that start together take turns. Throws `storage.newer_schema` for a database that
 * a newer program wrote, before anything is changed.
 */
export const migrate = async (db: Db, engine: Engine, upTo = controlSchemaVersion): Promise<void> => {
  if (await isCurrent(db, upTo)) return;
  await createSettings(db, engine);
  for (;;) {
    const done = await inTransaction(db, async (tx) => {
      await engine.takeTurns(tx);
      const version = await readSchemaVersion(tx);
      if (version > controlSchemaVersion) {
        throw fail('storage.newer_schema', {
          message: `The control plane has schema version ${version}; this program knows up to ${controlSchemaVersion}`,
        });
      }
      const next = version < upTo ? migrations[version] : undefined;
      if (next === undefined) return true;
      await next(tx, engine);
      await tx
        .updateTable('settings')
        .set({ value: String(version + 1) })
        .where('key', '=', 'schema_version')
        .execute();
      return false;
    });
    if (done) return;
  }
};

/** PostgreSQL's `if not exists` does not hold between transactions that run at once, so these take turns, too. */
const createSettings = (db: Db, engine: Engine): Promise<void> =>
  inTransaction(db, async (tx) => {
    await engine.takeTurns(tx);
    await tx.schema
      .createTable('settings')
      .ifNotExists()
      .addColumn('key', engine.text, (column) => column.notNull().primaryKey())
      .addColumn('value', engine.text, (column) => column.notNull())
      .execute();
    await tx
      .insertInto('settings')
      .values({ key: 'schema_version', value: '0' })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
  });
