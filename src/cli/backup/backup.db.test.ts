/** Risk: a backup that cannot be restored, or is restored in part, or over something that was still wanted. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  admittedOf,
  holderOn,
  nodeOn,
  requestOf,
  settleOn,
  verifiedOn,
  type Holder,
  type Node,
} from '../../../test/support/actors.ts';
import { eachEngine } from '../../../test/support/engines.ts';
import { AppError, ManualClock, operatorActor, seededRandom, silentLog } from '../../kernel/index.ts';
import { openControl, rowsOf, tableNames, type Control, type ControlSettings } from '../../storage/index.ts';
import { restoreInto } from './restore.ts';
import { writeBackup } from './write-backup.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vulngate-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sqliteAt = (name: string): ControlSettings => ({ engine: 'sqlite', path: join(folder, name, 'control.db') });

/** A control plane that was worked with: a subscriber, charged requests, a signed log, a text that is hard to write down. */
const workedWith = async (control: Control): Promise<{ node: Node; holder: Holder }> => {
  const node = await nodeOn(control);
  const holder = await holderOn(node, {}, { name: 'näme "quoted" \\ \u2028 \u2029 🔑' });
  for (let index = 0; index < 3; index += 1) {
    const outcome = admittedOf(await node.admission.admit(requestOf(holder.verified)));
    await settleOn(node, { usageId: outcome.usageId, status: 200, latencyMicroseconds: 5 });
  }
  await node.audit.checkpoint();
  return { node, holder };
};

const write = (control: Control, name = 'backup.gz'): Promise<string> => {
  const path = join(folder, name);
  const order = { db: control.db, path, clock: new ManualClock(), random: seededRandom('backup'), keys: null };
  return writeBackup(order).then(() => path);
};

const contentOf = async ({ db }: Control): Promise<Record<string, unknown[]>> => {
  const content: Record<string, unknown[]> = {};
  for (const name of tableNames) {
    if (name === 'mails') continue;
    const rows: unknown[] = [];
    for await (const chunk of rowsOf(db, name)) rows.push(...chunk);
    content[name] = rows;
  }
  return content;
};

const codeOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

/** provesItself uses the restored control plane as a server would: nothing may have changed, and everything goes on. */
const provesItself = async (settings: ControlSettings, holder: Holder): Promise<void> => {
  const control = await openControl(settings, silentLog);
  try {
    const node = await nodeOn(control, { seed: 'restored' });
    expect((await verifiedOn(node, holder.presented)).id).toBe(holder.id);
    expect(await node.admission.discrepancies()).toEqual([]);
    expect(await node.audit.verify()).toMatchObject({ ok: true, checkpoints: 1 });
    const rows = await control.db.selectFrom('usage').select('id').orderBy('id').execute();
    const next = admittedOf(await node.admission.admit(requestOf(await verifiedOn(node, holder.presented))));
    expect(next.usageId).toBeGreaterThan(rows.at(-1)?.id ?? 0);
    await holderOn(node);
    expect(await node.audit.verify()).toMatchObject({ ok: true });
    await node.close();
  } finally {
    await control.close();
  }
};

