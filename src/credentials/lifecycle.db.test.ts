/** Risk: somebody manages credentials who may not, a change is lost or not audited, or an ended credential comes back. */
import { expect, it } from 'vitest';
import { termsOf } from '../../test/support/actors.ts';
import { deskOn, person } from '../../test/support/credential-desk.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, systemActor, type Actor } from '../kernel/index.ts';
import { inTransaction } from '../storage/index.ts';

const dayMs = 86_400_000;
const family = 'project-token' as const;
const ownerId = 'prj_7';
const address = '203.0.113.9';
const bob = person('usr_bob');
const eve = person('usr_eve');
const program: Actor = { ...operatorActor, kind: 'credential', id: 'crd_x' };

eachEngine('life of credentials', (makeDatabase) => {
  const start = async () => {
    const desk = await deskOn(await makeDatabase());
    await desk.own(ownerId);
    desk.managers.add(`usr_bob ${ownerId}`);
    const issue = (actor: Actor = bob) =>
      desk.credentials.issue({ actor, family, ownerId, name: 'CI', scopes: { alerts: 'read' } });
    const verify = (presented: string, fresh = true) => desk.credentials.verify({ family, presented, address, fresh });
    const fence = () => desk.admission.fenceOf(desk.control.db, ownerId);
    return { ...desk, issue, verify, fence };
  };

  it('never lets a credential manage credentials, whatever it may do, and changes nothing', async () => {
    const { credentials, control, entries, issue, fence } = await start();
    const { id } = await issue();
    const [audited, before] = [entries.length, await fence()];
    const actor = program;
    const tries = [
      () => issue(actor),
      () => credentials.list({ actor, ownerId }),
      () => credentials.show({ actor, id }),
      () => credentials.update({ actor, id, change: { name: 'x' } }),
      () => credentials.rotate({ actor, id }),
      () => credentials.suspend({ actor, id }),
      () => credentials.resume({ actor, id }),
      () => credentials.revoke({ actor, id }),
      () => credentials.findings(actor, ownerId),
      () => inTransaction(control.db, (tx) => credentials.revokeAllOf(tx, ownerId, actor)),
      () =>
        inTransaction(control.db, (tx) =>
          credentials.issue({ actor, family, ownerId, name: 'x', scopes: { alerts: 'read' } }, tx),
        ),
    ];
    for (const attempt of tries) await expect(attempt()).rejects.toMatchObject({ code: 'permission.refused' });
    expect([entries.length, await fence()]).toEqual([audited, before]);
  });

  it('hides credentials from people who do not manage their owner, and from routes of another owner', async () => {
    const { credentials, issue } = await start();
    const { id } = await issue();
    for (const target of [
      { actor: eve, id },
      { actor: bob, id, ownerId: 'prj_8' },
      { actor: bob, id: 'crd_none' },
    ]) {
      const tries = [
        () => credentials.show(target),
        () => credentials.update({ ...target, change: { name: 'x' } }),
        () => credentials.rotate(target),
        () => credentials.suspend(target),
        () => credentials.revoke(target),
      ];
      for (const attempt of tries) await expect(attempt()).rejects.toMatchObject({ code: 'credential.not_found' });
    }
    await expect(issue(eve)).rejects.toMatchObject({ code: 'permission.refused' });
    await expect(credentials.list({ actor: eve, ownerId })).rejects.toMatchObject({ code: 'permission.refused' });
    await expect(credentials.list({ actor: eve })).rejects.toMatchObject({ code: 'permission.refused' });
  });

  it('changes what is given, moves the fence, and audits old and new values of exactly that', async () => {
    const { clock, credentials, entries, fence, issue, verify } = await start();
    const { id, presented } = await issue();
    const before = (await fence()) ?? 0;
    const expiresAtMs = clock.nowMs() + dayMs;
    const changed = await credentials.update({
      actor: bob,
      id,
      change: { scopes: { project: 'write' }, expiresAtMs, allowedAddresses: ['198.51.100.0/24'], description: 'new' },
    });
    expect(changed).toMatchObject({
      name: 'CI',
      expiresAtMs,
      allowedAddresses: ['198.51.100.0/24'],
      description: 'new',
    });
    expect(changed.scopes).toMatchObject({ alerts: 'none', project: 'write' });
    expect(await fence()).toBeGreaterThan(before);
    expect(await verify(presented)).toMatchObject({ code: 'credential.address_refused' });
    const entry = entries.at(-1);
    expect(entry).toMatchObject({ action: 'credential.updated', actor: bob, scope: { kind: 'project', id: '7' } });
    expect(Object.keys(entry?.after ?? {}).toSorted()).toEqual([
      'allowed_ips',
      'description',
      'expires_at_ms',
      'scopes',
    ]);
    expect(entry?.before).toMatchObject({ allowed_ips: [], description: '', expires_at_ms: null });
    await credentials.update({ actor: bob, id, change: { name: ' Nightly ' } });
    expect(entries.at(-1)).toMatchObject({
      action: 'credential.renamed',
      before: { name: 'CI' },
      after: { name: 'Nightly' },
    });
    const count = entries.length;
    await credentials.update({ actor: bob, id, change: { name: 'Nightly', expiresAtMs } });
    expect(entries).toHaveLength(count);
    expect(await credentials.update({ actor: bob, id, change: { expiresAtMs: null } })).toMatchObject({
      expiresAtMs: null,
    });
  });

  it.each([
    { name: '' },
    { name: 'x'.repeat(101) },
    { name: 'a\nb' },
    { description: 'x'.repeat(256) },
    { scopes: {} },
    { scopes: { '*': 'write' as const } },
    { expiresAtMs: 1 },
    { expiresAtMs: Number.NaN },
    { allowedAddresses: ['300.1.1.1'] },
  ])('refuses to change to %o, and leaves it as it was', async (change) => {
    const { credentials, issue } = await start();
    const { id, presented: _presented, ...before } = await issue();
    await expect(credentials.update({ actor: bob, id, change })).rejects.toMatchObject({
      code: 'request.invalid_parameter',
    });
    expect(await credentials.show({ actor: bob, id })).toMatchObject(before);
  });

  it('never changes, resumes or rotates what has ended, and may still revoke what is rotated', async () => {
    const { clock, credentials, issue } = await start();
    const [revoked, rotated, expired] = [await issue(), await issue(), await issue()];
    await credentials.revoke({ actor: bob, id: revoked.id });
    await credentials.rotate({ actor: bob, id: rotated.id, overlapMs: dayMs });
    await credentials.update({ actor: bob, id: expired.id, change: { expiresAtMs: clock.nowMs() + 1000 } });
    clock.advance(1000);
    for (const { id } of [revoked, rotated, expired]) {
      for (const attempt of [
        () => credentials.update({ actor: bob, id, change: { expiresAtMs: null } }),
        () => credentials.rotate({ actor: bob, id }),
        () => credentials.suspend({ actor: bob, id }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'credential.state_conflict' });
      }
    }
    await expect(credentials.resume({ actor: bob, id: revoked.id })).rejects.toMatchObject({
      code: 'credential.state_conflict',
    });
    expect(await credentials.revoke({ actor: bob, id: rotated.id })).toMatchObject({ state: 'revoked' });
  });

  it('makes exactly one successor when rotated twice at once, which has no wider rights', async () => {
    const { credentials, issue } = await start();
    const { id, scopes } = await issue();
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => credentials.rotate({ actor: bob, id })));
    const done = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(done).toHaveLength(1);
    expect(done[0]?.scopes).toEqual(scopes);
    expect(await credentials.list({ actor: bob, ownerId })).toHaveLength(2);
  });

  it('stops what a person made who is disabled or has left, and lets it work again when they are back', async () => {
    const { credentials, gone, issue, verify } = await start();
    const { id, presented } = await issue();
    const ofOperator = await issue(operatorActor);
    gone.add('usr_bob');
    expect(await verify(presented)).toEqual({ kind: 'refused', code: 'owner.disabled', credentialId: id });
    expect((await credentials.explain(id, 0, address)).code).toBe('owner.disabled');
    expect(await verify(ofOperator.presented)).toMatchObject({ kind: 'verified' });
    gone.delete('usr_bob');
    expect(await verify(presented, false)).toMatchObject({ kind: 'verified' });
  });

  it('gives the lesser terms from the moment on that a plan lapses, also from memory', async () => {
    const { clock, issue, standings, verify } = await start();
    const [terms, lesser] = [termsOf({ planName: 'Pro' }), termsOf({ planName: 'Free' })];
    standings.set(ownerId, { terms, refusals: [], lapse: { fromMs: clock.nowMs() + 1000, terms: lesser } });
    const { presented } = await issue();
    expect(await verify(presented, false)).toMatchObject({ credential: { terms } });
    clock.advance(999);
    expect(await verify(presented, false)).toMatchObject({ credential: { terms } });
    clock.advance(1);
    expect(await verify(presented, false)).toMatchObject({ credential: { terms: lesser } });
  });

  it('ends everything of an owner in the transaction that ends the owner', async () => {
    const { control, credentials, entries, issue, verify } = await start();
    const [first, second] = [await issue(), await issue()];
    await credentials.revoke({ actor: bob, id: first.id });
    const undone = inTransaction(control.db, async (tx) => {
      expect(await credentials.revokeAllOf(tx, ownerId, systemActor)).toBe(1);
      throw new Error('the owner stays');
    });
    await expect(undone).rejects.toThrow('the owner stays');
    expect(await verify(second.presented)).toMatchObject({ kind: 'verified' });
    await inTransaction(control.db, (tx) => credentials.revokeAllOf(tx, ownerId, systemActor));
    expect(await verify(second.presented)).toMatchObject({ code: 'credential.revoked' });
    expect(entries.at(-1)).toMatchObject({
      action: 'credential.revoked',
      object: { id: second.id },
      actor: systemActor,
    });
  });

  it('issues inside a transaction of others, and leaves nothing when that one fails', async () => {
    const { control, credentials } = await start();
    const input = { actor: systemActor, family, ownerId, name: 'claimed', scopes: { alerts: 'read' } } as const;
    const undone = inTransaction(control.db, async (tx) => {
      await credentials.issue(input, tx);
      throw new Error('not claimed');
    });
    await expect(undone).rejects.toThrow('not claimed');
    expect(await credentials.list({ actor: operatorActor, ownerId })).toEqual([]);
    await inTransaction(control.db, (tx) => credentials.issue(input, tx));
    expect(await credentials.list({ actor: operatorActor, ownerId })).toHaveLength(1);
  });
});
