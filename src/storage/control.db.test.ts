/** Risk: a migration that runs twice or half, a schema that differs from its types, or an error without a code. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sql, type ColumnMetadata, type Generated, type SelectType } from 'kysely';
import { eachEngine } from '../../test/support/engines.ts';
import { AppError, Secret, silentLog } from '../kernel/index.ts';
import { controlSchemaVersion, inTransaction, openControl, ping, type Control, type ControlTables } from './index.ts';
import { migrate } from './migrate.ts';

/** `?` when it may be null, `=` when the database fills it in, `serial` for a number that the database draws. */
type Kind = 'text' | 'text?' | 'text=' | 'int' | 'int?' | 'int=' | 'serial';
type PlainKindOf<Value> = [Value] extends [string]
  ? 'text'
  : [Value] extends [number]
    ? 'int'
    : [Value] extends [string | null]
      ? 'text?'
      : 'int?';
type KindOf<Name, Value> = [Value] extends [Generated<infer Read>]
  ? null extends Read
    ? PlainKindOf<Read>
    : Name extends 'id' | 'number'
      ? 'serial'
      : `${Extract<PlainKindOf<Read>, 'text' | 'int'>}=`
  : PlainKindOf<SelectType<Value>>;

/** The tables as the interfaces say; the compiler refuses this table when an interface has another column or type. */
const expected: {
  [Table in keyof ControlTables]: {
    [Column in keyof ControlTables[Table]]: KindOf<Column, ControlTables[Table][Column]>;
  };
} = {
  settings: { key: 'text', value: 'text' },
  users: {
    number: 'serial',
    id: 'text',
    email: 'text',
    name: 'text',
    state: 'text',
    created_at_ms: 'int',
    password_digest: 'text?',
    is_administrator: 'int=',
    plan: 'text=',
    plan_status: 'text=',
    plan_started_at_ms: 'int=',
    plan_period_end_ms: 'int?',
    plan_past_due_since_ms: 'int?',
  },
  subscriptions: {
    number: 'serial',
    id: 'text',
    user_id: 'text',
    tier: 'text',
    status: 'text',
    started_at_ms: 'int',
    period_end_ms: 'int?',
    past_due_since_ms: 'int?',
    credits_millicredits: 'int?',
    created_at_ms: 'int',
    updated_at_ms: 'int',
  },
  credentials: {
    id: 'text',
    family: 'text',
    owner_id: 'text',
    name: 'text',
    lookup: 'text',
    salt: 'text',
    digest: 'text',
    pepper_version: 'int',
    masked: 'text',
    state: 'text',
    expires_at_ms: 'int?',
    overlap_until_ms: 'int?',
    successor_id: 'text?',
    allowed_addresses: 'text',
    scopes: 'text',
    created_at_ms: 'int',
    state_changed_at_ms: 'int',
    description: 'text=',
    created_by: 'text=',
    ended_by: 'text=',
    is_mcp_enabled: 'int=',
  },
  credential_activity: {
    credential_id: 'text',
    owner_id: 'text',
    requests: 'int',
    last_used_at_ms: 'int?',
    last_used_address: 'text?',
  },
  exposures: { id: 'serial', credential_id: 'text?', place: 'text', address: 'text', at_ms: 'int' },
  meters: {
    owner_id: 'text',
    fence: 'int',
    version: 'int',
    anchor_ms: 'int',
    period_start_ms: 'int',
    period_end_ms: 'int',
    used_millicredits: 'int',
    charged_total_millicredits: 'int',
    requests_total: 'int',
    recent: 'text',
  },
  usage: {
    id: 'serial',
    owner_id: 'text',
    credential_id: 'text',
    operation: 'text',
    at_ms: 'int',
    price_millicredits: 'int',
    charged_millicredits: 'int',
    status: 'int?',
    latency_us: 'int?',
    address: 'text',
    client: 'text',
  },
  sign_in_requests: {
    id: 'text',
    email: 'text',
    user_id: 'text?',
    digest: 'text',
    attempts: 'int',
    state: 'text',
    address: 'text',
    created_at_ms: 'int',
    expires_at_ms: 'int',
  },
  sessions: {
    number: 'serial',
    id: 'text',
    user_id: 'text',
    kind: 'text',
    digest: 'text',
    created_at_ms: 'int',
    last_seen_at_ms: 'int',
    expires_at_ms: 'int',
    ended_at_ms: 'int?',
    address: 'text',
    client: 'text',
  },
  organizations: { id: 'text', name: 'text', is_basic_enabled: 'int', created_at_ms: 'int', updated_at_ms: 'int' },
  organization_members: {
    number: 'serial',
    organization_id: 'text',
    user_id: 'text',
    role: 'text',
    joined_at_ms: 'int',
  },
  projects: {
    id: 'serial',
    organization_id: 'text',
    name: 'text',
    slug: 'text',
    description: 'text',
    owner_user_id: 'text',
    is_active: 'int',
    created_at_ms: 'int',
    updated_at_ms: 'int',
  },
  user_tags: {
    number: 'serial',
    user_id: 'text',
    name: 'text',
    color: 'text',
    description: 'text?',
    created_at_ms: 'int',
    updated_at_ms: 'int',
  },
  cve_tags: { tag_number: 'int', cve_id: 'text', created_at_ms: 'int' },
  project_subscriptions: { project_id: 'int', vendor: 'text', product: 'text', created_at_ms: 'int' },
  cve_trackers: {
    project_id: 'int',
    cve_id: 'text',
    status: 'text?',
    assignee_user_id: 'text?',
    assigned_at_ms: 'int?',
    updated_at_ms: 'int',
  },
  project_members: { number: 'serial', project_id: 'int', user_id: 'text', role: 'text', joined_at_ms: 'int' },
  invitations: {
    number: 'serial',
    id: 'text',
    target_kind: 'text',
    target_id: 'text',
    email: 'text',
    role: 'text',
    digest: 'text',
    invited_by: 'text',
    state: 'text',
    created_at_ms: 'int',
    expires_at_ms: 'int',
  },
  jobs: {
    id: 'serial',
    kind: 'text',
    payload: 'text',
    dedupe_key: 'text?',
    state: 'text',
    attempts: 'int',
    run_at_ms: 'int',
    locked_until_ms: 'int',
    last_error: 'text?',
    created_at_ms: 'int',
  },
  mails: {
    id: 'serial',
    recipient: 'text',
    subject: 'text',
    body: 'text',
    state: 'text',
    last_error: 'text?',
    created_at_ms: 'int',
    sent_at_ms: 'int?',
  },
  claims: {
    id: 'text',
    subscription_id: 'text',
    name: 'text',
    digest: 'text',
    openings: 'int',
    credential_id: 'text?',
    created_at_ms: 'int',
    expires_at_ms: 'int',
    claimed_at_ms: 'int?',
  },
  billing_events: {
    id: 'text',
    kind: 'text',
    subject: 'text',
    event_at_ms: 'int',
    received_at_ms: 'int',
    effect: 'text',
  },
  billing_links: { stripe_id: 'text', target_kind: 'text', target_id: 'text', last_event_at_ms: 'int' },
  leaks: { id: 'serial', credential_id: 'text', reporter: 'text', place: 'text', reported_at_ms: 'int' },
  audit_entries: {
    seq: 'int',
    at_ms: 'int',
    scope_kind: 'text',
    scope_id: 'text',
    actor_kind: 'text',
    actor_id: 'text',
    action: 'text',
    object_kind: 'text',
    object_id: 'text',
    detail: 'text',
    personal_digest: 'text',
    previous_hash: 'text',
    hash: 'text',
  },
  audit_personal: { seq: 'int', user_id: 'text', salt: 'text', data: 'text?' },
  audit_checkpoints: { seq: 'int', at_ms: 'int', hash: 'text', key_id: 'text', signature: 'text' },
  credential_numbers: { number: 'serial', credential_id: 'text' },
  credential_networks: { credential_id: 'text', network: 'text', first_seen_at_ms: 'int' },
  credential_attempts: {
    credential_id: 'text',
    attempts: 'int',
    first_at_ms: 'int',
    last_at_ms: 'int',
    last_address: 'text',
  },
  organization_places: { number: 'serial', organization_id: 'text', holder: 'text', invited_at_ms: 'int' },
  notifications: {
    id: 'text',
    project_id: 'int',
    name: 'text',
    type: 'text',
    is_enabled: 'int',
    sealed: 'text',
    pepper_version: 'int',
    confirmation_digest: 'text',
    confirmation_expires_at_ms: 'int?',
    created_at_ms: 'int',
    updated_at_ms: 'int',
  },
  automations: {
    id: 'text',
    project_id: 'int',
    name: 'text',
    is_enabled: 'int',
    trigger_type: 'text',
    frequency: 'text?',
    schedule_timezone: 'text?',
    schedule_time: 'text?',
    schedule_weekday: 'text?',
    configuration: 'text',
    last_execution_at_ms: 'int?',
    created_at_ms: 'int',
    updated_at_ms: 'int',
  },
  automation_executions: {
    number: 'serial',
    id: 'text',
    automation_id: 'text',
    executed_at_ms: 'int',
    window_start_ms: 'int',
    window_end_ms: 'int',
    matched_cves_count: 'int',
    impact_summary: 'text',
    cves_table_data: 'text',
    created_at_ms: 'int',
  },
  automation_results: {
    number: 'serial',
    id: 'text',
    execution_id: 'text',
    output_type: 'text',
    label: 'text',
    status: 'text',
    details: 'text',
    created_at_ms: 'int',
  },
  reports: {
    number: 'serial',
    id: 'text',
    project_id: 'int',
    automation_id: 'text',
    day: 'text',
    period_type: 'text',
    period_timezone: 'text',
    ai_summary: 'text?',
    created_at_ms: 'int',
    updated_at_ms: 'int',
  },
  report_cves: { report_id: 'text', cve_id: 'text', cve_year: 'int', cve_number: 'int' },
  usage_hours: {
    owner_id: 'text',
    credential_id: 'text',
    operation: 'text',
    hour_ms: 'int',
    status: 'int',
    requests: 'int',
    charged_millicredits: 'int',
    latency_us_total: 'int',
  },
};

