/** Risk: a family's own rules are not kept: whose it is, what it may do, how many there are, how it is rotated. */
import { describe, expect, it } from 'vitest';
import { termsOf } from '../../test/support/actors.ts';
import { deskOn, owners, person } from '../../test/support/credential-desk.ts';
import { eachEngine } from '../../test/support/engines.ts';
import { operatorActor, seededRandom, type Family, type Random } from '../kernel/index.ts';
import { credentialFormats } from './formats/registry.ts';
import { familyRules } from './families/registry.ts';

const families = credentialFormats.map((format) => format.family);
const address = '203.0.113.9';
const dayMs = 86_400_000;
const scopesFor = (family: Family) => (family === 'project-token' ? { scopes: { alerts: 'read' as const } } : {});

eachEngine('families of credentials', (makeDatabase) => {
  it.each(families)('%s is issued, verified, rotated and revoked', async (family) => {
    const desk = await deskOn(await makeDatabase());
    const { credentials } = desk;
    const ownerId = await desk.own(owners[family]);
    const issued = await credentials.issue({
      actor: operatorActor,
      family,
      ownerId,
      name: ' CI ',
      ...scopesFor(family),
    });
    expect(issued).toMatchObject({ name: 'CI', state: 'active', family, ownerId, number: 1, requests: 0 });
    const verify = (presented: string) => credentials.verify({ family, presented, address });
    expect(await verify(issued.presented)).toMatchObject({
      kind: 'verified',
      credential: { id: issued.id, family, ownerId, scopes: issued.scopes },
    });
    const next = await credentials.rotate({ actor: operatorActor, id: issued.id });
    expect(next).toMatchObject({ name: 'CI', scopes: issued.scopes, number: 2 });
    expect(await verify(next.presented)).toMatchObject({ kind: 'verified' });
    const fresh = await credentials.verify({ family, presented: issued.presented, address, fresh: true });
    expect(fresh).toEqual({ kind: 'refused', code: 'credential.revoked', credentialId: issued.id });
    await credentials.revoke({ actor: operatorActor, id: next.id });
    expect(await credentials.verify({ family, presented: next.presented, address, fresh: true })).toMatchObject({
      code: 'credential.revoked',
    });
    for (const other of families.filter((each) => each !== family)) {
      expect(await credentials.verify({ family: other, presented: next.presented, address })).toEqual({
        kind: 'refused',
        code: 'credential.invalid',
        credentialId: null,
      });
    }
    await credentials.settled();
    const said = JSON.stringify(desk.entries);
    for (const { presented } of [issued, next]) expect(said).not.toContain(presented);
    expect(said).toContain(issued.masked);
  });

  it('refuses an owner of another kind, and one that does not exist', async () => {
    const desk = await deskOn(await makeDatabase());
    for (const { family } of familyRules) {
      const issue = (ownerId: string) =>
        desk.credentials.issue({ actor: operatorActor, family, ownerId, name: 'x', ...scopesFor(family) });
      for (const ownerId of Object.values(owners).filter((id) => id !== owners[family])) {
        await expect(issue(ownerId)).rejects.toMatchObject({ code: 'request.invalid_parameter' });
      }
      await expect(issue(owners[family])).rejects.toMatchObject({ code: 'account.not_found' });
    }
  });

  it('keeps at most five user keys when fifty are asked for at once', async () => {
    const desk = await deskOn(await makeDatabase());
    const ownerId = await desk.own('usr_ada');
    const issue = () =>
      desk.credentials.issue({
        actor: operatorActor,
        family: 'user-key',
        ownerId,
        name: 'key',
        expiresAtMs: Date.UTC(2027, 0),
      });
    const asked = await Promise.allSettled(Array.from({ length: 50 }, issue));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (const each of asked) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'credential.limit_reached' });
    }
    const keys = await desk.credentials.list({ actor: operatorActor, ownerId });
    expect(keys).toHaveLength(5);
    const id = keys[0]?.id ?? '';
    await desk.credentials.suspend({ actor: operatorActor, id });
    await expect(issue()).rejects.toMatchObject({ code: 'credential.limit_reached' });
    // A rotated key makes room for its successor only; a revoked one, and expired ones, make room.
    await desk.credentials.rotate({ actor: operatorActor, id: keys[1]?.id ?? '' });
    await expect(issue()).rejects.toMatchObject({ code: 'credential.limit_reached' });
    await desk.credentials.revoke({ actor: operatorActor, id });
    await issue();
    desk.clock.set(Date.UTC(2027, 0));
    const late = { actor: operatorActor, family: 'user-key', ownerId, name: 'late' } as const;
    await desk.credentials.issue(late);
  });

  it('issues and rotates user keys only while the plan is in order', async () => {
    const desk = await deskOn(await makeDatabase());
    const ownerId = await desk.own('usr_ada');
    const issue = () => desk.credentials.issue({ actor: operatorActor, family: 'user-key', ownerId, name: 'key' });
    const { id, presented } = await issue();
    const good = { terms: termsOf(), refusals: [] };
    for (const code of ['plan.required', 'plan.past_due', 'plan.ended', 'plan.expired', 'owner.disabled'] as const) {
      desk.standings.set(ownerId, { ...good, refusals: [{ code, fromMs: 0 }] });
      await expect(issue()).rejects.toMatchObject({ code });
      await expect(desk.credentials.rotate({ actor: operatorActor, id })).rejects.toMatchObject({ code });
      expect(await desk.credentials.verify({ family: 'user-key', presented, address, fresh: true })).toMatchObject({
        code,
      });
    }
    desk.standings.set(ownerId, good);
    expect(await desk.credentials.verify({ family: 'user-key', presented, address })).toMatchObject({
      kind: 'verified',
    });
    await expect(desk.credentials.rotate({ actor: operatorActor, id, overlapMs: 1 })).rejects.toMatchObject({
      code: 'request.invalid_parameter',
    });
  });

  it('mints again when the public part is taken', async () => {
    // The same bytes twice: the second token would have the public part of the first.
    const drawn: Random[] = [seededRandom('a'), seededRandom('a'), seededRandom('b')];
    let issues = 0;
    const random: Random = { bytes: (length) => (drawn[issues] ?? seededRandom(`${issues}`)).bytes(length) };
    const desk = await deskOn(await makeDatabase(), { random });
    const ownerId = await desk.own('org_acme');
    const issue = () =>
      desk.credentials.issue({ actor: operatorActor, family: 'organization-token', ownerId, name: 'x' });
    const first = await issue();
    issues = 1;
    const second = await issue();
    expect(second.presented).not.toBe(first.presented);
    expect(second.prefix).not.toBe(first.prefix);
  });

  it('gives up its number to nobody, and counts each credential once', async () => {
    const desk = await deskOn(await makeDatabase());
    const ownerId = await desk.own('sub_ada');
    for (let made = 1; made <= 3; made += 1) {
      const issued = await desk.credentials.issue({
        actor: operatorActor,
        family: 'subscription-key',
        ownerId,
        name: `k${made}`,
      });
      await desk.credentials.revoke({ actor: operatorActor, id: issued.id });
    }
    const listed = await desk.credentials.list({ actor: operatorActor, ownerId });
    expect(listed.map(({ number, name }) => [number, name])).toEqual([
      [1, 'k1'],
      [2, 'k2'],
      [3, 'k3'],
    ]);
  });

  it('keeps description, creator and flag, and whoever ended it', async () => {
    const desk = await deskOn(await makeDatabase());
    const ownerId = await desk.own('prj_12');
    const actor = person('usr_bob');
    desk.managers.add(`usr_bob ${ownerId}`);
    const { id } = await desk.credentials.issue({
      actor,
      family: 'project-token',
      ownerId,
      name: 'CI',
      description: 'for the pipeline',
      scopes: { vulnerabilities: 'read', project: 'write' },
      isMcpEnabled: true,
      expiresAtMs: desk.clock.nowMs() + dayMs,
    });
    expect(await desk.credentials.show({ actor, id })).toMatchObject({
      description: 'for the pipeline',
      createdBy: 'usr_bob',
      isMcpEnabled: true,
      scopes: {
        vulnerabilities: 'read',
        subscriptions: 'none',
        alerts: 'none',
        integrations: 'none',
        activity_log: 'none',
        project: 'write',
      },
    });
    expect(await desk.credentials.revoke({ actor, id })).toMatchObject({ endedBy: 'usr_bob', state: 'revoked' });
    expect(desk.entries.map(({ action, scope }) => [action, scope.kind, scope.id])).toEqual([
      ['credential.issued', 'project', '12'],
      ['credential.revoked', 'project', '12'],
    ]);
  });
});

