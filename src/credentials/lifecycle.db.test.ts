/** Risk: a credential comes back from the dead, two successors of one credential exist, or a secret is stored. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'kysely';
import {
  holderOn,
  nodeOn,
  requestOf,
  secondNodeOn,
  subscriberOn,
  verifiedOn,
  type Node,
} from '../../test/support/actors.ts';
import { eachEngine, type TestDatabase } from '../../test/support/engines.ts';
import type { IssuedCredential } from './index.ts';

const dayMs = 86_400_000;
const conflict = expect.objectContaining({ code: 'credential.state_conflict' });
const invalid = expect.objectContaining({ code: 'request.invalid_parameter' });

eachEngine('credential lifecycle', (makeDatabase, engine) => {
  let database: TestDatabase;
  let node: Node;
  let other: Node;
  beforeAll(async () => {
    database = await makeDatabase();
    node = await nodeOn(database);
    // A file has one writer, which stops the whole thread while it waits for another: two nodes need two processes there.
    other = engine === 'sqlite' ? node : await secondNodeOn(database, node);
  });
  afterAll(async () => {
    if (other !== node) await other.close();
    await node.close();
  });

  const issue = async (rest: Partial<Parameters<Node['credentials']['issue']>[0]> = {}): Promise<IssuedCredential> => {
    const { id: ownerId } = await subscriberOn(node);
    return node.credentials.issue({ family: 'subscription-key', ownerId, name: 'key', ...rest });
  };
  const stateOf = async (id: string): Promise<string> => (await node.credentials.show(id)).state;
  const works = async (presented: string): Promise<boolean> =>
    verifiedOn(node, presented).then(
      () => true,
      () => false,
    );

  test('shows what was issued, without the secret', async () => {
    const expiresAtMs = node.clock.nowMs() + dayMs;
    const issued = await issue({
      name: '  build server ',
      scopes: { cves: 'read' },
      expiresAtMs,
      allowedAddresses: ['203.0.113.9', '2001:DB8::/32'],
    });
    const { presented, ...rest } = issued;
    expect(rest).toEqual({
      id: expect.stringMatching(/^crd_[A-Za-z0-9]{16}$/),
      family: 'subscription-key',
      ownerId: issued.ownerId,
      name: 'build server',
      masked: `${presented.slice(0, 8)}…${presented.slice(-4)}`,
      state: 'active',
      scopes: { cves: 'read' },
      expiresAtMs,
      overlapUntilMs: null,
      successorId: null,
      allowedAddresses: ['203.0.113.9/32', '2001:db8::/32'],
      createdAtMs: node.clock.nowMs(),
      stateChangedAtMs: node.clock.nowMs(),
      requests: 0,
      lastUsedAtMs: null,
      lastUsedAddress: null,
    });
    expect(await node.credentials.show(issued.id)).toEqual({ ...rest, exposures: 0 });
    expect(await node.credentials.list({ ownerId: issued.ownerId })).toEqual([rest]);
  });

  test('lists by owner and family in the order of issue', async () => {
    const first = await issue();
    node.clock.advance(1);
    const second = await node.credentials.issue({ family: 'subscription-key', ownerId: first.ownerId, name: 'b' });
    await issue();
    const ids = async (filter: Parameters<Node['credentials']['list']>[0]): Promise<string[]> =>
      (await node.credentials.list(filter)).map(({ id }) => id);
    expect(await ids({ ownerId: first.ownerId })).toEqual([first.id, second.id]);
    expect(await ids({ ownerId: first.ownerId, family: 'user-key' })).toEqual([]);
    expect((await ids({ family: 'subscription-key' })).length).toBeGreaterThanOrEqual(3);
    expect(await ids({ ownerId: 'sub_gone' })).toEqual([]);
  });

  test.each(['', '   ', 'x'.repeat(101), 'a\nb', 'a\u0000b', '\u007f'])('refuses the name %j', async (name) => {
    await expect(issue({ name })).rejects.toEqual(invalid);
  });

  test('takes names in any script, up to 100 characters', async () => {
    for (const name of ['x'.repeat(100), 'Schlüssel', '鍵 🔑', `it's "quoted"; drop table credentials`]) {
      expect((await node.credentials.show((await issue({ name })).id)).name).toBe(name);
    }
  });

  test('refuses an expiry that is not in the future, a bad range and a family that cannot be issued', async () => {
    await expect(issue({ expiresAtMs: node.clock.nowMs() })).rejects.toEqual(invalid);
    await expect(issue({ expiresAtMs: 0 })).rejects.toEqual(invalid);
    await expect(issue({ allowedAddresses: ['10.0.0.0/40'] })).rejects.toEqual(invalid);
    await expect(issue({ family: 'user-key' })).rejects.toEqual(invalid);
    expect((await issue({ expiresAtMs: node.clock.nowMs() + 1 })).state).toBe('active');
  });

  test('issues nothing to an owner that does not exist', async () => {
    const attempt = issue({ ownerId: 'sub_gone' });
    await expect(attempt).rejects.toMatchObject({ code: 'account.not_found' });
    expect(await node.credentials.list({ ownerId: 'sub_gone' })).toEqual([]);
  });

  test('revokes for good: twice is the same, and nothing brings it back', async () => {
    const { id, presented } = await issue();
    expect(await node.credentials.revoke(id)).toMatchObject({ id, state: 'revoked' });
    node.clock.advance(dayMs);
    expect(await node.credentials.revoke(id)).toMatchObject({ stateChangedAtMs: node.clock.nowMs() - dayMs });
    await expect(node.credentials.resume(id)).rejects.toEqual(conflict);
    await expect(node.credentials.suspend(id)).rejects.toEqual(conflict);
    await expect(node.credentials.rotate(id, 0)).rejects.toEqual(conflict);
    expect([await stateOf(id), await works(presented)]).toEqual(['revoked', false]);
  });

  test('suspends and resumes as often as wanted, each once', async () => {
    const { id, presented } = await issue();
    for (const _ of [1, 2]) {
      expect(await node.credentials.suspend(id)).toMatchObject({ state: 'suspended' });
      expect(await node.credentials.suspend(id)).toMatchObject({ state: 'suspended' });
      expect(await works(presented)).toBe(false);
      await expect(node.credentials.rotate(id, 0)).rejects.toEqual(conflict);
      expect(await node.credentials.resume(id)).toMatchObject({ state: 'active' });
      expect(await node.credentials.resume(id)).toMatchObject({ state: 'active' });
      expect(await works(presented)).toBe(true);
    }
    expect(await node.credentials.revoke(id)).toMatchObject({ state: 'revoked' });
  });

  test('rotates to a successor with the same name, rights, addresses and expiry', async () => {
    const expiresAtMs = node.clock.nowMs() + 40 * dayMs;
    const old = await issue({ name: 'ci', scopes: { kev: 'read' }, expiresAtMs, allowedAddresses: ['203.0.113.9'] });
    const next = await node.credentials.rotate(old.id, dayMs);
    expect(next.presented).not.toBe(old.presented);
    expect(next).toMatchObject({
      ownerId: old.ownerId,
      name: 'ci',
      scopes: { kev: 'read' },
      expiresAtMs,
      allowedAddresses: ['203.0.113.9/32'],
      state: 'active',
    });
    expect(await node.credentials.show(old.id)).toMatchObject({
      state: 'rotated',
      successorId: next.id,
      overlapUntilMs: node.clock.nowMs() + dayMs,
    });
    expect([await works(old.presented), await works(next.presented)]).toEqual([true, true]);
    await expect(node.credentials.rotate(old.id, 0)).rejects.toEqual(conflict);
    await expect(node.credentials.resume(old.id)).rejects.toEqual(conflict);
    await node.credentials.revoke(old.id);
    expect([await works(old.presented), await works(next.presented)]).toEqual([false, true]);
  });

  test('takes an overlap of 0 seconds to 30 days, and none else', async () => {
    for (const overlapMs of [0, 30 * dayMs]) await node.credentials.rotate((await issue()).id, overlapMs);
    const { id, ownerId } = await issue();
    for (const overlapMs of [-1, 30 * dayMs + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(node.credentials.rotate(id, overlapMs)).rejects.toEqual(invalid);
    }
    expect(await node.credentials.list({ ownerId })).toHaveLength(1);
  });

  test('does not rotate what has expired', async () => {
    const { id } = await issue({ expiresAtMs: node.clock.nowMs() + 1 });
    node.clock.advance(1);
    expect(await stateOf(id)).toBe('expired');
    await expect(node.credentials.rotate(id, 0)).rejects.toEqual(conflict);
  });

  test('makes exactly one successor of many rotations at once', async () => {
    const { id, ownerId } = await issue();
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? node : other).credentials.rotate(id, 0)),
    );
    const done = attempts.filter((attempt) => attempt.status === 'fulfilled');
    expect(done).toHaveLength(1);
    for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toEqual(conflict);
    const list = await node.credentials.list({ ownerId });
    expect(list.map(({ state }) => state).toSorted()).toEqual(['active', 'rotated']);
    expect(await node.credentials.show(id)).toMatchObject({ successorId: done[0]?.value.id });
  });

  test('loses no revocation to a resumption at the same time', async () => {
    const { id } = await issue();
    await node.credentials.suspend(id);
    await Promise.allSettled([
      node.credentials.resume(id),
      other.credentials.revoke(id),
      node.credentials.resume(id),
      other.credentials.suspend(id),
    ]);
    expect(await stateOf(id)).toBe('revoked');
  });

  test('moves the owner’s fence with every change', async () => {
    const { id, ownerId } = await issue();
    const fence = () => node.admission.fenceOf(node.control.db, ownerId);
    let last = await fence();
    for (const change of ['suspend', 'resume', 'revoke'] as const) {
      await node.credentials[change](id);
      const moved = await fence();
      expect(moved).toBeGreaterThan(last ?? 0);
      last = moved;
    }
  });

  test('knows no credential of an unknown id', async () => {
    for (const verb of ['show', 'revoke', 'suspend', 'resume'] as const) {
      await expect(node.credentials[verb]('crd_gone')).rejects.toMatchObject({ code: 'credential.not_found' });
    }
    await expect(node.credentials.rotate('crd_gone', 0)).rejects.toMatchObject({ code: 'credential.not_found' });
  });

  test('stores no secret: nothing beyond the lookup part of a credential is in any column', async () => {
    const holder = await holderOn(node);
    const next = await node.credentials.rotate(holder.id, dayMs);
    await node.admission.admit(requestOf(await verifiedOn(node, next.presented)));
    await node.credentials.reportExposure(next.presented, 'query', '198.51.100.1');
    const tables = await database.db.introspection.getTables();
    expect(tables.length).toBeGreaterThanOrEqual(9);
    let text = '';
    for (const { name } of tables) {
      const { rows } = await sql`select * from ${sql.table(name)}`.execute(database.db);
      text += JSON.stringify(rows);
    }
    for (const presented of [holder.presented, next.presented]) {
      const digits = presented.replaceAll('-', '');
      expect(text).toContain(digits.slice(0, 16));
      expect(text).not.toContain(presented);
      // The last four digits are in the mask; any eight digits in a row behind the lookup part would be a leak.
      for (let from = 10; from + 8 <= digits.length; from += 1)
        expect(text).not.toContain(digits.slice(from, from + 8));
      for (const part of presented.split('-').slice(3)) if (part.length > 4) expect(text).not.toContain(part);
    }
  });
});
