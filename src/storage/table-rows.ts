import { sql } from 'kysely';
import { fail } from '../kernel/index.ts';
import type { Db, Engine } from './engine.ts';
import type { ControlTables } from './schema/control.ts';

export type TableName = keyof ControlTables;

/** Every table with its key, by which it is read in order, and the column that numbers itself. */
const tables = {
  settings: { key: ['key'] },
  users: { key: ['number'], numbered: 'number' },
  subscriptions: { key: ['number'], numbered: 'number' },
  credentials: { key: ['id'] },
  credential_activity: { key: ['credential_id'] },
  credential_numbers: { key: ['number'], numbered: 'number' },
  credential_networks: { key: ['credential_id', 'network'] },
  credential_attempts: { key: ['credential_id'] },
  exposures: { key: ['id'], numbered: 'id' },
  meters: { key: ['owner_id'] },
  usage: { key: ['id'], numbered: 'id' },
  usage_hours: { key: ['owner_id', 'credential_id', 'operation', 'hour_ms', 'status'] },
  sign_in_requests: { key: ['id'] },
  sessions: { key: ['number'], numbered: 'number' },
  organizations: { key: ['id'] },
  organization_members: { key: ['number'], numbered: 'number' },
  projects: { key: ['id'], numbered: 'id' },
  project_members: { key: ['number'], numbered: 'number' },
  project_subscriptions: { key: ['project_id', 'vendor', 'product'] },
  cve_trackers: { key: ['project_id', 'cve_id'] },
  invitations: { key: ['number'], numbered: 'number' },
  organization_places: { key: ['number'], numbered: 'number' },
  notifications: { key: ['id'] },
  automations: { key: ['id'] },
  automation_executions: { key: ['number'], numbered: 'number' },
  automation_results: { key: ['number'], numbered: 'number' },
  reports: { key: ['number'], numbered: 'number' },
  report_cves: { key: ['report_id', 'cve_id'] },
  user_tags: { key: ['number'], numbered: 'number' },
  cve_tags: { key: ['tag_number', 'cve_id'] },
  jobs: { key: ['id'], numbered: 'id' },
  mails: { key: ['id'], numbered: 'id' },
  claims: { key: ['id'] },
  billing_events: { key: ['id'] },
  billing_links: { key: ['stripe_id'] },
  leaks: { key: ['id'], numbered: 'id' },
  audit_entries: { key: ['seq'] },
  audit_personal: { key: ['seq'] },
  audit_checkpoints: { key: ['seq'] },
} as const satisfies Record<TableName, { readonly key: readonly string[]; readonly numbered?: string }>;

/** A row as it is stored: text, whole numbers and null only, by column. */
export type StoredRow = Readonly<Record<string, string | number | null>>;

/** isTableName tells whether the control plane has a table of that name. */
export const isTableName = (name: string): name is TableName => Object.hasOwn(tables, name);

/** tableNames lists every table of the control plane. */
export const tableNames: readonly TableName[] = Object.keys(tables).filter(isTableName);

const chunkLength = 1000;

/** rowsOf reads a whole table in the order of its key, some rows at a time. */
export const rowsOf = async function* (db: Db, name: TableName): AsyncGenerator<readonly StoredRow[]> {
  const { key } = tables[name];
  const columns = sql.join(key.map((column) => sql.ref(column)));
  let after = sql``;
  for (;;) {
    const query = sql<StoredRow>`select * from ${sql.table(name)} ${after} order by ${columns} limit ${sql.lit(chunkLength)}`;
    const { rows } = await query.execute(db);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = sql`where (${columns}) > (${sql.join(key.map((column) => last[column]))})`;
  }
};

/** insertRows writes rows that all have the given columns. */
export const insertRows = async (
  tx: Db,
  name: TableName,
  columns: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): Promise<void> => {
  if (rows.length === 0) return;
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const values = sql.join(rows.map((row) => sql`(${sql.join(row)})`));
  await sql`insert into ${sql.table(name)} (${names}) values ${values}`.execute(tx);
};

/** What a start writes by itself: it is no sign of use. */
const startSettings = /^(schema_version$|pepper_check_)/;

/**
 * clearUnused makes way for rows that are restored: it removes the settings that a start has written. Throws
 * `backup.target_in_use` when any of the tables has rows that somebody could miss.
 */
export const clearUnused = async (tx: Db, names: readonly TableName[]): Promise<void> => {
  for (const name of names) {
    if (name === 'settings') continue;
    const { rows } = await sql`select 1 as one from ${sql.table(name)} limit 1`.execute(tx);
    if (rows.length > 0)
      throw fail('backup.target_in_use', { message: `The control plane is in use: ${name} has rows` });
  }
  const settings = await tx.selectFrom('settings').select('key').execute();
  const used = settings.find(({ key }) => !startSettings.test(key));
  if (used !== undefined) throw fail('backup.target_in_use', { message: `The control plane is in use: ${used.key}` });
  await tx.deleteFrom('settings').where('key', '<>', 'schema_version').execute();
};

/** The ledger keeps the rows of projects that are gone: their numbers have been given too. */
const goneProjects = sql`(select max(cast(substr(owner_id, 5) as bigint)) from meters where owner_id like 'prj!_%' escape '!')`;

/** resumeNumbers makes tables that number their rows go on after every number that is known to have been given. */
export const resumeNumbers = async (tx: Db, engine: Engine, names: readonly TableName[]): Promise<void> => {
  for (const name of names) {
    const table = tables[name];
    if (!('numbered' in table)) continue;
    const column = sql.ref(table.numbered);
    const given = sql<{ greatest: string | number | null }>`
      select max(n) as greatest from (
        select max(${column}) as n from ${sql.table(name)}
        union all select ${name === 'projects' ? goneProjects : sql`null`} as n) given`;
    const greatest = (await given.execute(tx)).rows[0]?.greatest ?? null;
    if (greatest !== null) await engine.numbersAfter(tx, name, table.numbered, Number(greatest));
  }
};
