/** Risk: an entry without its change or a change without its entry; a gap; a proof that erasing personal data breaks. */
import { expect, it } from 'vitest';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, silentLog, systemActor } from '../kernel/index.ts';
import { publicKeyOf } from '../keyring/index.ts';
import { inTransaction, openControl } from '../storage/index.ts';
import { verifyExport } from './index.ts';
import { clerk, entryOf, exportOf, linesOf, logOn } from './log.suite.ts';

eachEngine('the audit log', (makeDatabase, engine) => {
  it('is written with the change, or not at all', async () => {
    const control = await makeDatabase();
    const { audit } = logOn(control);
    const failing = inTransaction(control.db, async (tx) => {
      await audit.record(tx, entryOf());
      throw new Error('the change failed');
    });
    await expect(failing).rejects.toThrow('the change failed');
    await inTransaction(control.db, (tx) => audit.record(tx, entryOf({ action: 'credential.revoked' })));
    const { items, count } = await audit.list({});
    expect([count, items[0]?.seq, items[0]?.action]).toEqual([1, 1, 'credential.revoked']);
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 1, last: { seq: 1 }, findings: [] });
  });

  it('shows who, what, on what, old and new values, from where and when, newest first', async () => {
    const control = await makeDatabase();
    const { audit, clock } = logOn(control);
    await audit.record(control.db, entryOf());
    clock.advance(1000);
    const member = entryOf({
      action: 'project.member_added',
      object: { kind: 'user', id: 'usr_2' },
      before: { role: null },
      after: { role: 'admin' },
      personal: { email: 'new@example.org' },
    });
    await audit.record(control.db, member);
    await audit.record(control.db, entryOf({ actor: operatorActor, scope: { kind: 'system', id: '' } }));
    const { items } = await audit.list({ scope: { kind: 'project', id: '7' } });
    expect(items.map(({ seq }) => seq)).toEqual([2, 1]);
    expect(items[0]).toEqual({
      seq: 2,
      atMs: clock.nowMs(),
      scope: { kind: 'project', id: '7' },
      actor: { kind: 'user', id: 'usr_clerk', name: 'clerk@example.org', address: '203.0.113.7', client: 'browser/1' },
      action: 'project.member_added',
      object: { kind: 'user', id: 'usr_2', name: null },
      before: { role: null },
      after: { role: 'admin' },
      correlationId: 'c-1',
      personal: { email: 'new@example.org' },
      isErased: false,
    });
    const counts = [
      await audit.list({ action: 'credential.issued' }),
      await audit.list({ actorKind: 'operator' }),
      await audit.list({ actorId: 'usr_clerk' }),
      await audit.list({ afterMs: clock.nowMs() }),
      await audit.list({ beforeMs: clock.nowMs() }),
      await audit.list({ actorEmail: 'clerk@example.org' }),
      await audit.list({ page: 2, pageSize: 2 }),
    ].map(({ count, items: found }) => [count, found.length]);
    expect(counts).toEqual([
      [2, 2],
      [1, 1],
      [2, 2],
      [2, 2],
      [1, 1],
      [0, 0],
      [3, 1],
    ]);
    await control.db
      .insertInto('users')
      .values({ id: 'usr_clerk', email: 'clerk@example.org', name: '', state: 'active', created_at_ms: 0 })
      .execute();
    expect((await audit.list({ actorEmail: ' Clerk@example.org' })).count).toBe(2);
  });

  it('shows what happened in a scope that is gone to those who may see where it was deleted, and to nobody else', async () => {
    const control = await makeDatabase();
    const { audit } = logOn(control);
    const inProject = (id: string) => entryOf({ scope: { kind: 'project', id }, object: { kind: 'credential', id } });
    const inOrganization = (id: string, kind: string, object: string, action = 'project.deleted') =>
      entryOf({ scope: { kind: 'organization', id }, action, object: { kind, id: object } });
    for (const id of ['1', '2', '3', '4', '5']) await audit.record(control.db, inProject(id));
    await audit.record(control.db, inOrganization('org_a', 'project', '1'));
    await audit.record(control.db, inOrganization('org_b', 'project', '2'));
    // Neither another action nor another kind of object with the same id opens a scope.
    await audit.record(control.db, inOrganization('org_a', 'project', '4', 'project.seen'));
    await audit.record(control.db, inOrganization('org_a', 'member', '5'));
    const within = { kind: 'organization', id: 'org_a' } as const;
    const gone = { within, kind: 'project', action: 'project.deleted' } as const;
    const seqsOf = async (scopes: readonly { readonly kind: 'organization' | 'project'; readonly id: string }[]) => {
      const { items, count } = await audit.list({ scopes, gone });
      expect(count).toBe(items.length);
      return items.map(({ seq }) => seq);
    };
    expect(await seqsOf([within, { kind: 'project', id: '3' }])).toEqual([9, 8, 6, 3, 1]);
    // One that is still taken for present when it goes is listed once.
    expect(await seqsOf([{ kind: 'project', id: '1' }])).toEqual([1]);
    expect(await seqsOf([])).toEqual([1]);
    expect((await audit.list({ scopes: [within], gone, action: 'credential.issued' })).count).toBe(1);
  });

  it('has no gap and no fork when nodes record at once, some in vain', async () => {
    const database = await makeDatabase();
    // Two connections to one SQLite file must not wait for each other in one thread.
    const other = engine === 'sqlite' ? database : await openControl(database.settings, silentLog);
    try {
      const logs = [logOn(database, { seed: 'one' }), logOn(other, { seed: 'two' })];
      const tasks = Array.from({ length: 60 }, async (_, index) => {
        const { audit } = logs[index % 2] ?? logOn(database);
        const control = index % 2 === 0 ? database : other;
        const failed = inTransaction(control.db, async (tx) => {
          await audit.record(tx, entryOf({ object: { kind: 'credential', id: `crd_${index}` } }));
          if (index % 5 === 0) throw new Error('in vain');
        });
        await failed.catch(() => undefined);
      });
      await Promise.all(tasks);
      const report = await logOn(database).audit.verify();
      expect(report).toMatchObject({ ok: true, entries: 48, last: { seq: 48 } });
    } finally {
      await other.close();
    }
  });

  it('forgets a person, in entries of others too, and still proves itself and says what it forgot', async () => {
    const control = await makeDatabase();
    const { audit } = logOn(control);
    const colleague = { ...clerk, id: 'usr_2', name: 'two@example.org' };
    await audit.record(control.db, entryOf());
    await audit.record(control.db, entryOf({ actor: colleague }));
    await audit.record(control.db, entryOf({ actor: colleague, object: { kind: 'user', id: 'usr_clerk' } }));
    const invited = entryOf({ actor: operatorActor, personal: { email: 'Clerk@example.org' } });
    await audit.record(control.db, invited);
    await audit.checkpoint();
    const erased = await audit.erase(control.db, { actor: clerk, userId: 'usr_clerk', emails: ['clerk@example.org'] });
    expect(erased).toBe(3);
    expect(await audit.verify()).toMatchObject({ ok: true, erased: 3, entries: 5, findings: [] });
    const lines = (await exportOf(audit)).join('');
    expect(lines).not.toMatch(/clerk@example|203\.0\.113\.7.*usr_clerk/i);
    expect(lines).toContain('two@example.org');
    const { items } = await audit.list({ actorId: 'usr_clerk' });
    expect(items.map(({ action, actor, isErased }) => [action, actor.name, isErased])).toEqual([
      ['audit.personal_erased', null, false],
      ['credential.issued', null, true],
    ]);
    expect(items[0]?.after).toEqual({ count: 3, entries: '1,3-4' });
    const rows = await control.db.selectFrom('audit_personal').selectAll().where('data', 'is', null).execute();
    expect(rows.every(({ salt }) => salt === '')).toBe(true);
  });

  it('signs after so many entries, so much time, and at the end; nothing twice', async () => {
    const control = await makeDatabase();
    const { audit, clock } = logOn(control, { checkpointEntries: 3 });
    const signed = async (): Promise<number[]> =>
      (await control.db.selectFrom('audit_checkpoints').select('seq').orderBy('seq').execute()).map(({ seq }) => seq);
    audit.start();
    for (let index = 0; index < 3; index += 1) await audit.record(control.db, entryOf());
    clock.advance(1);
    await expect.poll(signed).toEqual([3]);
    await audit.record(control.db, entryOf());
    await expect.poll(async () => (clock.advance(60_000), signed())).toEqual([3, 4]);
    await audit.record(control.db, entryOf({ actor: systemActor }));
    await audit.close();
    expect(await signed()).toEqual([3, 4, 5]);
    expect(await audit.checkpoint()).toBeNull();
    expect(await audit.verify()).toMatchObject({ ok: true, checkpoints: 3, provenSeq: 5 });
  });
});