const kindOf = ({ name, dataType, isNullable, isAutoIncrementing, hasDefaultValue }: ColumnMetadata): Kind => {
  // SQLite numbers every whole-number key; that audit entries are numbered in their chain is no matter of the schema.
  if (isAutoIncrementing && name !== 'seq') return 'serial';
  const kind = dataType.toLowerCase() === 'text' ? 'text' : 'int';
  if (isNullable) return `${kind}?`;
  return hasDefaultValue ? `${kind}=` : kind;
};

const shapeOf = async (control: Control): Promise<Record<string, Record<string, Kind>>> => {
  const shape: Record<string, Record<string, Kind>> = {};
  for (const table of await control.db.introspection.getTables()) {
    shape[table.name] = Object.fromEntries(
      table.columns.map((column) => {
        expect(['text', 'integer', 'int8']).toContain(column.dataType.toLowerCase());
        return [column.name, kindOf(column)];
      }),
    );
  }
  return shape;
};

const versionOf = async ({ db }: Control): Promise<string | undefined> =>
  (await db.selectFrom('settings').select('value').where('key', '=', 'schema_version').executeTakeFirst())?.value;

eachEngine('control plane', (makeDatabase, engine) => {
  test('has the tables and columns that its types say', async () => {
    expect(await shapeOf(await makeDatabase())).toEqual(expected);
  });

  test('migrated again is unchanged', async () => {
    const database = await makeDatabase();
    await database.db.insertInto('settings').values({ key: 'kept', value: 'yes' }).execute();
    await migrate(database.db, database.engine);
    const again = await openControl(database.settings, silentLog);
    expect(await versionOf(again)).toBe(String(controlSchemaVersion));
    expect(await shapeOf(again)).toEqual(expected);
    expect(await again.db.selectFrom('settings').select('key').where('key', '=', 'kept').execute()).toHaveLength(1);
    await ping(again.db);
    await again.close();
  });

  test('refuses a database of a newer program by its version, and leaves it as it is', async () => {
    const database = await makeDatabase();
    await database.db.updateTable('settings').set({ value: '99' }).where('key', '=', 'schema_version').execute();
    const attempt = openControl(database.settings, silentLog);
    await expect(attempt).rejects.toMatchObject({ code: 'storage.newer_schema' });
    await expect(attempt).rejects.toThrow('99');
    expect(await versionOf(database)).toBe('99');
  });

  test('leaves a failed transaction without a trace, and a transaction inside another is a part of it', async () => {
    const { db } = await makeDatabase();
    const set = (key: string) =>
      inTransaction(db, (tx) => tx.insertInto('settings').values({ key, value: '' }).execute());
    await expect(
      inTransaction(db, async (tx) => {
        await tx.insertInto('settings').values({ key: 'outer', value: '' }).execute();
        await inTransaction(tx, (inner) => inner.insertInto('settings').values({ key: 'inner', value: '' }).execute());
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await set('kept');
    const keys = (await db.selectFrom('settings').select('key').execute()).map(({ key }) => key);
    expect(keys.filter((key) => key !== 'schema_version')).toEqual(['kept']);
    await expect(set('kept')).rejects.toMatchObject({ code: 'storage.unique' });
  });

  test('takes turns: transactions at once lose no update', async () => {
    const { db } = await makeDatabase();
    await db.insertInto('settings').values({ key: 'count', value: '0' }).execute();
    const add = () =>
      inTransaction(db, async (tx) => {
        await tx.updateTable('settings').set({ key: 'count' }).where('key', '=', 'count').execute();
        const { value } = await tx
          .selectFrom('settings')
          .select('value')
          .where('key', '=', 'count')
          .executeTakeFirstOrThrow();
        await tx
          .updateTable('settings')
          .set({ value: String(Number(value) + 1) })
          .where('key', '=', 'count')
          .execute();
      });
    await Promise.all(Array.from({ length: 25 }, add));
    const count = await db.selectFrom('settings').select('value').where('key', '=', 'count').executeTakeFirst();
    expect(count?.value).toBe('25');
  });

  test('agrees with the other engine on what they are apart in', async () => {
    const { db } = await makeDatabase();
    for (const key of ['b', 'Z', 'a', 'é', 'A'])
      await db
        .insertInto('settings')
        .values({ key: `k${key}`, value: '' })
        .execute();
    const sorted = await db.selectFrom('settings').select('key').where('key', 'like', 'k%').orderBy('key').execute();
    expect(sorted.map(({ key }) => key)).toEqual(['kA', 'kZ', 'ka', 'kb', 'ké']);
    expect(await db.selectFrom('settings').select('key').where('key', 'in', []).execute()).toEqual([]);
    const big = 9_007_199_254_740_991;
    await db.insertInto('exposures').values({ credential_id: null, place: 'x', address: '', at_ms: big }).execute();
    expect(await db.selectFrom('exposures').select('at_ms').execute()).toEqual([{ at_ms: big }]);
    const wrong = sql`insert into exposures (place, address, at_ms) values ('x', '', 'soon')`.execute(db);
    await expect(wrong).rejects.toThrow();
  });

  test('refuses further work with a code when it is closed or away', async () => {
    const settings =
      engine === 'sqlite'
        ? ({ engine, path: join('/dev/null', 'control.db') } as const)
        : ({ engine, url: new Secret('postgres://me:hunter2@127.0.0.1:9/x'), poolSize: 1 } as const);
    const error: unknown = await openControl(settings, silentLog).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'storage.unavailable' });
    expect(String(error)).toContain(engine === 'sqlite' ? '/dev/null' : 'the PostgreSQL server');
    expect(String(error)).not.toContain('hunter2');
  });
});

test('a damaged file is refused by name and left as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vulngate-damaged-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'control.db');
  await writeFile(path, 'this is no database'.repeat(500));
  const attempt = openControl({ engine: 'sqlite', path }, silentLog);
  await expect(attempt).rejects.toMatchObject({ code: 'storage.corrupt' });
  await expect(attempt).rejects.toThrow(path);
});
