/** Risk: an owner is not told of a forgotten, travelling, ended but used, or ending credential, or is told too often. */
import { describe, expect, it } from 'vitest';
import { deskOn, person } from '../../test/support/credential-desk.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor } from '../kernel/index.ts';
import { networkOf } from './address-rule.ts';
import { reminderAt } from './hygiene.ts';

const dayMs = 86_400_000;
const family = 'subscription-key' as const;
const ownerId = 'sub_ada';

eachEngine('hygiene of credentials', (makeDatabase) => {
  const start = async () => {
    const desk = await deskOn(await makeDatabase());
    await desk.own(ownerId);
    const issue = (more: { readonly expiresAtMs?: number } = {}) =>
      desk.credentials.issue({ actor: operatorActor, family, ownerId, name: 'key', ...more });
    const kinds = async (): Promise<string[]> =>
      (await desk.credentials.findings(operatorActor, ownerId)).map(({ kind, detail }) => `${kind} ${detail}`.trim());
    const use = async (presented: string, address: string): Promise<void> => {
      await desk.credentials.verify({ family, presented, address });
      await desk.credentials.settled();
    };
    return { ...desk, issue, kinds, use };
  };

  it('finds what is never used, old, and without an end, each from its day on', async () => {
    const { clock, issue, kinds } = await start();
    await issue({ expiresAtMs: clock.nowMs() + 400 * dayMs });
    expect(await kinds()).toEqual([]);
    clock.advance(7 * dayMs);
    expect(await kinds()).toEqual(['never_used']);
    clock.advance(83 * dayMs);
    expect(await kinds()).toEqual(['never_used', 'old']);
    await issue();
    expect(await kinds()).toEqual(['never_used', 'old', 'no_expiry']);
  });

  it('finds what was not used for 90 days', async () => {
    const { clock, control, issue, kinds } = await start();
    const { id } = await issue({ expiresAtMs: clock.nowMs() + 400 * dayMs });
    await control.db
      .updateTable('credential_activity')
      .set({ last_used_at_ms: clock.nowMs(), requests: 1, last_used_address: '203.0.113.9' })
      .where('credential_id', '=', id)
      .execute();
    clock.advance(90 * dayMs - 1);
    expect(await kinds()).toEqual([]);
    clock.advance(1);
    expect(await kinds()).toEqual(['idle 203.0.113.9', 'old']);
  });

  it('finds use from a new network for a week, and takes the first one and its neighbours for known', async () => {
    const { clock, issue, kinds, use } = await start();
    const { presented } = await issue({ expiresAtMs: clock.nowMs() + 400 * dayMs });
    for (const address of ['203.0.113.9', '203.0.113.77', '::ffff:203.0.113.5', 'unknown'])
      await use(presented, address);
    expect(await kinds()).toEqual([]);
    clock.advance(dayMs);
    await use(presented, '198.51.100.4');
    await use(presented, '2001:db8:1:2::3');
    await use(presented, '2001:db8:1:ffff::3');
    expect((await kinds()).toSorted()).toEqual(['new_network 198.51.100.0/24', 'new_network 2001:db8:1::/48']);
    clock.advance(6 * dayMs);
    expect(await kinds()).toHaveLength(3);
    clock.advance(dayMs);
    expect(await kinds()).toEqual(['never_used']);
  });

  it('keeps the first sight of each network, of many credentials at once, up to 256 of one', async () => {
    const { control, credentials, issue } = await start();
    const keys = [await issue(), await issue(), await issue()];
    const addresses = Array.from({ length: 300 }, (_, index) => `10.${Math.floor(index / 100)}.${index % 100}.1`);
    for (const [index, { presented }] of keys.entries()) {
      const from = index === 0 ? addresses : addresses.slice(0, 2);
      await Promise.all([...from, ...from].map(async (address) => credentials.verify({ family, presented, address })));
    }
    await credentials.settled();
    const rows = await control.db.selectFrom('credential_networks').selectAll().execute();
    expect(keys.map(({ id }) => rows.filter((row) => row.credential_id === id).length)).toEqual([256, 2, 2]);
    expect(rows.some(({ network }) => network === '10.0.0.0/24')).toBe(true);
  });

  it('finds use after the end, counts it with few writes, and audits it once a day', async () => {
    const { clock, control, credentials, entries, issue, kinds, use } = await start();
    const { id, presented } = await issue({ expiresAtMs: clock.nowMs() + 400 * dayMs });
    await credentials.revoke({ actor: operatorActor, id });
    expect(await kinds()).toEqual([]);
    for (let times = 0; times < 50; times += 1) await use(presented, '198.51.100.4');
    clock.advance(60_000);
    await use(presented, '198.51.100.5');
    expect(await kinds()).toEqual(['used_after_end 198.51.100.5']);
    const attempts = await control.db.selectFrom('credential_attempts').select('attempts').executeTakeFirst();
    expect(attempts?.attempts).toBe(51);
    const audited = () => entries.filter(({ action }) => action === 'credential.used_after_end');
    expect(audited()).toHaveLength(1);
    expect(audited()[0]).toMatchObject({ actor: { kind: 'credential', id, address: '198.51.100.4' } });
    clock.advance(dayMs);
    await use(presented, '198.51.100.4');
    expect(audited()).toHaveLength(2);
    // A wrong secret with the right public part is nobody's attempt.
    await use(presented.replace(/.{12}$/, '000000000000'), '198.51.100.4');
    expect(attempts?.attempts).toBe(51);
  });

  it('records an exposure of ours once a day in the audit log, and bounds what it keeps', async () => {
    const { clock, control, credentials, entries, issue, kinds } = await start();
    const { presented } = await issue({ expiresAtMs: clock.nowMs() + 400 * dayMs });
    for (let times = 0; times < 120; times += 1) await credentials.reportExposure(presented, 'query', '198.51.100.4');
    await credentials.reportExposure('no credential', 'query', '198.51.100.4');
    expect(await kinds()).toEqual(['exposed query']);
    expect(await control.db.selectFrom('exposures').selectAll().execute()).toHaveLength(100);
    expect(entries.filter(({ action }) => action === 'credential.exposed')).toHaveLength(1);
  });

  it('records once a day that a credential reached for what belongs to another owner', async () => {
    const { clock, credentials, entries, issue } = await start();
    const { id } = await issue({ expiresAtMs: clock.nowMs() + 400 * dayMs });
    const reach = async (): Promise<number> => {
      credentials.reportForeign(id, 'cvefeed.project.read', '198.51.100.4');
      await credentials.settled();
      return entries.filter(({ action }) => action === 'credential.foreign_tenant').length;
    };
    expect([await reach(), await reach()]).toEqual([1, 1]);
    clock.advance(dayMs);
    expect(await reach()).toBe(2);
    expect(entries.at(-1)).toMatchObject({ object: { id }, after: { operation: 'cvefeed.project.read' } });
  });

  it('shows findings to those who manage the owner only', async () => {
    const { credentials, managers } = await start();
    await expect(credentials.findings(person('usr_eve'), ownerId)).rejects.toMatchObject({
      code: 'permission.refused',
    });
    managers.add(`usr_eve ${ownerId}`);
    expect(await credentials.findings(person('usr_eve'), ownerId)).toEqual([]);
  });

  it('asks for a mail 30, 7 and 1 days before the end, under one key a step', async () => {
    const { clock, credentials, issue, mails } = await start();
    const { id } = await issue({ expiresAtMs: clock.nowMs() + 40 * dayMs });
    const revoked = await issue({ expiresAtMs: clock.nowMs() + 40 * dayMs });
    await credentials.revoke({ actor: operatorActor, id: revoked.id });
    for (let day = 0; day < 42; day += 1) {
      await credentials.remindExpiring();
      clock.advance(dayMs);
    }
    const keys = new Set(mails.map(({ dedupeKey }) => dedupeKey ?? ''));
    expect([...keys].map((key) => key.split(' ')[3])).toEqual(['30', '7', '1']);
    expect(mails.every(({ dedupeKey, to }) => dedupeKey?.includes(id) === true && to === 'sub_ada@example.org')).toBe(
      true,
    );
  });
});

describe('reminderAt', () => {
  const endMs = 100 * dayMs;
  it.each([
    [0, 60, null],
    [0, 70, 30],
    [0, 92.9, 30],
    [0, 93, 7],
    [0, 99, 1],
    [0, 100, null],
    [80, 80, null],
    [80, 93, 7],
    [99.5, 99.5, null],
  ])('made on day %d, on day %d: %s', (made, now, days) => {
    expect(reminderAt(endMs, made * dayMs, now * dayMs)).toBe(days);
  });
});

describe('networkOf', () => {
  it.each([
    ['203.0.113.9', '203.0.113.0/24'],
    ['::ffff:203.0.113.9', '203.0.113.0/24'],
    ['2001:db8:1:2::3', '2001:db8:1::/48'],
    ['', null],
    ['localhost', null],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
