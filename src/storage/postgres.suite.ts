/** Risk: what a PostgreSQL server ordinarily says no with is told as a defect, or its settings change what the program does. */
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import type { TestDatabase } from '../../test/support/engines.ts';
import { Secret, silentLog } from '../kernel/index.ts';
import { openControl, type ControlSettings } from './index.ts';
import { postgresEngine } from './postgres.ts';

const unavailable = expect.objectContaining({ code: 'storage.unavailable' });

/** again opens the database once more, with `change` made to its address. */
const again = (database: TestDatabase, change: (url: URL) => void): Promise<unknown> => {
  const { settings } = database;
  if (settings.engine !== 'postgres') throw new Error('this suite is for PostgreSQL');
  const url = new URL(settings.url.reveal());
  change(url);
  const changed: ControlSettings = { ...settings, url: new Secret(url.href) };
  return openControl(changed, silentLog).then(
    (control) => control.close(),
    (error: unknown) => error,
  );
};

export const serverSuite = (makeDatabase: () => Promise<TestDatabase>): void => {
  test('says why when the server has no TLS or not the database', async () => {
    const database = await makeDatabase();
    const refusals = [
      await again(database, (url) => url.searchParams.set('sslmode', 'require')),
      await again(database, (url) => (url.pathname = '/nowhere')),
    ];
    expect(refusals).toEqual([unavailable, unavailable]);
    const [tls, place] = refusals.map(String);
    expect(tls).toContain('the PostgreSQL server (The server does not support SSL connections)');
    expect(place).toContain('"nowhere" does not exist');
  });

  test('is unavailable, and not broken, for what a server says while it is changed over, full or stopped', async () => {
    const { db } = await makeDatabase();
    const states = ['08006', '28P01', '53100', '53200', '57014', '57P03', '25006', '25P03', '25P04', '3D000', '42501'];
    for (const state of states) {
      const raised = sql`do ${sql.raw(`$$ begin raise exception 'no' using errcode = '${state}'; end $$`)}`.execute(db);
      await expect(raised, state).rejects.toEqual(unavailable);
    }
    const mistaken = sql`select nothing from nowhere`.execute(db);
    await expect(mistaken).rejects.not.toEqual(unavailable);
  });

  test('is unavailable when the server ends a connection between two statements of a transaction', async () => {
    const { db } = await makeDatabase();
    const attempt = db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      const pid = rows[0]?.pid ?? 0;
      await sql`select pg_terminate_backend(${pid})`.execute(db);
      for (;;) {
        const alive = await sql`select 1 from pg_stat_activity where pid = ${pid}`.execute(db);
        if (alive.rows.length === 0) break;
      }
      await sql`select 1`.execute(tx);
    });
    await expect(attempt).rejects.toEqual(unavailable);
  });

  test.each(['EAI_AGAIN', 'ENETUNREACH', 'ECONNABORTED', 'ETIMEDOUT'])('%s is the network', (code) => {
    expect(postgresEngine.classify(Object.assign(new Error('no'), { code }))).toBe('unavailable');
  });

  // With a real server the driver would leave the connection open, and the server wait a minute for it.
  test('a missing password is the way to the server, and not a defect', () => {
    const error = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string');
    expect(postgresEngine.classify(error)).toBe('unavailable');
  });

  test('reads what is committed, whatever isolation the database has been given', async () => {
    const database = await makeDatabase();
    await sql`do $$ begin
      execute format('alter database %I set default_transaction_isolation = serializable', current_database());
    end $$`.execute(database.db);
    const control = await openControl(database.settings, silentLog);
    const ledger = control.direct.engine === 'postgres' ? control.direct.open('process') : null;
    const { rows } = await sql<{ transaction_isolation: string }>`show transaction_isolation`.execute(control.db);
    const shown = await ledger?.query<{ transaction_isolation: string }>('show transaction_isolation');
    await ledger?.end();
    await control.close();
    expect([...rows, ...(shown?.rows ?? [])].map((row) => row.transaction_isolation)).toEqual([
      'read committed',
      'read committed',
    ]);
  });

  test.each(['SQL_ASCII', 'LATIN1'])('refuses a database with the encoding %s', async (encoding) => {
    const database = await makeDatabase();
    const [current] = (await sql<{ name: string }>`select current_database() as name`.execute(database.db)).rows;
    const name = `${current?.name ?? ''}_${encoding.toLowerCase()}`;
    // With a locale that every encoding can have.
    await sql`create database ${sql.id(name)} encoding ${sql.lit(encoding)} locale 'C' template template0`.execute(
      database.db,
    );
    onTestFinished(async () => void (await sql`drop database ${sql.id(name)}`.execute(database.db)));
    const refusal = await again(database, (url) => (url.pathname = `/${name}`));
    expect(refusal).toEqual(unavailable);
    expect(String(refusal)).toContain(`encoding ${encoding}`);
  });

  test('holds no more connections than it was given, the one of the ledger among them', async () => {
    const database = await makeDatabase();
    if (database.settings.engine !== 'postgres') return;
    const control = await openControl({ ...database.settings, poolSize: 3 }, silentLog);
    const ledger = control.direct.engine === 'postgres' ? control.direct.open('process') : null;
    const pidSql = 'select pg_backend_pid() as pid, pg_sleep(0.05)';
    const pids = await Promise.all(
      Array.from(
        { length: 12 },
        async () => (await sql<{ pid: number }>`${sql.raw(pidSql)}`.execute(control.db)).rows[0],
      ),
    );
    const own = (await ledger?.query<{ pid: number }>(pidSql))?.rows[0];
    await ledger?.end();
    await control.close();
    expect(new Set([...pids, own].map((row) => row?.pid)).size).toBe(3);
  });
};