eachEngine('an exported log', (makeDatabase) => {
  const trusted = (keyring: ReturnType<typeof logOn>['keyring']) => keyring.status().signingKeys;

  it('verifies without the server, with or without personal data, under given keys or its own', async () => {
    const control = await makeDatabase();
    const { audit, keyring } = logOn(control);
    for (let index = 0; index < 3; index += 1) await audit.record(control.db, entryOf());
    await audit.checkpoint();
    await audit.record(control.db, entryOf());
    for (const withPersonal of [true, false]) {
      const lines = await exportOf(audit, withPersonal);
      expect(lines.join('').includes('clerk@example.org')).toBe(withPersonal);
      const own = await verifyExport(linesOf(lines), [], [], publicKeyOf);
      expect(own).toMatchObject({ ok: true, entries: 4, checkpoints: 1, provenSeq: 3, keys: 'file' });
      const given = await verifyExport(linesOf(lines), trusted(keyring), [], publicKeyOf);
      expect(given).toMatchObject({ ok: true, keys: 'given' });
    }
  });

  it('is refused when its end is missing, when somebody else signed it, or when a noted place is not in it', async () => {
    const control = await makeDatabase();
    const { audit, keyring } = logOn(control);
    for (let index = 0; index < 3; index += 1) await audit.record(control.db, entryOf());
    await audit.checkpoint();
    const lines = await exportOf(audit);
    const kindOf = async (
      changed: readonly string[],
      keys = trusted(keyring),
      anchors = [] as { seq: number; hash: string }[],
    ) => (await verifyExport(linesOf(changed), keys, anchors, publicKeyOf)).findings[0]?.kind;
    expect(await kindOf(lines)).toBeUndefined();
    for (let kept = 0; kept < lines.length; kept += 1)
      expect(await kindOf(lines.slice(0, kept)), `${kept}`).toBeDefined();
    expect(await kindOf([...lines, lines[1] ?? ''])).toBe('unreadable');
    expect(
      await kindOf(lines, [
        { kid: 'other', publicKey: Buffer.alloc(32, 9).toString('base64url'), state: 'current', createdAtMs: 0 },
      ]),
    ).toBe('checkpoint_forged');
    expect(await kindOf(lines, trusted(keyring), [{ seq: 2, hash: 'ab'.repeat(32) }])).toBe('rewritten');
  });
});
