/** Risk: a password that was changed, is wrong or belongs to nobody lets somebody in, or lies around to be read. */
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeOn, type Node } from '../../../test/support/actors.ts';
import { eachEngine } from '../../../test/support/engines.ts';
import { operatorActor } from '../../kernel/index.ts';

const email = 'ada@example.org';
const password = 'orange-tiger-42-lamp';

eachEngine('a password', (makeDatabase) => {
  let node: Node;
  beforeEach(async () => {
    node = await nodeOn(await makeDatabase());
    await node.accounts.users.create({ actor: operatorActor, email, password });
  });

  const verify = async (given: string, as = email): Promise<string> =>
    (await node.accounts.passwords.verify({ email: as, password: given })).kind;
  const set = (given: string | null) =>
    node.accounts.users.setPassword({ actor: operatorActor, email, password: given });

  it('proves its person, again and again', async () => {
    for (let count = 0; count < 3; count += 1) expect(await verify(password, ' Ada@Example.org')).toBe('verified');
    expect(await verify(`${password}x`)).toBe('refused');
    expect(await verify('')).toBe('refused');
    expect(await verify(password, 'nobody@example.org')).toBe('refused');
  });

  it('is not proven by memory once it was changed, removed, or its person disabled', async () => {
    expect(await verify(password)).toBe('verified');
    await set('green-walrus-17-desk');
    expect(await verify(password)).toBe('refused');
    expect(await verify('green-walrus-17-desk')).toBe('verified');
    await node.accounts.users.disable({ actor: operatorActor, email });
    expect(await verify('green-walrus-17-desk')).toBe('refused');
    await node.accounts.users.enable({ actor: operatorActor, email });
    await set(null);
    expect(await verify('green-walrus-17-desk')).toBe('refused');
  });

  it('is recalled only after it was proven, for a while, and only as it is now', async () => {
    const recall = async (given: string, as = email): Promise<string> =>
      (await node.accounts.passwords.recall({ email: as, password: given })).kind;
    expect(await recall(password)).toBe('refused');
    expect(await verify(password)).toBe('verified');
    expect([await recall(password, 'ADA@example.org'), await recall('x'), await recall(password, 'nobody')]).toEqual([
      'verified',
      'refused',
      'refused',
    ]);
    await node.accounts.users.disable({ actor: operatorActor, email });
    expect(await recall(password)).toBe('refused');
    await node.accounts.users.enable({ actor: operatorActor, email });
    expect(await recall(password)).toBe('verified');
    node.clock.advance(15 * 60_000);
    expect(await recall(password)).toBe('refused');
    await verify(password);
    await set('green-walrus-17-desk');
    expect(await recall(password)).toBe('refused');
  });

  it('is kept as an argon2id digest only, and in no audit entry', async () => {
    const rows = await node.control.db.selectFrom('users').selectAll().execute();
    expect(rows[0]?.password_digest).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const { items } = await node.audit.list({});
    expect(JSON.stringify([rows, items])).not.toContain(password);
  });

  it.each(['short', 'x'.repeat(257), 'Password123', 'vulngate1'])('is refused when it is easy: %s', async (given) => {
    await expect(set(given)).rejects.toMatchObject({ code: 'password.refused' });
  });

  it('does not work where Basic is switched off', async () => {
    const other = await nodeOn(node.control, { seed: 'other', accounts: { isBasicEnabled: false } });
    expect((await other.accounts.passwords.verify({ email, password })).kind).toBe('refused');
  });

  describe('of a person', () => {
    it('is set by the person or an administrator, and by nobody else', async () => {
      const eve = await node.accounts.users.create({ actor: operatorActor, email: 'eve@example.org' });
      const actor = { ...operatorActor, kind: 'user', id: eve.id } as const;
      await expect(
        node.accounts.users.setPassword({ actor, email, password: 'green-walrus-17-desk' }),
      ).rejects.toMatchObject({ code: 'permission.refused' });
      await node.accounts.users.setPassword({ actor, email: eve.email, password: 'green-walrus-17-desk' });
      expect(await verify('green-walrus-17-desk', eve.email)).toBe('verified');
    });
  });
});