describe('rules of scopes', () => {
  const rule = (family: Family) => familyRules.find((each) => each.family === family)?.scopesOf;

  it.each([
    ['project-token', undefined],
    ['project-token', {}],
    ['project-token', { alerts: 'none' }],
    ['project-token', { '*': 'write' }],
    ['project-token', { catalog: 'read' }],
    ['project-token', { constructor: 'read' }],
    ['organization-token', { catalog: 'write' }],
    ['organization-token', { '*': 'none' }],
    ['organization-token', { projects: 'none' }],
    ['organization-token', { constructor: 'read' }],
    ['user-key', { 'not a resource': 'read' }],
  ] as const)('refuse for %s: %o', (family, scopes) => {
    expect(() => rule(family)?.(scopes)).toThrow(expect.objectContaining({ code: 'request.invalid_parameter' }));
  });

  it.each([
    ['user-key', undefined, { '*': 'write' }],
    ['subscription-key', undefined, { '*': 'write' }],
    ['organization-token', undefined, { '*': 'read' }],
    ['organization-token', { '*': 'write' }, { '*': 'write' }],
    [
      'organization-token',
      { catalog: 'read', projects: 'write' },
      { catalog: 'read', projects: 'write', '*': 'write' },
    ],
    ['organization-token', { '*': 'read', projects: 'read' }, { '*': 'read', projects: 'read' }],
  ] as const)('give %s for %o', (family, scopes, stored) => {
    expect(rule(family)?.(scopes)).toEqual(stored);
  });
});