eachEngine('a backup', (makeDatabase) => {
  it('restores every row into either engine, from either engine, and what was restored goes on', async () => {
    const database = await makeDatabase();
    const embedded = await openControl(sqliteAt('source'), silentLog);
    const [here, there] = [await workedWith(database), await workedWith(embedded)];
    const [paths, contents] = [
      [await write(database, 'a'), await write(embedded, 'b')],
      [await contentOf(database), await contentOf(embedded)],
    ];
    await here.node.close();
    await there.node.close();
    await embedded.close();
    const target = await makeDatabase();
    const moves = [
      { from: 0, to: sqliteAt('from-here'), holder: here.holder },
      { from: 1, to: target.settings, holder: there.holder },
    ];
    for (const { from, to, holder } of moves) {
      await restoreInto(paths[from] ?? '', to, silentLog);
      const control = await openControl(to, silentLog);
      expect(await contentOf(control)).toEqual(contents[from]);
      await control.close();
      await provesItself(to, holder);
    }
  });

  it('never gives a number again that a deleted project had, and goes on after the greatest one', async () => {
    const control = await makeDatabase();
    const node = await nodeOn(control);
    const { accounts } = node;
    const { email } = await accounts.users.create({ actor: operatorActor, email: 'ada@example.org' });
    const organization = 'Acme';
    await accounts.organizations.create({ actor: operatorActor, name: organization, ownerEmail: email });
    const make = (on: Node, name: string) =>
      on.accounts.projects.create({ actor: operatorActor, organization, name, ownerEmail: email });
    await make(node, 'kept');
    const gone = await make(node, 'gone');
    await accounts.projects.delete({ actor: operatorActor, projectId: gone.id });
    const backups = [await write(control)];
    await accounts.projects.delete({ actor: operatorActor, projectId: 1 });
    backups.push(await write(control, 'without projects'));
    const embedded = backups.map((_, index) => sqliteAt(`numbers-${index}`));
    const targets = [...embedded, (await makeDatabase()).settings, (await makeDatabase()).settings];
    for (const [index, target] of targets.entries()) {
      await restoreInto(backups[index % 2] ?? '', target, silentLog);
      const restored = await openControl(target, silentLog);
      const again = await nodeOn(restored, { seed: `numbers ${index}` });
      expect((await make(again, 'next')).id).toBe(gone.id + 1);
      await again.close();
      await restored.close();
    }
    await node.close();
  });

  it('is one private file that holds no mail, and overwrites nothing', async () => {
    const control = await makeDatabase();
    const { node } = await workedWith(control);
    const mail = { recipient: 'a@example.org', subject: 's', body: 'the code is 123456', state: 'local' } as const;
    await control.db
      .insertInto('mails')
      .values({ ...mail, last_error: null, created_at_ms: 1, sent_at_ms: null })
      .execute();
    const path = await write(control);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['backup.gz']);
    expect(gunzipSync(readFileSync(path)).toString()).not.toContain('123456');
    expect(await codeOf(write(control))).toBe('cli.usage');
    await node.close();
  });

  it('is as of one moment although servers go on', async () => {
    const control = await makeDatabase();
    const other = await openControl(control.settings, silentLog);
    const { node } = await workedWith(other);
    const writing = write(control);
    await Promise.all([writing, node.accounts.users.create({ actor: operatorActor, email: 'late@example.org' })]);
    const target = sqliteAt('moment');
    await restoreInto(await writing, target, silentLog);
    const restored = await openControl(target, silentLog);
    expect(await (await nodeOn(restored, { seed: 'moment' })).audit.verify()).toMatchObject({ ok: true });
    await restored.close();
    await node.close();
    await other.close();
  });

  it('is refused as a whole when it is cut short, changed or something else', async () => {
    const control = await makeDatabase();
    const { node } = await workedWith(control);
    const whole = readFileSync(await write(control));
    const lines = gunzipSync(whole).toString().split('\n');
    const without = (index: number): Buffer => gzipSync(lines.toSpliced(index, 1).join('\n'));
    const bad = [
      Buffer.alloc(0),
      Buffer.from('not a backup'),
      gzipSync('not a backup'),
      gzipSync(''),
      whole.subarray(0, whole.length - 1),
      whole.subarray(0, Math.floor(whole.length / 2)),
      gzipSync(lines.join('\n').replace('ada@example.org', 'eve@example.org')),
      ...[0, 1, 2, 3, Math.floor(lines.length / 2), lines.length - 3, lines.length - 2].map(without),
    ];
    const target = await makeDatabase();
    for (const [index, bytes] of bad.entries()) {
      const path = join(folder, `bad-${index}`);
      writeFileSync(path, bytes);
      expect(await codeOf(restoreInto(path, target.settings, silentLog)), `${index}`).toBe('backup.unreadable');
    }
    expect((await contentOf(target))['users']).toEqual([]);
    await node.close();
  });

  it('is not restored over anything that is in use', async () => {
    const control = await makeDatabase();
    const { node } = await workedWith(control);
    const path = await write(control);
    const before = await contentOf(control);
    expect(await codeOf(restoreInto(path, control.settings, silentLog))).toBe('backup.target_in_use');
    expect(await contentOf(control)).toEqual(before);
    await node.close();
  });
});
